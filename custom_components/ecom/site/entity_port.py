"""A port over an entity that Home Assistant already has."""

from collections.abc import Callable
from datetime import timedelta
from math import isfinite
from typing import Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfVolume,
)
from homeassistant.core import Event, EventStateReportedData, HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import (
    EventStateChangedData,
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.util import unit_conversion as convert

from ..ports import Kind, Reading, Unsubscribe, no_reading

KEY_PREFIX: Final = "entity:"

UNITS: Final[dict[Kind, tuple[type[convert.BaseUnitConverter], str]]] = {
    Kind.POWER: (convert.PowerConverter, UnitOfPower.WATT),
    Kind.ENERGY: (convert.EnergyConverter, UnitOfEnergy.WATT_HOUR),
    Kind.HEAT: (convert.EnergyConverter, UnitOfEnergy.WATT_HOUR),
    Kind.VOLUME: (convert.VolumeConverter, UnitOfVolume.CUBIC_METERS),
    Kind.TEMPERATURE: (convert.TemperatureConverter, UnitOfTemperature.CELSIUS),
    Kind.PHASES: (convert.ElectricCurrentConverter, UnitOfElectricCurrent.AMPERE),
}


class EntityPort:
    """Reads one entity, which it finds by its registry id and so through renames.

    A state without a unit, with the wrong one, or that is no finite number
    reads as absent. Home Assistant says when a state was last reported, not at
    which cadence, so how long it holds is stated by the user.
    """

    def __init__(
        self, hass: HomeAssistant, registry_id: str, kind: Kind, valid_for: timedelta
    ) -> None:
        """Point at an entity; nothing is subscribed yet."""
        self._hass = hass
        self._registry_id = registry_id
        self._valid_for = valid_for
        self.key = f"{KEY_PREFIX}{registry_id}"
        self.kind = kind

    @property
    def entity_id(self) -> str | None:
        """Return the entity's present id, None once it has left the registry."""
        entry = er.async_get(self._hass).entities.get_entry(self._registry_id)
        return None if entry is None else entry.entity_id

    def read(self) -> Reading[float]:
        """Return the entity's state in the unit of the port's kind."""
        entity_id = self.entity_id
        state = None if entity_id is None else self._hass.states.get(entity_id)
        if state is None:
            return no_reading()
        return Reading(
            value=_value(state, self.kind),
            measured_at=state.last_reported,
            valid_for=self._valid_for,
        )

    def subscribe(self, listener: Callable[[Reading[float]], None]) -> Unsubscribe:
        """Call ``listener`` whenever the entity reports, changes, goes or is renamed."""
        watch = _Watch(self, self._hass, listener)
        watch.start(self._registry_id)
        return watch.stop


class _Watch:
    """One subscription to an entity port, carried over when the entity is renamed."""

    def __init__(
        self, port: EntityPort, hass: HomeAssistant, listener: Callable[[Reading[float]], None]
    ) -> None:
        self._port = port
        self._hass = hass
        self._listener = listener
        self._registry_id = ""
        self._unsubscribe: list[Unsubscribe] = []
        self._stop_registry: Unsubscribe | None = None

    @callback
    def start(self, registry_id: str) -> None:
        """Follow the entity and its registry entry."""
        self._registry_id = registry_id
        self._stop_registry = self._hass.bus.async_listen(
            er.EVENT_ENTITY_REGISTRY_UPDATED, self._registry_updated
        )
        self._follow()

    @callback
    def stop(self) -> None:
        """Follow nothing any more; a second call does nothing."""
        self._unfollow()
        if self._stop_registry is not None:
            self._stop_registry()
            self._stop_registry = None

    @callback
    def _follow(self) -> None:
        if (entity_id := self._port.entity_id) is None:
            return
        self._unsubscribe = [
            async_track_state_change_event(self._hass, entity_id, self._changed),
            async_track_state_report_event(self._hass, entity_id, self._reported),
        ]

    @callback
    def _unfollow(self) -> None:
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @callback
    def _changed(self, _event: Event[EventStateChangedData]) -> None:
        self._listener(self._port.read())

    @callback
    def _reported(self, _event: Event[EventStateReportedData]) -> None:
        self._listener(self._port.read())

    @callback
    def _registry_updated(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        renamed_to = self._port.entity_id
        concerned = (event.data["entity_id"], event.data.get("old_entity_id"))
        if renamed_to is not None and renamed_to not in concerned:
            return
        self._unfollow()
        self._follow()
        if renamed_to is None or self._hass.states.get(renamed_to) is not None:
            self._listener(self._port.read())
        # Else the entity has not moved yet: its state under the new name is heard.


def _value(state: State, kind: Kind) -> float | None:
    """Return a state as a finite number in the kind's unit, None if it is not one."""
    try:
        value = float(state.state)
    except ValueError:
        return None
    if not isfinite(value):
        return None
    if kind not in UNITS:
        return value
    converter, unit = UNITS[kind]
    try:
        return converter.convert(value, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT), unit)
    except HomeAssistantError:
        return None

"""A port over a sensor that Home Assistant already has."""

from datetime import timedelta
from math import isfinite
from typing import Final, override

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfVolume,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import unit_conversion as convert

from ..ports import Kind, Reading, no_reading
from .followed_entity import FollowedEntity

UNITS: Final[dict[Kind, tuple[type[convert.BaseUnitConverter], str]]] = {
    Kind.POWER: (convert.PowerConverter, UnitOfPower.WATT),
    Kind.ENERGY: (convert.EnergyConverter, UnitOfEnergy.WATT_HOUR),
    Kind.HEAT: (convert.EnergyConverter, UnitOfEnergy.WATT_HOUR),
    Kind.VOLUME: (convert.VolumeConverter, UnitOfVolume.CUBIC_METERS),
    Kind.TEMPERATURE: (convert.TemperatureConverter, UnitOfTemperature.CELSIUS),
    Kind.PHASES: (convert.ElectricCurrentConverter, UnitOfElectricCurrent.AMPERE),
}


class EntityPort(FollowedEntity[float]):
    """Reads one sensor, which it finds by its registry id and so through renames.

    A state without a unit, with the wrong one, or that is no finite number
    reads as absent, and so does that of an entity that is unavailable. Home
    Assistant says when a state was last reported, not at which cadence, so how
    long it holds is stated by the user.
    """

    def __init__(
        self, hass: HomeAssistant, registry_id: str, kind: Kind, valid_for: timedelta
    ) -> None:
        """Point at a sensor; nothing is subscribed yet."""
        super().__init__(hass, registry_id, kind)
        self._valid_for = valid_for

    @override
    def read(self) -> Reading[float]:
        """Return the sensor's state in the unit of the port's kind."""
        if (state := self.state) is None:
            return no_reading()
        return Reading(
            value=value_of(state, self.kind),
            measured_at=state.last_reported,
            valid_for=self._valid_for,
        )


def value_of(state: State, kind: Kind) -> float | None:
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

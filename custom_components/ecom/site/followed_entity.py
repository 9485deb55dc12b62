"""An entity that Home Assistant already has, followed through renames."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from homeassistant.core import Event, EventStateReportedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import (
    EventStateChangedData,
    async_track_state_change_event,
    async_track_state_report_event,
)

from ..const import ENTITY_PREFIX
from ..ports import Kind, Reading, Unsubscribe


class FollowedEntity[T](ABC):
    """What every port over an entity has: the entity is found by its registry id.

    A subclass says what a state means.
    """

    def __init__(self, hass: HomeAssistant, registry_id: str, kind: Kind) -> None:
        """Point at an entity; nothing is subscribed yet."""
        self.hass = hass
        self.registry_id = registry_id
        self.key = f"{ENTITY_PREFIX}{registry_id}"
        self.kind = kind

    @property
    def entity_id(self) -> str | None:
        """Return the entity's present id, None once it has left the registry."""
        entry = er.async_get(self.hass).entities.get_entry(self.registry_id)
        return None if entry is None else entry.entity_id

    @property
    def state(self) -> State | None:
        """Return the entity's present state, None if there is none."""
        entity_id = self.entity_id
        return None if entity_id is None else self.hass.states.get(entity_id)

    @abstractmethod
    def read(self) -> Reading[T]:
        """Return what the entity's state means."""

    def subscribe(self, listener: Callable[[Reading[T]], None]) -> Unsubscribe:
        """Call ``listener`` whenever the entity reports, changes, goes or is renamed."""
        watch = _Watch(self, listener)
        watch.start()
        return watch.stop


class _Watch[T]:
    """One subscription to an entity, carried over when the entity is renamed."""

    def __init__(self, port: FollowedEntity[T], listener: Callable[[Reading[T]], None]) -> None:
        self._port = port
        self._hass = port.hass
        self._listener = listener
        self._unsubscribe: list[Unsubscribe] = []
        self._stop_registry: Unsubscribe | None = None

    @callback
    def start(self) -> None:
        """Follow the entity and its registry entry."""
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

"""Finds a port by its key, whatever entry or entity it belongs to."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import cast

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN, ENTITY_PREFIX, SITE_UID
from ..ports import AnyPort, Counters, HistoryPort, Kind, Unsubscribe
from ..runtime import SIGNAL_PORTS, Source
from .entity_port import EntityPort
from .entity_switch import EntitySwitchPort


class PortDirectory:
    """The ports that can be resolved now; it keeps keys, never sources."""

    def __init__(self, hass: HomeAssistant, changed: Callable[[], None]) -> None:
        """Remember whom to tell when ports come or go."""
        self._hass = hass
        self._changed = changed
        self._alive: dict[str, frozenset[str]] = {}

    @callback
    def start(self) -> Unsubscribe:
        """Subscribe first, then look at what is loaded, with nothing in between."""
        stop = async_dispatcher_connect(self._hass, SIGNAL_PORTS, self._ports_changed)
        for entry in self._hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED and entry.unique_id != SITE_UID:
                self._alive[entry.runtime_data.uid] = frozenset(entry.runtime_data.ports)
        return stop

    def resolve(self, key: str, kind: Kind, valid_for: timedelta) -> AnyPort | None:
        """Return the port, None while its source is not there.

        ``kind`` and ``valid_for`` are those of an entity, which does not state them.
        """
        if key.startswith(ENTITY_PREFIX):
            return self._entity(key.removeprefix(ENTITY_PREFIX), kind, valid_for)
        source = self._source_of(key)
        return None if source is None else source.ports.get(key)

    def counters(self, key: str) -> Counters | None:
        """Return what counts a power port, None while its source is not there, or says nothing.

        An entity says nothing: what counts it is stated with the meter.
        """
        source = self._source_of(key)
        return None if source is None else source.counters.get(key)

    def switch_beside(self, key: str) -> str | None:
        """Return the switch of the outlet of which a source's port measures something.

        None while the source is not there, and where the outlet has no switch, or several.
        """
        source, outlet = self._source_of(key), key.rpartition("/")[0]
        if source is None or outlet == source.uid:
            return None
        found = [
            each
            for each, port in source.ports.items()
            if port.kind is Kind.SWITCH and each.rpartition("/")[0] == outlet
        ]
        return found[0] if len(found) == 1 else None

    def history(self, key: str) -> HistoryPort | None:
        """Return a device's own memory of what an energy port counts, None if it has none."""
        source = self._source_of(key)
        return None if source is None else source.histories.get(key)

    def remembered(self) -> Iterator[AnyPort]:
        """Yield the energy ports whose devices remember what they counted."""
        for source in self._sources():
            for key in source.histories:
                if key in self._alive.get(source.uid, ()) and key in source.ports:
                    yield source.ports[key]

    def _entity(self, registry_id: str, kind: Kind, valid_for: timedelta) -> AnyPort:
        """Return the port over an entity, whether that is there or not."""
        if kind is Kind.SWITCH:
            return EntitySwitchPort(self._hass, registry_id)
        return EntityPort(self._hass, registry_id, kind, valid_for)

    def _source_of(self, key: str) -> Source | None:
        """Return the source that offers the port now."""
        uid = key.partition("/")[0]
        if key not in self._alive.get(uid, ()):
            return None
        # The keys of a source go on when its entry's unique id becomes a better one.
        sources = (source for source in self._sources() if source.uid == uid)
        return next(sources, None)

    def _sources(self) -> Iterator[Source]:
        """Yield the sources there are; that of an entry in set-up is there already."""
        for entry in self._hass.config_entries.async_entries(DOMAIN):
            if entry.unique_id != SITE_UID and (runtime := getattr(entry, "runtime_data", None)):
                yield cast("Source", runtime)

    @callback
    def _ports_changed(self, uid: str, keys: frozenset[str]) -> None:
        self._alive[uid] = keys
        self._changed()

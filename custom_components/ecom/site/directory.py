"""Finds a port by its key, whatever entry or entity it belongs to."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN, SITE_UID
from ..ports import AnyPort, Counters, HistoryPort, Kind, Unsubscribe
from ..runtime import SIGNAL_PORTS, Source
from .entity_port import KEY_PREFIX, EntityPort


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
        if key.startswith(KEY_PREFIX):
            return EntityPort(self._hass, key.removeprefix(KEY_PREFIX), kind, valid_for)
        runtime = self._runtime(key)
        return None if runtime is None else runtime.ports.get(key)

    def counters(self, key: str) -> Counters | None:
        """Return what counts a power port, None while its source is not there."""
        if key.startswith(KEY_PREFIX):
            return Counters()
        runtime = self._runtime(key)
        return None if runtime is None else runtime.counters.get(key, Counters())

    def history(self, key: str) -> HistoryPort | None:
        """Return a device's own memory of what an energy port counts, None if it has none."""
        runtime = self._runtime(key)
        return None if runtime is None else runtime.histories.get(key)

    def _runtime(self, key: str) -> Source | None:
        """Return the source that offers a port now."""
        uid = key.partition("/")[0]
        if key not in self._alive.get(uid, ()):
            return None
        # The keys of a source go on when its entry's unique id becomes a better one.
        return next((runtime for runtime in self._runtimes() if runtime.uid == uid), None)

    def _runtimes(self) -> Iterator[Source]:
        """Yield the runtimes there are; that of an entry in set-up is there already."""
        for entry in self._hass.config_entries.async_entries(DOMAIN):
            runtime: Source | None = getattr(entry, "runtime_data", None)
            if runtime is not None and entry.unique_id != SITE_UID:
                yield runtime

    @callback
    def _ports_changed(self, uid: str, keys: frozenset[str]) -> None:
        self._alive[uid] = keys
        self._changed()

"""Measures a Home Assistant from within: how late its event loop is, and who was read when.

A benchmark copies this integration into the configuration of its own Home
Assistant. It is no part of ECOM, and nobody installs it.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.typing import ConfigType

DOMAIN: Final = "ecom_probe"
TICK_SECONDS: Final = 0.01
LOOK_EVERY: Final = timedelta(seconds=1)
PERCENTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Begin to measure; the action ``collect`` returns what was measured, and begins anew."""
    del config
    lag, reads, writes = Lag(hass), Reads(hass), Writes(hass)

    async def collect(call: ServiceCall) -> ServiceResponse:
        del call
        return {
            "now": hass.loop.time(),
            **lag.collect(),
            "reads": reads.collect(),
            "writes": writes.collect(),
        }

    hass.services.async_register(
        DOMAIN, "collect", collect, supports_response=SupportsResponse.ONLY
    )
    async_track_time_interval(hass, reads.look, LOOK_EVERY)
    return True


class Lag:
    """How much later than asked for the event loop calls back.

    The calls are due on a fixed grid, whatever was late before: a stall of a
    second counts as a hundred late calls, as it would for whoever waits.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin at once."""
        self._loop = hass.loop
        self._due = self._loop.time() + TICK_SECONDS
        self._begin()
        self._loop.call_at(self._due, self._tick)

    def collect(self) -> dict[str, Any]:
        """Return the percentiles in ms and the share of a processor since the last time."""
        late = sorted(self._late) or [0.0]
        lag = {
            name: round(1000 * late[min(int(share * len(late)), len(late) - 1)], 3)
            for name, share in PERCENTILES.items()
        }
        share = (time.process_time() - self._cpu) / (self._loop.time() - self._since)
        found = {"lag_ms": lag, "ticks": len(self._late), "cpu_share": round(share, 4)}
        self._begin()
        return found

    def _begin(self) -> None:
        self._late: list[float] = []
        self._cpu = time.process_time()
        self._since = self._loop.time()

    @callback
    def _tick(self) -> None:
        self._late.append(self._loop.time() - self._due)
        self._due += TICK_SECONDS
        self._loop.call_at(self._due, self._tick)


class Reads:
    """When each source of ECOM had a good read completed, on the event loop's clock."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen to nobody yet."""
        self._hass = hass
        self._heard: dict[str, tuple[Any, Callable[[], None]]] = {}
        self._times: dict[str, list[float]] = {}

    def collect(self) -> dict[str, list[float]]:
        """Return the moments by the entry's id since the last time, for all that were seen."""
        found, self._times = self._times, {entry_id: [] for entry_id in self._heard}
        return found

    @callback
    def look(self, _now: datetime) -> None:
        """Listen to the sources that are there now, also to those that were set up anew."""
        for entry in self._hass.config_entries.async_entries("ecom"):
            coordinators = getattr(
                entry.runtime_data if entry.state is ConfigEntryState.LOADED else None,
                "coordinators",
                (),
            )
            known, stop = self._heard.get(entry.entry_id, (None, None))
            if not coordinators or coordinators[0] is known:
                continue
            if stop is not None:
                stop()
            self._listen(entry.entry_id, coordinators[0])

    def _listen(self, entry_id: str, coordinator: Any) -> None:
        """Note each time at which the coordinator has counted one more good read."""
        times = self._times.setdefault(entry_id, [])
        seen = _count(coordinator)
        times.clear()

        @callback
        def updated() -> None:
            nonlocal seen
            if (count := _count(coordinator)) != seen:
                seen = count
                self._times.setdefault(entry_id, []).append(self._hass.loop.time())

        self._heard[entry_id] = (coordinator, coordinator.async_add_listener(updated))


class Writes:
    """How often each entity of ECOM got another state, which the recorder writes down."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Count from now on."""
        self._entities = er.async_get(hass)
        self._counts: Counter[str] = Counter()
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._changed)

    def collect(self) -> dict[str, int]:
        """Return the counts by unique id since the last time."""
        found, self._counts = dict(self._counts), Counter()
        return found

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        entity = self._entities.async_get(event.data["entity_id"])
        if entity is not None and entity.platform == "ecom":
            self._counts[entity.unique_id] += 1


def _count(coordinator: Any) -> int:
    return int(getattr(coordinator.data, "reads", 0))

"""Reads one server on a fixed beat, and tells Home Assistant what is true."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final, override
from zlib import crc32

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...coordinator import EcomCoordinator
from ...errors import CannotConnect, DeviceError, EcomError, InvalidAuth
from ...runtime import EcomConfigEntry
from .client import WesClient
from .models import WesState
from .names import input_name
from .protocol import Point, Value
from .protocol.page import read

_LOGGER = logging.getLogger(__name__)

ISSUE_CLOCK: Final = "wes_clock_off"
ISSUE_EXCHANGED: Final = "wes_meter_exchanged"
ISSUE_SILENT: Final = "wes_silent"

CLOCK_LIMIT: Final = timedelta(minutes=2)
CLOCK_RESOLUTION: Final = timedelta(minutes=1)
CLOCK_SAMPLES: Final = 3

PATIENCE: Final = 3
"""So many failures in a row are a failure; fewer are a small server under load."""
LONGEST_PAUSE: Final = timedelta(seconds=60)
LOCKED_OUT_PAUSE: Final = timedelta(minutes=5)
"""Between two tries with a password that was refused: it may be changed back."""
SILENT_AFTER: Final = timedelta(minutes=5)
SHORTEST_PAUSE: Final = 1.0
"""Seconds between two reads that events ask for: a flood of them costs no more."""


class WesCoordinator(EcomCoordinator[WesState]):
    """Polls on a grid of its own, so that a slow answer delays no later one."""

    def __init__(
        self, hass: HomeAssistant, entry: EcomConfigEntry, client: WesClient, state: WesState
    ) -> None:
        """Start with what an earlier run has stored; ``start`` begins to read."""
        super().__init__(hass, entry, name=f"WES {entry.title}", data=state)
        self.on_new: Callable[[Sequence[Point]], None] = lambda _points: None
        self.verify: Callable[[], Awaitable[None]] | None = None
        self.page = b""
        self._client = client
        self._interval = state.settings.interval.total_seconds()
        self._failures = 0
        self._pause = self._interval
        self._locked_out = False
        self._failing_since: datetime | None = None
        self._clock: list[timedelta] = []
        self._exchanged: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._base = self._last = 0.0
        self._again = False

    @property
    def polling(self) -> bool:
        """Return whether a poll is under way."""
        return self._task is not None

    @callback
    def start(self) -> None:
        """Begin to poll; each server has its own place between two beats."""
        share = crc32(self.config_entry.entry_id.encode()) % 1000 / 1000
        self._base = self.hass.loop.time() + share * self._interval
        self._schedule()

    @callback
    def poke(self) -> None:
        """Read again as soon as may be, because something has happened.

        A server that refuses the account is left alone: each try could lock it.
        """
        if self._locked_out:
            return
        if self._task is not None:
            self._again = True
            return
        self._arm(max(self.hass.loop.time(), self._last + SHORTEST_PAUSE))

    async def first_read(self) -> None:
        """Read once for the set-up; raises what the client raises."""
        await self._read()
        self.clear_issue(ISSUE_SILENT)

    async def poll(self) -> bool:
        """Read once; return whether that worked. Nothing is raised."""
        self._last = self.hass.loop.time()
        try:
            if self.verify is not None and self._failures:
                await self.verify()
            await self._read()
        except EcomError as err:
            self._failed(err)
            return False
        except Exception:
            if not self._failures:
                _LOGGER.exception("A page could not be taken; the next one will be tried")
            self._failed(DeviceError("a fault of ECOM's own"))
            return False
        self._recovered()
        return True

    @callback
    def note(self, values: Mapping[Point, Value]) -> None:
        """Show at once what the answer to a command says."""
        self.data.note(values, dt_util.utcnow())
        self.async_set_updated_data(self.data)

    @callback
    @override
    def on_expiry(self) -> None:
        """Show that readings went stale, and wait for the next ones to."""
        self.expire_at(self.data.next_expiry(dt_util.utcnow()))
        super().on_expiry()

    @callback
    def check_exchanges(self) -> None:
        """Ask about counters that seem to belong to another meter, and stop asking."""
        asking = self.data.asking
        for name in asking.keys() - self._exchanged:
            self.raise_issue(
                ISSUE_EXCHANGED,
                name,
                fixable=True,
                input=input_name(asking[name][0].point),
            )
        for name in self._exchanged - asking.keys():
            self.clear_issue(ISSUE_EXCHANGED, name)
        self._exchanged = set(asking)

    @override
    async def async_shutdown(self) -> None:
        """Stop the timers and the read that is under way, and take the repairs back.

        All but that of a silent server: stopping does not make it answer.
        """
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self.clear_issue(ISSUE_CLOCK)
        for name in self._exchanged:
            self.clear_issue(ISSUE_EXCHANGED, name)
        await super().async_shutdown()

    async def _read(self) -> None:
        """Take one page; raises EcomError."""
        self.page = await self._client.page()
        now = dt_util.utcnow()
        report = read(self.page, self.data.firmware)
        if not report.values:
            raise CannotConnect("the page holds nothing that can be read")
        new = self.data.take(report, now)
        if new:
            self.on_new(new)
        self._check_clock(report.clock, now)
        self.check_exchanges()
        self.expire_at(self.data.next_expiry(now))
        self.async_set_updated_data(self.data)

    def _failed(self, err: EcomError) -> None:
        """Count a failure, and slow down when it is not the first one."""
        self._failures += 1
        now = dt_util.utcnow()
        self._failing_since = self._failing_since or now
        _LOGGER.debug("%s: %s", self.config_entry.title, err)
        refused = isinstance(err, InvalidAuth) and self._failures >= PATIENCE
        if refused and not self._locked_out:
            self._locked_out = True
            self.config_entry.async_start_reauth(self.hass)
        self._pause = self._next_pause()
        if self.data.reachable and self._failures >= PATIENCE:
            self.data.reachable = False
            _LOGGER.info("%s cannot be read: %s", self.config_entry.title, err)
            self.async_update_listeners()
        silent = not self.data.reachable and not self._locked_out
        if silent and now - self._failing_since >= SILENT_AFTER:
            self.raise_issue(ISSUE_SILENT)

    def _next_pause(self) -> float:
        """Return the seconds to the next try: a whole number of intervals."""
        longest = LOCKED_OUT_PAUSE if self._locked_out else LONGEST_PAUSE
        most = max(int(longest.total_seconds() / self._interval), 1)
        if self._locked_out:
            return self._interval * most
        doublings = max(self._failures - PATIENCE + 1, 0)
        return self._interval * min(1 << min(doublings, 6), most)

    def _recovered(self) -> None:
        """Forget all failures."""
        if self._failures >= PATIENCE or self._locked_out:
            _LOGGER.info("%s is read again", self.config_entry.title)
        if self._locked_out:
            for flow in self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
        if self._failing_since is not None:
            self.clear_issue(ISSUE_SILENT)
        self._failures, self._failing_since, self._locked_out = 0, None, False
        self._pause = self._interval

    @callback
    def _schedule(self) -> None:
        """Wait for the next beat of the grid that leaves the pause."""
        earliest = max(self.hass.loop.time(), self._last + self._pause - self._interval / 2)
        beats = ceil((earliest - self._base) / self._interval + 1e-9)
        self._arm(self._base + max(beats, 0) * self._interval)

    @callback
    def _arm(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.hass.loop.call_at(when, self._due)

    @callback
    def _due(self) -> None:
        self._timer = None
        self._task = self.config_entry.async_create_background_task(
            self.hass, self._poll_once(), f"{DOMAIN} {self.name}"
        )

    async def _poll_once(self) -> None:
        """Poll, and wait for the next beat, or for the event that came meanwhile."""
        await self.poll()
        self._task = None
        self._schedule()
        if self._again:
            self._again = False
            self.poke()

    def _check_clock(self, clock: datetime | None, now: datetime) -> None:
        """Compare the server's clock, whole minutes of local time, with ours."""
        if clock is None:
            return
        self._clock = [*self._clock, clock_drift(clock, now)][-CLOCK_SAMPLES:]
        drift = min(self._clock)
        if len(self._clock) == CLOCK_SAMPLES and drift > CLOCK_LIMIT:
            self.raise_issue(ISSUE_CLOCK, minutes=str(round(drift / CLOCK_RESOLUTION)))
        elif drift <= CLOCK_LIMIT:
            self.clear_issue(ISSUE_CLOCK)


def clock_drift(clock: datetime, now: datetime) -> timedelta:
    """Return how far a clock of whole minutes is off, at least."""
    zone = dt_util.get_default_time_zone()
    moments = (clock.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return min(
        max(moment - now, now - moment - CLOCK_RESOLUTION, timedelta()) for moment in moments
    )

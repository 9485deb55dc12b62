"""Reads a device on a fixed beat, and tells Home Assistant what is true.

Each device has its own place between two beats, so that many of them are not read at the same
moment, and a slow answer delays no later one. Few failures are nothing; after some the device
is not reached, is asked less and less often, and a repair says so. A refused account or key
is tried seldom, since each try could lock it, and asked for once.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Protocol, override
from zlib import crc32

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import EcomCoordinator
from .errors import DeviceError, EcomError, InvalidAuth
from .runtime import EcomConfigEntry

_LOGGER = logging.getLogger(__name__)

PATIENCE: Final = 3
"""So many failures in a row are a failure; fewer are a small device under load."""
LONGEST_PAUSE: Final = timedelta(seconds=60)
LOCKED_OUT_PAUSE: Final = timedelta(minutes=5)
"""Between two tries with what was refused: it may be changed back."""
SILENT_AFTER: Final = timedelta(minutes=5)


class Polled(Protocol):
    """What a coordinator that polls publishes: it says whether the device is reached."""

    reachable: bool

    def next_expiry(self, now: datetime) -> datetime | None:
        """Return when the first of the readings that hold goes stale, None if none does."""
        ...


class PollingCoordinator[DataT: Polled](EcomCoordinator[DataT]):
    """The beat; a family says in ``read`` what is read, and in ``verify`` whom it reads."""

    def __init__(  # noqa: PLR0913 - what is read, how often, and what is raised when it is not
        self,
        hass: HomeAssistant,
        entry: EcomConfigEntry,
        *,
        name: str,
        data: DataT,
        interval: timedelta,
        silent: str,
    ) -> None:
        """Take the repair's name for a device that does not answer; ``start`` begins to poll."""
        super().__init__(hass, entry, name=name, data=data)
        self._interval = interval.total_seconds()
        self._silent = silent
        self._failures = 0
        self._pause = self._interval
        self._locked_out = False
        self._failing_since: datetime | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._base = self._last = 0.0

    async def read(self) -> None:
        """Take one round of answers and publish it; raises EcomError."""
        raise NotImplementedError

    async def verify(self) -> None:
        """See after a failure that it is still the same device; raises EcomError."""

    @property
    def polling(self) -> bool:
        """Return whether a poll is under way."""
        return self._task is not None

    @callback
    def start(self) -> None:
        """Begin to poll."""
        share = crc32(self.config_entry.entry_id.encode()) % 1000 / 1000
        self._base = self.hass.loop.time() + share * self._interval
        self._schedule()

    async def first_read(self) -> None:
        """Read once for the set-up; raises what ``read`` raises."""
        await self.read()
        self.clear_issue(self._silent)

    async def poll(self) -> bool:
        """Read once; return whether that worked. Nothing is raised."""
        self._last = self.hass.loop.time()
        try:
            if self._failures:
                await self.verify()
            await self.read()
        except EcomError as err:
            self._failed(err)
            return False
        except Exception:
            if not self._failures:
                _LOGGER.exception("An answer could not be taken; the next one will be tried")
            self._failed(DeviceError("a fault of ECOM's own"))
            return False
        self._recovered()
        return True

    @callback
    def publish(self, now: datetime) -> None:
        """Tell everyone what is known, and once more when something of it goes stale."""
        self.expire_at(self.data.next_expiry(now))
        self.async_set_updated_data(self.data)

    @callback
    @override
    def on_expiry(self) -> None:
        """Show that readings went stale, and wait for the next ones to."""
        self.expire_at(self.data.next_expiry(dt_util.utcnow()))
        super().on_expiry()

    @override
    async def async_shutdown(self) -> None:
        """Stop the timer and the read that is under way; a silent device stays reported.

        Stopping does not make it answer.
        """
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await super().async_shutdown()

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
            self.raise_issue(self._silent)

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
            self.clear_issue(self._silent)
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
        """Poll, and wait for the next beat."""
        await self.poll()
        self._task = None
        self._schedule()

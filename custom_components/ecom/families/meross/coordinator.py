"""Reads one device on a fixed beat, and tells Home Assistant what is true."""

import asyncio
import logging
from datetime import datetime, timedelta, tzinfo
from math import ceil
from typing import Final, override
from zlib import crc32

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...coordinator import EcomCoordinator
from ...errors import DeviceError, EcomError, InvalidAuth
from ...plugs import PlugState
from ...runtime import EcomConfigEntry
from .reading import INTERVAL, MerossReader

_LOGGER = logging.getLogger(__name__)

ISSUE_SILENT: Final = "meross_silent"

PATIENCE: Final = 3
"""So many failures in a row are a failure; fewer are a radio that was disturbed."""
LONGEST_PAUSE: Final = timedelta(seconds=60)
REFUSED_PAUSE: Final = timedelta(minutes=5)
"""Between two tries with a key that was refused: the device may be bound back."""
SILENT_AFTER: Final = timedelta(minutes=5)


class MerossCoordinator(EcomCoordinator[PlugState]):
    """Polls on a grid of its own, so that a slow answer delays no later one."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry, reader: MerossReader) -> None:
        """Take what reads the device; ``start`` begins to."""
        super().__init__(hass, entry, name=f"Meross {entry.title}", data=reader.state)
        self._reader = reader
        self._interval = INTERVAL.total_seconds()
        self._failures = 0
        self._pause = self._interval
        self._refused = False
        self._failing_since: datetime | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._base = self._last = 0.0

    @property
    def polling(self) -> bool:
        """Return whether a poll is under way."""
        return self._task is not None

    @callback
    def start(self) -> None:
        """Begin to poll; each device has its own place between two beats."""
        share = crc32(self.config_entry.entry_id.encode()) % 1000 / 1000
        self._base = self.hass.loop.time() + share * self._interval
        self._schedule()

    async def first_read(self) -> None:
        """Ask who it is and read once, for the set-up; raises what the client raises."""
        await self._reader.identify()
        await self._read()
        self.clear_issue(ISSUE_SILENT)

    async def poll(self) -> bool:
        """Read once; return whether that worked. Nothing is raised.

        After a failure the device is asked who it is first: an address may belong to
        another one by now, and a device that encrypts says in no other way that its key
        is another one.
        """
        self._last = self.hass.loop.time()
        try:
            if self._failures:
                await self._reader.identify()
            await self._read()
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
    def told(self) -> None:
        """Show at once what the device said after a command."""
        self.async_set_updated_data(self.data)

    @callback
    @override
    def on_expiry(self) -> None:
        """Show that readings went stale, and wait for the next ones to."""
        self.expire_at(self.data.next_expiry(dt_util.utcnow()))
        super().on_expiry()

    @override
    async def async_shutdown(self) -> None:
        """Stop the timer and the read that is under way; a silent device stays reported."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await super().async_shutdown()

    async def _read(self) -> None:
        """Take one round of answers; raises EcomError."""
        now = dt_util.utcnow()
        await self._reader.read(now)
        self.expire_at(self.data.next_expiry(now))
        self.async_set_updated_data(self.data)

    def _failed(self, err: EcomError) -> None:
        """Count a failure, and slow down when it is not the first one."""
        self._failures += 1
        now = dt_util.utcnow()
        self._failing_since = self._failing_since or now
        _LOGGER.debug("%s: %s", self.config_entry.title, err)
        if isinstance(err, InvalidAuth) and self._failures >= PATIENCE and not self._refused:
            self._refused = True
            self.config_entry.async_start_reauth(self.hass)
        self._pause = self._next_pause()
        if self.data.reachable and self._failures >= PATIENCE:
            self.data.reachable = False
            _LOGGER.info("%s cannot be read: %s", self.config_entry.title, err)
            self.async_update_listeners()
        silent = not self.data.reachable and not self._refused
        if silent and now - self._failing_since >= SILENT_AFTER:
            self.raise_issue(ISSUE_SILENT)

    def _next_pause(self) -> float:
        """Return the seconds to the next try: a whole number of intervals."""
        if self._refused:
            return REFUSED_PAUSE.total_seconds()
        most = int(LONGEST_PAUSE / INTERVAL)
        doublings = max(self._failures - PATIENCE + 1, 0)
        return self._interval * min(1 << min(doublings, 6), most)

    def _recovered(self) -> None:
        """Forget all failures."""
        if self._failures >= PATIENCE:
            _LOGGER.info("%s is read again", self.config_entry.title)
        if self._refused:
            for flow in self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
        if self._failing_since is not None:
            self.clear_issue(ISSUE_SILENT)
        self._failures, self._failing_since, self._refused = 0, None, False
        self._pause = self._interval

    @callback
    def _schedule(self) -> None:
        """Wait for the next beat of the grid that leaves the pause."""
        earliest = max(self.hass.loop.time(), self._last + self._pause - self._interval / 2)
        beats = ceil((earliest - self._base) / self._interval + 1e-9)
        when = self._base + max(beats, 0) * self._interval
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


async def zone_named(name: str) -> tzinfo | None:
    """Return a time zone, None if nobody knows it; its file is read aside."""
    try:
        return await dt_util.async_get_time_zone(name)
    except ValueError, OSError:
        return None

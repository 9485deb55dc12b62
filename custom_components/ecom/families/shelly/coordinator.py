"""Keeps the connection to one Shelly, and tells Home Assistant what is true."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final, override
from zlib import crc32

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...coordinator import EcomCoordinator
from ...errors import CannotConnect, DeviceError, EcomError, InvalidAuth
from ...plugs import PlugState
from ...runtime import EcomConfigEntry
from .client import News, ShellyClient
from .models import Reader

_LOGGER = logging.getLogger(__name__)

ISSUE_SILENT: Final = "shelly_silent"

POLL: Final = timedelta(seconds=60)
"""A device tells what changes; asking for the rest as well shows that it still does."""
VALID_FOR: Final = 3 * POLL + timedelta(seconds=10)
PATIENCE: Final = 2
"""So many polls in a row without an answer end a connection."""
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(seconds=60)
LOCKED_OUT_PAUSE: Final = timedelta(minutes=5)
"""Between two tries with a password that was refused: it may be changed back."""
STEADY: Final = timedelta(seconds=30)
"""A connection that ends sooner than this was none: the next one waits."""
SILENT_AFTER: Final = timedelta(minutes=5)
SETTLE: Final = 1.0
"""Seconds between two looks at the settings: a flood of changes costs no more."""


class ShellyCoordinator(EcomCoordinator[PlugState]):
    """Is pushed to, asks once a minute, and connects again for as long as it takes."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry, client: ShellyClient) -> None:
        """Know nothing; ``first_read`` connects, and ``start`` stays connected."""
        super().__init__(hass, entry, name=f"Shelly {entry.title}", data=PlugState())
        self._client = client
        self._reader = Reader(self.data)
        self._lost = asyncio.Event()
        self._connected_at = 0.0
        self._missed = 0
        self._failures = 0
        self._failing_since: datetime | None = None
        self._locked_out = False
        self._stopping = False
        self._settings: asyncio.Task[None] | None = None
        self._settings_due = False
        self._keeper: asyncio.Task[None] | None = None
        self._share = crc32(entry.entry_id.encode()) % 1000 / 1000

    async def first_read(self) -> None:
        """Connect for the set-up; raises what the client raises."""
        await self._connect()
        self.clear_issue(ISSUE_SILENT)

    @callback
    def start(self) -> None:
        """Stay connected from now on."""
        self._keeper = self.config_entry.async_create_background_task(
            self.hass, self._keep(), f"{DOMAIN} {self.name}"
        )

    async def poll(self) -> bool:
        """Ask for everything once; return whether that worked. Nothing is raised."""
        try:
            await self._client.refresh()
        except EcomError as err:
            self._unanswered(err)
            return False
        self._missed = 0
        self._take()
        self._look_at_settings()
        return True

    async def switch(self, number: int, on: bool) -> None:  # noqa: FBT001 - what it does
        """Send a command once; raises what the client raises."""
        try:
            await self._client.switch(number, on)
        except InvalidAuth as err:
            self._unanswered(err)
            raise

    @callback
    @override
    def on_expiry(self) -> None:
        """Show that readings went stale, and wait for the next ones to."""
        self.expire_at(self.data.next_expiry(dt_util.utcnow()))
        super().on_expiry()

    @override
    async def async_shutdown(self) -> None:
        """Stop what is under way; the repair of a silent device stays.

        A cancellation alone would not do: while aioshelly 13 hangs up, it swallows one.
        """
        self._stopping = True
        self._client.on_news = lambda _news: None
        tasks = [task for task in (self._keeper, self._settings) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await super().async_shutdown()

    async def _connect(self) -> None:
        """Connect, and take everything; raises EcomError."""
        self._lost.clear()
        self._client.on_news = self._told
        self._reader.take_identity(await self._client.connect())
        self._connected_at = self.hass.loop.time()
        self._missed, self._settings_due = 0, False
        self.data.reachable = True
        self._take()

    @callback
    def _take(self) -> None:
        """Take a whole status, and tell everyone once."""
        now = dt_util.utcnow()
        self._reader.take_settings(self._client.status, self._client.config)
        self._reader.take_status(self._client.status, now, VALID_FOR)
        self.expire_at(self.data.next_expiry(now))
        self.async_set_updated_data(self.data)

    @callback
    def _told(self, news: News) -> None:
        """Take what the device told on its own account."""
        match news:
            case News.STATUS:
                if self._reader.take_push(self._client.status, dt_util.utcnow(), VALID_FOR):
                    self.async_update_listeners()
            case News.SETTINGS:
                self._settings_due = True
                self._look_at_settings()
            case News.LOST:
                self._lost.set()

    @callback
    def _look_at_settings(self) -> None:
        """Read the settings soon, if somebody changed them."""
        if self._settings_due and self._settings is None:
            self._settings = self.config_entry.async_create_background_task(
                self.hass, self._read_settings(), f"{DOMAIN} {self.name} settings"
            )

    async def _read_settings(self) -> None:
        """Read the settings once they have settled; after a failure the next poll sees to it."""
        try:
            while self._settings_due:
                await asyncio.sleep(SETTLE)
                self._settings_due = False
                await self._client.refresh_settings()
                self._reader.take_settings(self._client.status, self._client.config)
                self.async_update_listeners()
        except EcomError as err:
            self._settings_due = True
            _LOGGER.debug("%s: settings: %s", self.config_entry.title, err)
        finally:
            self._settings = None

    async def _keep(self) -> None:
        """Stay connected, whatever happens."""
        while not self._stopping:
            try:
                await self._keep_once()
            except Exception:
                _LOGGER.exception("A status could not be taken; the connection is made anew")
                self._lost.set()
                self._failed(DeviceError("a fault of ECOM's own"))

    async def _keep_once(self) -> None:
        """Ask while there is a connection, and make another one once it is lost."""
        while not self._lost.is_set():
            await self._wait_for_poll()
        await self._client.close()
        if self.hass.loop.time() - self._connected_at < STEADY.total_seconds():
            self._failed(CannotConnect("the connection does not last"))
        await self._connect_again()

    async def _wait_for_poll(self) -> None:
        """Poll in a minute, or return as soon as the connection is lost."""
        try:
            async with asyncio.timeout(POLL.total_seconds()):
                await self._lost.wait()
        except TimeoutError:
            self._failures = 0
            await self.poll()

    async def _connect_again(self) -> None:
        """Try until it works."""
        while not self._stopping:
            await asyncio.sleep(self._pause())
            try:
                await self._connect()
            except EcomError as err:
                self._failed(err)
            else:
                self._recovered()
                return

    def _pause(self) -> float:
        """Return the seconds to the next try: none at first, then more and more."""
        if self._locked_out:
            return LOCKED_OUT_PAUSE.total_seconds()
        if not self._failures:
            return 0.0
        doubled = FIRST_PAUSE * (1 << min(self._failures - 1, 6))
        return min(doubled, LONGEST_PAUSE).total_seconds() * (1 + self._share / 4)

    @callback
    def _unanswered(self, err: EcomError) -> None:
        """Give a connection up that brings no answers; one that brings refusals works."""
        _LOGGER.debug("%s: %s", self.config_entry.title, err)
        if isinstance(err, DeviceError):
            return
        self._missed += 1
        if isinstance(err, InvalidAuth):
            self._failed(err)
        if isinstance(err, InvalidAuth) or self._missed >= PATIENCE:
            self._lost.set()

    @callback
    def _failed(self, err: EcomError) -> None:
        """Count a failure; say once that the device is gone, or refuses the password."""
        now = dt_util.utcnow()
        self._failures += 1
        self._failing_since = self._failing_since or now
        if isinstance(err, InvalidAuth) and not self._locked_out:
            self._locked_out = True
            self.config_entry.async_start_reauth(self.hass)
        if self.data.reachable:
            self.data.reachable = False
            self.data.expire(now)
            _LOGGER.info("%s cannot be read: %s", self.config_entry.title, err)
            self.async_update_listeners()
        if not self._locked_out and now - self._failing_since >= SILENT_AFTER:
            self.raise_issue(ISSUE_SILENT)

    @callback
    def _recovered(self) -> None:
        """Forget that it was gone."""
        if self._failing_since is not None:
            _LOGGER.info("%s is read again", self.config_entry.title)
            self.clear_issue(ISSUE_SILENT)
        if self._locked_out:
            for flow in self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
        self._failing_since, self._locked_out = None, False

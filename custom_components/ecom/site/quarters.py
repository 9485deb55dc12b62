"""Follows what counts each meter of the Site, and keeps its energy by quarter-hour."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..core.quarters import Mark, Series
from .accounts import Accounts, Feed
from .counting import Counting, counting
from .directory import PortDirectory
from .meters import MeterConfig, MeterWatch
from .pasts import SIGNS, Pasts, account_key
from .quarter_store import QuarterStore
from .track import Track

_LOGGER = logging.getLogger(__name__)

FLUSH_EVERY: Final = timedelta(minutes=5)
PRUNE_EVERY: Final = timedelta(days=1)


type Bands = Callable[[MeterConfig], Mapping[str, str]]


class QuarterBook:
    """The series of all meters: those that are followed now, and those of the past."""

    def __init__(
        self,
        hass: HomeAssistant,
        directory: PortDirectory,
        store: QuarterStore,
        accounts: Accounts,
    ) -> None:
        """Take a store that is open, and the accounts in it; ``start`` begins to write."""
        self.store = store
        self.accounts = accounts
        self.tracks: dict[str, Track] = {}
        self.pasts = Pasts(store.segments())
        self._hass = hass
        self._directory = directory
        self._marks = store.marks()
        self._stops: list[CALLBACK_TYPE] = []
        self._failing = False
        self._lock = asyncio.Lock()
        self._resumed = asyncio.Event()
        self._resumed.set()

    @callback
    def start(self) -> None:
        """Write every few minutes, and when Home Assistant stops."""
        self._stops = [
            async_track_time_interval(self._hass, self._flush_now, FLUSH_EVERY),
            async_track_time_interval(self._hass, self._prune, PRUNE_EVERY),
            self._hass.bus.async_listen(EVENT_HOMEASSISTANT_FINAL_WRITE, self._flush_last),
        ]

    @callback
    def follow(self, meters: Iterable[MeterWatch], bands: Bands) -> None:
        """Follow what counts these meters now; ports may have come, gone or been replaced.

        ``bands`` says which registers of a meter count which band.

        What a device remembers is followed in any case: its statistics have gaps too,
        whether it is a meter of the Site, a phase of one, or neither.
        """
        wanted: dict[str, Counting] = {
            port.key: Counting(key=port.key, port=port, kind=port.kind)
            for port in self._directory.remembered()
        }
        found = [
            each
            for meter in meters
            for each in counting(
                self._directory, self.pasts, meter.config, bands(meter.config), self.stands
            )
        ]
        wanted |= {each.key: each for each in found}
        sources = [each.source for each in found if each.source is not None]
        self.accounts.follow(sources)
        for key in [*self.tracks]:
            track = self.tracks[key]
            if key not in wanted or wanted[key].port is not track.port:
                track.stop()
        for key, each in wanted.items():
            feeds = [
                Feed(accounts=self.accounts, source=source)
                for source in sources
                if source.key == key
            ]
            self._track(each, feeds)

    def _track(self, counted: Counting, feeds: list[Feed]) -> None:
        """Follow a series, or go on following it."""
        key = counted.key
        known = self.tracks.get(key)
        if known is not None:
            known.feeds = feeds
            if known.port is counted.port and known.following:
                return
        track = Track(
            key,
            counted.port,
            known.series if known is not None else self._series(counted),
            sign=counted.sign,
            remembers=self._directory.history(key) is not None,
        )
        track.feeds = feeds
        if known is not None:
            track.gaps, track.marks = known.gaps, known.marks
        self.tracks[key] = track
        track.start()

    @callback
    def moved(self, old: str, new: str) -> None:
        """Let what counted a meter, and its accounts, go on under the name of another port."""
        self.pasts.moved(old, new)
        for direction in SIGNS:
            names = account_key(old, direction), account_key(new, direction)
            self.pasts.moved(*names)
            self.accounts.moved(*names)
        # What reads the file by the new name should find it there.
        self._hass.async_create_task(self.flush(), eager_start=False)

    @callback
    def stands(self, key: str) -> Mark | None:
        """Return where a counter was read last, whether it is followed or not."""
        track = self.tracks.get(key)
        return self._marks.get(key) if track is None else track.series.mark

    @callback
    def place(self, key: str, mark: Mark | None) -> None:
        """Let a counter go on from a mark, which whoever says so stores."""
        if (track := self.tracks.get(key)) is not None:
            track.series.mark = track.series.stored = mark
        if mark is None:
            self._marks.pop(key, None)
        else:
            self._marks[key] = mark

    async def flush(self) -> None:
        """Write what is not written yet; what fails is tried again the next time.

        A caller that is cancelled does not take the writing with it.
        """
        await asyncio.shield(self._hass.async_create_task(self._flush(), eager_start=True))

    async def pause(self) -> None:
        """Write what is known, and nothing more until ``resume``: the file is copied."""
        await self.flush()
        self._resumed.clear()
        await self._hass.async_add_executor_job(self.store.db.checkpoint)

    def resume(self) -> None:
        """Write again."""
        self._resumed.set()

    @property
    def paused(self) -> bool:
        """Return whether nothing is written for now."""
        return not self._resumed.is_set()

    async def quiet(self) -> None:
        """Wait until nothing is being written: what is known is then stored, or waits."""
        async with self._lock:
            return

    async def close(self) -> None:
        """Follow nothing any more, and write what is left."""
        for stop in self._stops:
            stop()
        for track in self.tracks.values():
            track.stop()
        self.resume()
        await self.flush()
        await self._hass.async_add_executor_job(self.store.close)

    async def _flush(self) -> None:
        async with self._lock:
            if self._resumed.is_set():
                await self._write()

    async def settled[T](self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Write what is known and do a job in the executor, with nothing written in between.

        ``then`` takes its result. While files are copied it waits. Raises what the job raises.
        """
        await self._resumed.wait()
        async with self._lock:
            await self._write()
            then(await self._hass.async_add_executor_job(job))

    async def _write(self) -> None:
        batches = [batch for track in self.tracks.values() if (batch := track.batch())]
        meters, ledger = self.pasts.drain(), self.accounts.drain()
        try:
            await self._hass.async_add_executor_job(self.store.write, batches, meters, ledger)
        except (OverflowError, sqlite3.Error) as err:
            # A number that is too large for the file must not lose what else was drained.
            for batch in batches:
                self.tracks[batch.key].put_back(batch)
            self.pasts.put_back(meters)
            self.accounts.put_back(ledger)
            if not self._failing:
                _LOGGER.warning("Quarter-hours cannot be written, and wait: %s", err)
            self._failing = True
            return
        self.accounts.written(ledger)
        if self._failing:
            _LOGGER.info("Quarter-hours are written again")
        self._failing = False

    def _series(self, counted: Counting) -> Series:
        """Return a series, going on where an earlier run left off; made of power, anew."""
        mark = None if counted.sign else self._marks.get(counted.key)
        return Series(kind=counted.kind, mark=mark, stored=mark)

    async def _flush_now(self, _now: datetime) -> None:
        await self.flush()

    async def _flush_last(self, _event: Event) -> None:
        await self.flush()

    async def _prune(self, now: datetime) -> None:
        zone = dt_util.get_default_time_zone()
        try:
            await self._hass.async_add_executor_job(self.store.prune, now)
            await self._hass.async_add_executor_job(self.store.ledger.prune, now, zone)
        except sqlite3.Error as err:
            _LOGGER.info("What is too old is forgotten the next time: %s", err)

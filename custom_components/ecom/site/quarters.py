"""Follows what counts each meter of the Site, and keeps its energy by quarter-hour."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.quarters import Gap, Integrator, Series
from ..ports import NEVER, AnyPort, Kind, Reading, Unsubscribe
from .directory import PortDirectory
from .meters import KINDS, MeterConfig, MeterWatch
from .quarter_store import Batch, QuarterStore, StoreDamaged

_LOGGER = logging.getLogger(__name__)

FLUSH_EVERY: Final = timedelta(minutes=5)
PRUNE_EVERY: Final = timedelta(days=1)

DRAWN, FED = "drawn", "fed"


def database(hass: HomeAssistant) -> Path:
    """Return where the quarter-hours are kept."""
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.quarters.db"))


def open_store(path: Path) -> QuarterStore:
    """Return the store; one that cannot be read is put aside, and a new one begun. Blocks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return QuarterStore(path)
    except StoreDamaged as err:
        aside = path.with_suffix(f".damaged-{int(dt_util.utcnow().timestamp())}")
        _LOGGER.warning(
            "The quarter-hours in %s cannot be read (%s); they are kept as %s, and begin anew",
            path.name,
            err,
            aside.name,
        )
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.rename(aside)
        return QuarterStore(path)


class Track:
    """One series, and the port that it is made from."""

    def __init__(
        self, key: str, port: AnyPort, series: Series, *, sign: int = 0, remembers: bool = False
    ) -> None:
        """Follow a counter, or with a ``sign`` one direction of a power.

        ``remembers`` says that the device can be asked about the gaps.
        """
        self.key = key
        self.port = port
        self.series = series
        self.gaps: list[Gap] = []
        self.gaps_wait = remembers  # some may wait since an earlier run
        self._remembers = remembers
        self._integrator = Integrator(sign) if sign else None
        self._unsubscribe: Unsubscribe | None = None

    @property
    def following(self) -> bool:
        """Return whether the port is listened to."""
        return self._unsubscribe is not None

    @callback
    def start(self) -> None:
        """Take what the port says now, and from now on."""
        self._unsubscribe = self.port.subscribe(self.take)
        self.take(self.port.read())

    @callback
    def stop(self) -> None:
        """Follow nothing."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    @callback
    def take(self, reading: Reading[Any]) -> None:
        """Count; what is absent or stale counts nothing."""
        if self._integrator is not None:
            self._integrate(self._integrator, reading)
        elif reading.value is not None and not reading.is_stale(dt_util.utcnow()):
            gap = self.series.take(reading.measured_at, reading.value)
            if gap is not None and self._remembers:
                self.gaps.append(gap)
                self.gaps_wait = True

    def _integrate(self, integrator: Integrator, reading: Reading[Any]) -> None:
        """Count power over time; what is made so is estimated."""
        if reading.measured_at == NEVER:
            return
        known = integrator.take(reading.measured_at, reading.value, reading.valid_for)
        if not known:
            self.series.skip(reading.measured_at, integrator.total_wh)
            return
        self.series.take(reading.measured_at, integrator.total_wh)
        for quarter in self.series.pending.values():
            quarter.estimated = True

    def batch(self) -> Batch | None:
        """Return what has become known since the last one, None if nothing."""
        if self.series.mark is None or not (self.series.pending or self.gaps):
            return None
        gaps, self.gaps = tuple(self.gaps), []
        return Batch(key=self.key, mark=self.series.mark, quarters=self.series.drain(), gaps=gaps)

    def put_back(self, batch: Batch) -> None:
        """Take back what could not be stored."""
        self.series.put_back(batch.quarters)
        self.gaps = [*batch.gaps, *self.gaps]


class QuarterBook:
    """The series of all meters: those that are followed now, and those of the past."""

    def __init__(self, hass: HomeAssistant, directory: PortDirectory, store: QuarterStore) -> None:
        """Take a store that is open; ``start`` begins to write."""
        self.store = store
        self.tracks: dict[str, Track] = {}
        self._hass = hass
        self._directory = directory
        self._marks = store.marks()
        self._series_of = store.series_of()
        self._stops: list[CALLBACK_TYPE] = []
        self._failing = False
        self._lock = asyncio.Lock()
        self._paused = False

    @callback
    def start(self) -> None:
        """Write every few minutes, and when Home Assistant stops."""
        self._stops = [
            async_track_time_interval(self._hass, self._flush_now, FLUSH_EVERY),
            async_track_time_interval(self._hass, self._prune, PRUNE_EVERY),
            self._hass.bus.async_listen(EVENT_HOMEASSISTANT_FINAL_WRITE, self._flush_last),
        ]

    @callback
    def follow(self, meters: Iterable[MeterWatch]) -> None:
        """Follow what counts these meters now; ports may have come, gone or been replaced.

        What a device remembers is followed in any case: its statistics have gaps too,
        whether it is a meter of the Site, a phase of one, or neither.
        """
        configs = [meter.config for meter in meters]
        wanted = {port.key: (port, port.kind, 0) for port in self._directory.remembered()}
        wanted |= {
            key: (port, kind, sign)
            for config in configs
            for key, port, kind, sign in self._counted(config)
        }
        for key in [*self.tracks]:
            track = self.tracks[key]
            if key not in wanted or wanted[key][0] is not track.port:
                track.stop()
        for key, (port, kind, sign) in wanted.items():
            known = self.tracks.get(key)
            if known is not None and known.port is port and known.following:
                continue
            series = known.series if known is not None else self._series(key, kind, sign)
            remembers = self._directory.history(key) is not None
            track = Track(key, port, series, sign=sign, remembers=remembers)
            if known is not None:
                track.gaps = known.gaps
            self.tracks[key] = track
            track.start()

    def keys(self, config: MeterConfig) -> Mapping[str, str]:
        """Return the keys of a meter's series by direction, ``drawn`` and ``fed``.

        While its source is not there, they are those that it had before.
        """
        return self._series_of.get(_name(config), {})

    async def carry_over(self, old: MeterConfig, new: MeterConfig) -> None:
        """Let a meter's series go on under the ports that it reads from now on.

        It is the same device by another way, such as another integration: its counters
        stand where they stood.
        """
        await self.flush()
        counters = new.counters(self._directory)
        before = self.keys(old)
        for direction, key in ((DRAWN, counters.imported), (FED, counters.exported)):
            if key is None or (was := before.get(direction)) is None or was == key:
                continue
            await self._hass.async_add_executor_job(self.store.rename, was, key)
            if (track := self.tracks.pop(was, None)) is not None:
                track.stop()
        self._marks = await self._hass.async_add_executor_job(self.store.marks)

    async def flush(self) -> None:
        """Write what is not written yet; what fails is tried again the next time."""
        async with self._lock:
            if not self._paused:
                await self._write()

    async def pause(self) -> None:
        """Write what is known, and nothing more until ``resume``: the file is copied."""
        await self.flush()
        self._paused = True
        await self._hass.async_add_executor_job(self.store.checkpoint)

    def resume(self) -> None:
        """Write again."""
        self._paused = False

    async def close(self) -> None:
        """Follow nothing any more, and write what is left."""
        for stop in self._stops:
            stop()
        for track in self.tracks.values():
            track.stop()
        self.resume()
        await self.flush()
        await self._hass.async_add_executor_job(self.store.close)

    async def _write(self) -> None:
        batches = [batch for track in self.tracks.values() if (batch := track.batch())]
        try:
            await self._hass.async_add_executor_job(
                self.store.write, batches, dict(self._series_of)
            )
        except sqlite3.Error as err:
            for batch in batches:
                self.tracks[batch.key].put_back(batch)
            if not self._failing:
                _LOGGER.warning("Quarter-hours cannot be written, and wait: %s", err)
            self._failing = True
            return
        if self._failing:
            _LOGGER.info("Quarter-hours are written again")
        self._failing = False

    def _counted(self, config: MeterConfig) -> Iterable[tuple[str, AnyPort, Kind, int]]:
        """Yield key, port, kind and sign of each series of a meter whose port is there."""
        kind = KINDS[config.role]
        power = self._directory.resolve(config.port, kind, config.valid_for)
        if power is None or power.kind is not kind:
            return
        counters = config.counters(self._directory)
        counted = {DRAWN: counters.imported, FED: counters.exported}
        keys = {direction: key for direction, key in counted.items() if key is not None}
        self._series_of[_name(config)] = keys or {each: f"{config.port}#{each}" for each in counted}
        if not keys:
            sign = -1 if config.inverted else 1
            yield f"{config.port}#{DRAWN}", power, Kind.ENERGY, sign
            yield f"{config.port}#{FED}", power, Kind.ENERGY, -sign
        for key in keys.values():
            counts = kind if key == config.port else Kind.ENERGY
            port = self._directory.resolve(key, counts, config.valid_for)
            if port is not None and port.kind is counts:
                yield key, port, counts, 0

    def _series(self, key: str, kind: Kind, sign: int) -> Series:
        """Return a series, going on where an earlier run left off; made of power, anew."""
        counted = Kind.ENERGY if sign else kind
        return Series(kind=counted, mark=None if sign else self._marks.get(key))

    async def _flush_now(self, _now: datetime) -> None:
        await self.flush()

    async def _flush_last(self, _event: Event) -> None:
        await self.flush()

    async def _prune(self, now: datetime) -> None:
        await self._hass.async_add_executor_job(self.store.prune, now)


def _name(config: MeterConfig) -> str:
    """Return what the store knows a meter by: turning it round swaps its directions."""
    return f"-{config.port}" if config.inverted else config.port

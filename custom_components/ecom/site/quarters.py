"""Follows what counts each meter of the Site, and keeps its energy by quarter-hour."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.quarters import Series
from ..core.timeline import to_ms
from ..ports import AnyPort, Kind
from .directory import PortDirectory
from .meters import KINDS, MeterConfig, MeterWatch
from .quarter_store import QuarterStore, Segment, Segments, StoreDamaged
from .track import Track

_LOGGER = logging.getLogger(__name__)

FLUSH_EVERY: Final = timedelta(minutes=5)
PRUNE_EVERY: Final = timedelta(days=1)

DRAWN, FED = "drawn", "fed"
SIGNS: Final = {DRAWN: 1, FED: -1}
OPPOSITE: Final = {DRAWN: FED, FED: DRAWN}


def database(hass: HomeAssistant) -> Path:
    """Return where the quarter-hours are kept."""
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.quarters.db"))


def open_store(path: Path) -> QuarterStore:
    """Return the store; a damaged one is put aside whole, and a new one begun.

    Blocks. Raises OSError or sqlite3.Error if it cannot be opened now, which is no damage.
    """
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
        for suffix in ("", "-wal", "-shm"):
            if (part := path.with_name(path.name + suffix)).exists():
                part.rename(aside.with_name(aside.name + suffix))
        return QuarterStore(path)


def delete_quarters(path: Path) -> None:
    """Delete the quarter-hours, with what was put aside of them. Blocks."""
    for part in path.parent.glob(f"{path.stem}.*"):
        part.unlink()


class QuarterBook:
    """The series of all meters: those that are followed now, and those of the past."""

    def __init__(self, hass: HomeAssistant, directory: PortDirectory, store: QuarterStore) -> None:
        """Take a store that is open; ``start`` begins to write."""
        self.store = store
        self.tracks: dict[str, Track] = {}
        self._hass = hass
        self._directory = directory
        self._marks = store.marks()
        self._segments = store.segments()
        self._changed: set[str] = set()
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

    def segments(self, config: MeterConfig) -> Segments:
        """Return what has counted a meter and when, by ``drawn`` and ``fed``.

        A meter that is turned round has its past turned round as well.
        """
        known = self._segments.get(config.port, {})
        if not config.inverted:
            return known
        return {OPPOSITE[direction]: times for direction, times in known.items()}

    @callback
    def moved(self, old: str, new: str) -> None:
        """Let what counted a meter go on as its past, now that it reads another port."""
        if new not in self._segments and (past := self._segments.pop(old, None)) is not None:
            self._segments[new] = past
            self._changed |= {old, new}

    async def flush(self) -> None:
        """Write what is not written yet; what fails is tried again the next time.

        A caller that is cancelled does not take the writing with it.
        """
        await asyncio.shield(self._hass.async_create_task(self._flush(), eager_start=True))

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

    async def _flush(self) -> None:
        async with self._lock:
            if not self._paused:
                await self._write()

    async def _write(self) -> None:
        batches = [batch for track in self.tracks.values() if (batch := track.batch())]
        changed, self._changed = self._changed, set()
        meters = {name: self._segments.get(name, {}) for name in changed}
        try:
            await self._hass.async_add_executor_job(self.store.write, batches, meters)
        except sqlite3.Error as err:
            for batch in batches:
                self.tracks[batch.key].put_back(batch)
            self._changed |= changed
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
        keys = self._keys(config)
        made = {direction: f"{config.port}#{direction}" for direction in SIGNS}
        self._note(config.port, keys or made)
        if not keys:
            for direction, key in made.items():
                yield key, power, Kind.ENERGY, SIGNS[direction]
        for key in keys.values():
            counts = kind if key == config.port else Kind.ENERGY
            port = self._directory.resolve(key, counts, config.valid_for)
            if port is not None and port.kind is counts:
                yield key, port, counts, 0

    def _keys(self, config: MeterConfig) -> dict[str, str]:
        """Return what counts a meter by direction, as its port has it, whichever way it is."""
        counters = config.counters(self._directory)
        counted = {DRAWN: counters.imported, FED: counters.exported}
        return {
            OPPOSITE[direction] if config.inverted else direction: key
            for direction, key in counted.items()
            if key is not None
        }

    def _note(self, name: str, keys: Mapping[str, str]) -> None:
        """Note what counts a meter from now on, if that is something else than before."""
        known = self._segments.setdefault(name, {})
        now = to_ms(dt_util.utcnow())
        for direction in SIGNS:
            times = known.setdefault(direction, [])
            current = times[-1].key if times and times[-1].until is None else None
            if current == keys.get(direction):
                continue
            if current is not None:
                times[-1] = replace(times[-1], until=now)
            if direction in keys:
                # What counts a meter first has counted it before as well, if it counted at all.
                times.append(Segment(key=keys[direction], since=now if times else 0))
            self._changed.add(name)

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

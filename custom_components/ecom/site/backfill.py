"""Gives the hours of a gap their energy back, from what the devices remember."""

import logging
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..core.backfill import GapHours, hourly, quarterly
from ..core.quarters import SCALES, Gap, Quarter
from ..core.timeline import HOUR, QUARTER_MS, to_ms
from ..errors import EcomError
from ..ports import HourEnergy, Kind
from .directory import PortDirectory
from .ledger import LedgerBook
from .quarters import QuarterBook
from .statistics import energy_sensor, read_hours, write_hours

_LOGGER = logging.getLogger(__name__)

LOOK_EVERY: Final = timedelta(minutes=1)
COMPILED_AFTER: Final = timedelta(minutes=1)
"""After the end of an hour the recorder needs some seconds to compile it."""
PATIENCE: Final = timedelta(hours=3)
"""So long after the hour a device may take to answer, and the recorder to compile."""
SECOND_MS: Final = 1000
SCALE: Final = SCALES[Kind.ENERGY]


class Backfill:
    """Looks every minute whether a gap can be filled, and fills one at a time."""

    def __init__(
        self,
        hass: HomeAssistant,
        directory: PortDirectory,
        book: QuarterBook,
        ledger: LedgerBook,
    ) -> None:
        """Take the book that notices gaps, and what they cost; ``start`` begins."""
        self._hass = hass
        self._directory = directory
        self._book = book
        self._ledger = ledger
        self._stop: CALLBACK_TYPE | None = None
        self.busy = False

    @callback
    def start(self) -> None:
        """Begin to look."""
        self._stop = async_track_time_interval(self._hass, self._look, LOOK_EVERY)

    @callback
    def close(self) -> None:
        """Look no more."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    async def _look(self, now: datetime) -> None:
        if self.busy:
            return
        self.busy = True
        try:
            for key, track in tuple(self._book.tracks.items()):
                if track.following and track.gaps_wait:
                    await self._fill_safely(key, now)
        finally:
            self.busy = False

    async def _fill_safely(self, key: str, now: datetime) -> None:
        """Fill the gaps of one series; one that cannot be filled keeps no other from it."""
        try:
            await self._fill_all(key, now)
        except sqlite3.Error as err:
            _LOGGER.debug("The gaps of a counter wait: %s", err)
        except Exception:
            self._book.tracks[key].gaps_wait = False
            _LOGGER.exception("A gap could not be filled; its hours stay as they are")

    async def _fill_all(self, key: str, now: datetime) -> None:
        """Fill the gaps of one series that are over for long enough."""
        await self._book.flush()
        gaps = await self._hass.async_add_executor_job(self._book.store.gaps, key)
        waiting = False
        for gap in gaps:
            waiting |= not await self._fill(key, gap, now)
        self._book.tracks[key].gaps_wait = waiting

    async def _fill(self, key: str, gap: Gap, now: datetime) -> bool:
        """Fill one gap; return False if it has to wait."""
        history = self._directory.history(key)
        hours = GapHours(since=gap.since, until=gap.until, total_wh=0.0)
        compiled = hours.last + HOUR + COMPILED_AFTER
        if history is None:
            await self._store(key, gap, {})
            return True
        if now < compiled:
            return False
        late = now > compiled + PATIENCE
        try:
            remembered = await history.hours(hours.first, hours.last + HOUR)
        except EcomError as err:
            _LOGGER.debug("The memory of %s cannot be read: %s", key, err)
            if late:
                await self._store(key, gap, {})
            return late
        done = await self._fill_statistics(key, hours, remembered)
        if not (done or late):
            return False
        await self._fill_quarters(key, gap, remembered)
        _LOGGER.info(
            "The hours from %s to %s were made anew from a device's memory",
            dt_util.as_local(hours.first),
            dt_util.as_local(hours.last + HOUR),
        )
        return True

    async def _fill_statistics(
        self, key: str, hours: GapHours, remembered: Sequence[HourEnergy]
    ) -> bool:
        """Rewrite the hourly statistics; return False while the last hour is not compiled."""
        entity_id = energy_sensor(self._hass, key)
        if entity_id is None or hours.first == hours.last:
            return True
        recorded = await read_hours(self._hass, entity_id, hours.first, hours.last)
        if recorded is None:
            return False
        total = recorded.after_wh - recorded.before_wh
        if total >= 0:
            gap = GapHours(
                since=hours.since,
                until=hours.until,
                total_wh=total,
                measured_wh=_measured(hours, await self._quarters(key, hours)),
            )
            # The first hour of a fresh statistic holds only what was counted since it began.
            whole = _without(remembered, hours.first) if recorded.fresh else remembered
            write_hours(self._hass, recorded, hourly(gap, whole))
        return True

    async def _fill_quarters(self, key: str, gap: Gap, remembered: Sequence[HourEnergy]) -> None:
        """Make the quarter-hours of the gap anew."""
        hours = GapHours(since=gap.since, until=gap.until, total_wh=0.0)
        stored = await self._quarters(key, hours)
        whole = GapHours(
            since=gap.since,
            until=gap.until,
            total_wh=sum(each.amount for each in stored.values()) / SCALE,
            measured_wh=_measured(hours, stored),
        )
        for hour in (hours.first, hours.last):
            if not _is_whole(stored, hour):
                remembered = _without(remembered, hour)
        made = quarterly(whole, hourly(whole, remembered), stored, SCALE)
        await self._store(key, gap, made)

    async def _quarters(self, key: str, hours: GapHours) -> dict[int, Quarter]:
        return await self._hass.async_add_executor_job(
            self._book.store.quarters, key, hours.first, hours.last + HOUR
        )

    async def _store(self, key: str, gap: Gap, quarters: dict[int, Quarter]) -> None:
        await self._ledger.fill(key, gap, quarters)


def _without(remembered: Sequence[HourEnergy], hour: datetime) -> Sequence[HourEnergy]:
    """Leave out an hour of which less is counted here than the device remembers."""
    return [each for each in remembered if each.start != hour]


def _is_whole(stored: dict[int, Quarter], hour: datetime) -> bool:
    """Return whether an hour was followed from its beginning to its end."""
    first = to_ms(hour) // QUARTER_MS
    covered = (stored[at].covered_ms for at in range(first, first + 4) if at in stored)
    return sum(covered) >= 4 * QUARTER_MS - SECOND_MS


def _measured(hours: GapHours, stored: dict[int, Quarter]) -> dict[datetime, float]:
    """Return what was counted outside of the gap in its first and last hour, in Wh."""
    since, until = to_ms(hours.since) // QUARTER_MS, to_ms(hours.until) // QUARTER_MS
    found: dict[datetime, float] = {}
    for hour in (hours.first, hours.last):
        first = to_ms(hour) // QUARTER_MS
        outside = (at for at in range(first, first + 4) if not since <= at <= until)
        found[hour] = sum(stored[at].amount for at in outside if at in stored) / SCALE
    return found

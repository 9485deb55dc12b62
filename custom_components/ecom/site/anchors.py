"""Where a counter stood for sure, around readings that are brought in.

Everything here blocks: Home Assistant calls it from its executor.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ..core.costs.readings import Read, ReadingsError, Swap, steps_of, with_edges
from ..core.costs.rows import HOUR_MS, MINUTE_MS, Flag, Row
from ..core.costs.stretches import Anchor, anchor_of, widened
from ..core.quarters import LONGEST_MS, Quarter
from ..core.timeline import QUARTER_MS, from_ms
from ..ports import Kind
from .pasts import is_made
from .quarter_store import QuarterStore, Segment

_QUARTERS: Final = HOUR_MS // QUARTER_MS


def anchors(store: QuarterStore, segments: Sequence[Segment], start: int, end: int) -> list[Anchor]:
    """Return the moments of a time in ms, and of what may lie around it, in order."""
    found: dict[int, Anchor] = {}
    for segment in segments:
        first = max(start - LONGEST_MS, segment.since)
        last = end + LONGEST_MS if segment.until is None else min(end + LONGEST_MS, segment.until)
        found |= {each.at: each for each in _of(store, segment.key, first, last)}
    return [found[at] for at in sorted(found)]


def _of(store: QuarterStore, key: str, first: int, last: int) -> Iterator[Anchor]:
    """Yield what is known of one series, what is known best at the end."""
    stood = store.marks().get(key)
    if stood is not None and first <= stood.at <= last:
        yield anchor_of(Read(at=stood.at, index=stood.index))
    for hour, mark in store.ledger.marks(key, first, last + 1).items():
        if not mark.estimated:
            yield anchor_of(Read(at=hour * HOUR_MS, index=mark.index))
    swaps = {
        each.at: Swap(closing=each.closing, opening=each.opening)
        for each in store.ledger.exchanges(key)
    }
    for at, swap in swaps.items():
        if first <= at <= last:
            yield anchor_of(Read(at=at, index=swap.opening, swap=swap))
    for at, index in store.readings(key, first, last).items():
        yield anchor_of(Read(at=at, index=index, swap=swaps.get(at)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What is known of an account, or of the band of a register in it.

    ``oldest`` is since when quarter-hours are kept, in ms.
    """

    store: QuarterStore
    account: str
    segments: Sequence[Segment]
    kind: Kind
    band: str | None
    oldest: int

    def widened(self, readings: Sequence[Read]) -> list[Read]:
        """Return readings with those before and after them by which they fit what is known.

        Raises ReadingsError for those that do not fit.
        """
        first, last = readings[0].at, readings[-1].at
        if is_made(self.segments[-1].key) or not any(map(self._is_estimated, (first, last))):
            return [*readings]
        sure = anchors(self.store, self.segments, first, last)
        # What a register counted lies in the hours of its band, and what is old by the hour.
        by_hour = self.band is not None or first < self.oldest
        unit = HOUR_MS if by_hour else QUARTER_MS
        whole = [each.at for each in sure if each.at % unit == 0]
        start = max((at for at in whole if at < first), default=first - LONGEST_MS)
        end = min((at for at in whole if at > last), default=last + LONGEST_MS)
        there = known(self.store, self.segments, *_hours(start, end))
        if start < self.oldest:
            there |= self._old(there, sure, start, end)
        found = widened(readings, there, sure, unit=unit)
        try:
            steps_of(found, self.kind)
        except ReadingsError as err:
            number = 1 if err.number <= found.index(readings[-1]) + 1 else len(readings)
            raise ReadingsError("reading_against_known", number) from err
        return found

    def _is_estimated(self, moment: int) -> bool:
        """Return whether a moment may lie between readings far apart, as what is old does."""
        around = known(self.store, self.segments, *_hours(moment - 1, moment + 1))
        return moment < self.oldest or any(each.estimated for each in around.values())

    def _old(
        self, young: Mapping[int, Quarter], sure: Sequence[Anchor], start: int, end: int
    ) -> dict[int, Quarter]:
        """Return the time of which rows alone are known, as quarter-hours.

        Rows that hold all that was counted between two anchors are all that there is to know.
        """
        found: dict[int, Quarter] = {}
        for before, now in pairwise(each for each in sure if start <= each.at <= end):
            held = self._held(before.at, now.at)
            if sum(row.amount for row in held.values()) != now.ends - before.begins:
                continue
            flags = [Flag.ESTIMATED in row.flags for row in held.values()]
            for hour in range(before.at // HOUR_MS, -(-min(now.at, self.oldest) // HOUR_MS)):
                found |= _quarters(
                    hour, held.get(hour, Row()), young, estimated=any(flags) or not flags
                )
        return found

    def _held(self, start: int, end: int) -> dict[int, Row]:
        """Return what an account, or a band of it, holds of each hour."""
        found: dict[int, Row] = {}
        for (minute, band), row in self.store.ledger.rows(self.account, start, end).items():
            if self.band in {None, band}:
                found.setdefault(minute * MINUTE_MS // HOUR_MS, Row()).add(row)
        return found


def _hours(start: int, end: int) -> tuple[int, int]:
    return start // HOUR_MS * HOUR_MS, -(-end // HOUR_MS) * HOUR_MS


def _quarters(
    hour: int, row: Row, young: Mapping[int, Quarter], *, estimated: bool
) -> dict[int, Quarter]:
    """Return those quarter-hours of an hour that are not kept any more, evenly."""
    numbers = range(hour * _QUARTERS, (hour + 1) * _QUARTERS)
    missing = [number for number in numbers if number not in young]
    left = row.amount - sum(young[number].amount for number in numbers if number in young)
    parts = [left * part // len(missing) for part in range(len(missing) + 1)] if missing else []
    return {
        number: Quarter(amount=upto - done, covered_ms=QUARTER_MS, estimated=estimated)
        for number, (done, upto) in zip(missing, pairwise(parts), strict=True)
    }


def known(
    store: QuarterStore, segments: Sequence[Segment], start: int, end: int
) -> dict[int, Quarter]:
    """Return what is known of quarter-hours already, whatever counted them."""
    found: dict[int, Quarter] = {}
    for key in dict.fromkeys(segment.key for segment in segments):
        with_edges(found, store.quarters(key, from_ms(start), from_ms(end)))
    return found

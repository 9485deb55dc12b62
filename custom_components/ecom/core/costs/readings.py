"""Readings that a person brings in: what they say was counted, and what was known beside them.

A counter was read at some moments of the past, by hand or by another system. What lies
between two readings was counted between them; what is known already of the hours in which
they begin and end, but lies outside of them, stays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ...ports import Kind
from ..quarters import LONGEST_MS, Mark, Quarter, Step, most_counted
from ..timeline import QUARTER_MS
from .rows import HOUR_MS

TOLERANCE_MS = 1000
"""So much of a quarter-hour may be known twice: clocks differ."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Swap:
    """The counter was exchanged since the reading before: where one ended, the next began."""

    closing: int
    opening: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """Where a counter stood at a moment in ms, in scaled units."""

    at: int
    index: int
    swap: Swap | None = None


class ReadingsError(ValueError):
    """Readings that cannot be: ``key`` is that of a text, ``number`` the reading's, from 1."""

    def __init__(self, key: str, number: int) -> None:
        """Say what is wrong, and where."""
        super().__init__(key)
        self.key = key
        self.number = number


def steps_of(readings: Sequence[Read], kind: Kind) -> list[Step]:
    """Return what was counted between readings; raises ReadingsError.

    Each is later than the one before it, and stands as high unless the counter was exchanged.
    """
    if len(readings) < 2:  # noqa: PLR2004 - there is nothing between fewer
        raise ReadingsError("readings_too_few", len(readings))
    return [
        _step(before, now, kind, number)
        for number, (before, now) in enumerate(pairwise(readings), 2)
    ]


def _step(before: Read, now: Read, kind: Kind, number: int) -> Step:
    elapsed = now.at - before.at
    if elapsed <= 0:
        raise ReadingsError("readings_not_ascending", number)
    if elapsed > LONGEST_MS:
        raise ReadingsError("readings_too_far_apart", number)
    parts = [now.index - before.index]
    if now.swap is not None:
        parts = [now.swap.closing - before.index, now.index - now.swap.opening]
    if min(parts) < 0:
        key = "reading_falls" if now.swap is None else "reading_against_exchange"
        raise ReadingsError(key, number)
    if sum(parts) > most_counted(kind, elapsed):
        raise ReadingsError("reading_too_much", number)
    return Step(since=before.at, until=now.at, amount=sum(parts), index=now.index)


def overlaps(known: Mapping[int, Quarter], start: int, end: int) -> bool:
    """Return whether anything is known already of ``[start, end)``, by whole quarter-hours.

    Of those at the edges more must be known than what lies outside.
    """
    return any(
        each.covered_ms > QUARTER_MS - _inside(number, start, end) + TOLERANCE_MS
        for number, each in known.items()
        if _inside(number, start, end)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What is known of the hours at the edges of a time, outside of it: amounts and quarters.

    ``edges`` are the quarter-hours that lie in the time with a part only, as they are without
    that part.
    """

    before: Sequence[Step]
    after: Sequence[Step]
    edges: Mapping[int, Quarter]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the counter's own indexes tell of the quarter-hours at the edges, None for nothing.

    ``left`` is what was counted before the time began, in the quarter-hour in which it does,
    and ``right`` what was counted after it ended. ``since`` is where the counter was read
    first and ``until`` where last, in ms: nothing is known of what lies before or after.
    """

    left: int | None = None
    right: int | None = None
    since: int | None = None
    until: int | None = None


def counted_before(
    known: Mapping[int, Quarter], read: Read, marks: Iterable[Mark | None]
) -> int | None:
    """Return what of its quarter-hour was counted before a reading, if any is known of it.

    ``marks`` are where the counter stood at the top of the hour, or later than the reading; the
    first is believed that fits. None fits where the readings are not of the same counter, or
    where not all is known in between.
    """
    number = read.at // QUARTER_MS
    if number not in known:
        return None
    for mark in filter(None, marks):
        first, last = sorted((mark.at, number * QUARTER_MS))
        numbers = range(-(-first // QUARTER_MS), -(-last // QUARTER_MS))
        if any(
            each not in known or known[each].covered_ms + TOLERANCE_MS < _inside(each, first, last)
            for each in numbers
        ):
            continue
        between = sum(known[each].amount for each in numbers)
        counted = read.index - mark.index
        found = counted - between if mark.at <= read.at else between + counted
        if 0 <= found <= known[number].amount:
            return found
    return None


NOTHING_TOLD: Final = Told()


def beside(known: Mapping[int, Quarter], start: int, end: int, told: Told = NOTHING_TOLD) -> Beside:
    """Return what quarter-hours say of the first and the last hour of a time, outside of it.

    Where the indexes do not tell what lies outside, a quarter-hour at an edge was counted
    evenly.
    """
    first, last = start // HOUR_MS * HOUR_MS, -(-end // HOUR_MS) * HOUR_MS
    before: list[Step] = []
    after: list[Step] = []
    edges: dict[int, Quarter] = {}
    for number, quarter in sorted(known.items()):
        at, until = number * QUARTER_MS, (number + 1) * QUARTER_MS
        inside = _inside(number, start, end)
        if not first <= at < last or inside == QUARTER_MS:
            continue
        earlier, later, covered_ms = _outside(number, quarter, start, end, told)
        if inside:
            edges[number] = Quarter(
                amount=earlier + later, covered_ms=covered_ms, estimated=quarter.estimated
            )
        before += _stretch(at, min(start, until), earlier)
        after += _stretch(max(end, at), until, later)
    return Beside(before=before, after=after, edges=edges)


def _outside(
    number: int, quarter: Quarter, start: int, end: int, told: Told
) -> tuple[int, int, int]:
    """Return what of a quarter-hour lies before a time and after it, and how much is known."""
    at, until = number * QUARTER_MS, (number + 1) * QUARTER_MS
    inside = _inside(number, start, end)
    left, right = max(min(start, until) - at, 0), max(until - max(end, at), 0)
    if inside and told.since is not None:
        left = max(min(start, until) - max(told.since, at), 0)
    if inside and told.until is not None:
        right = max(min(told.until, until) - max(end, at), 0)
    outside, kept = left + right, quarter.amount
    if quarter.covered_ms > outside:
        kept = quarter.amount * outside // quarter.covered_ms
    earlier = kept * left // outside if outside else 0
    later = kept - earlier if right else 0
    if inside and left and told.left is not None:
        earlier = told.left
    if inside and right and told.right is not None:
        later = told.right
    return earlier, later, min(quarter.covered_ms, outside)


def _stretch(since: int, until: int, amount: int) -> Iterator[Step]:
    if since < until:
        yield Step(since=since, until=until, amount=amount, index=0)


def _inside(number: int, start: int, end: int) -> int:
    """Return how much of a quarter-hour lies in a time, in ms."""
    at = number * QUARTER_MS
    return max(min(end, at + QUARTER_MS) - max(start, at), 0)


def with_edges(quarters: dict[int, Quarter], edges: Mapping[int, Quarter]) -> dict[int, Quarter]:
    """Return quarter-hours with what was known of those at the edges."""
    for number, each in edges.items():
        known = quarters.setdefault(number, Quarter())
        known.amount += each.amount
        known.covered_ms += each.covered_ms
        known.estimated |= each.estimated
    return quarters

"""Readings that a person brings in: what they say was counted, and what was known beside them.

A counter was read at some moments of the past, by hand or by another system. What lies
between two readings was counted between them; what is known already of the hours in which
they begin and end, but lies outside of them, stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...ports import Kind
from ..quarters import LONGEST_MS, Quarter, Step, most_counted
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


def beside(known: Mapping[int, Quarter], start: int, end: int) -> Beside:
    """Return what quarter-hours say of the first and the last hour of a time, outside of it."""
    first, last = start // HOUR_MS * HOUR_MS, -(-end // HOUR_MS) * HOUR_MS
    before: list[Step] = []
    after: list[Step] = []
    edges: dict[int, Quarter] = {}
    for number, quarter in sorted(known.items()):
        at = number * QUARTER_MS
        outside = QUARTER_MS - _inside(number, start, end)
        if not (first <= at < last and outside):
            continue
        kept = quarter
        if quarter.covered_ms > outside:
            kept = Quarter(
                amount=quarter.amount * outside // quarter.covered_ms,
                covered_ms=outside,
                estimated=quarter.estimated,
            )
        if outside < QUARTER_MS:
            edges[number] = kept
        left = max(min(start, at + QUARTER_MS) - at, 0)
        earlier = kept.amount * left // outside
        before += _stretch(at, min(start, at + QUARTER_MS), earlier)
        after += _stretch(max(end, at), at + QUARTER_MS, kept.amount - earlier)
    return Beside(before=before, after=after, edges=edges)


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

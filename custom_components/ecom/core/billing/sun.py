"""What of a consumer's rows came from the grid, and what from the site's own production."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from ..timeline import QUARTER_MS, to_ms
from .usage import UsageRow

type SunByQuarter = Mapping[int, Fraction | None]
"""The share of own sun in all consumption by quarter-hour since 1970; None is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parted:
    """Rows without the sun, and how much of each, in the rows all the same, may have been sun."""

    grid: tuple[UsageRow, ...]
    unknown: tuple[int, ...]


def parted(rows: Iterable[UsageRow], sun: SunByQuarter, used: Mapping[int, int]) -> Parted:
    """Return rows parted by quarter-hours.

    ``used`` is what the consumer used in each quarter-hour: a row that is longer is weighed
    by it, or evenly where that is not known. What the grid gave is rounded up to the mWh.
    """
    grid, unknown = [], []
    for row in rows:
        share, hidden = _share(row, sun, used)
        grid.append(replace(row, amount=row.amount - floor(row.amount * share)))
        unknown.append(floor(row.amount * hidden))
    return Parted(grid=tuple(grid), unknown=tuple(unknown))


def _share(row: UsageRow, sun: SunByQuarter, used: Mapping[int, int]) -> tuple[Fraction, Fraction]:
    """Return how much of a row was sun, and of how much of it that is not known."""
    start = to_ms(row.start)
    end = start + 1 if row.end is None else to_ms(row.end)
    numbers = range(start // QUARTER_MS, -(-end // QUARTER_MS))
    times = {
        number: min(end, (number + 1) * QUARTER_MS) - max(start, number * QUARTER_MS)
        for number in numbers
    }
    weights = {number: used.get(number, 0) * ms for number, ms in times.items()}
    total = sum(weights.values())
    if not total:
        weights, total = times, end - start
    known = {number: share for number in numbers if (share := sun.get(number)) is not None}
    share = sum((weights[number] * part for number, part in known.items()), Fraction(0))
    hidden = sum(weight for number, weight in weights.items() if number not in known)
    return share / total, Fraction(hidden, total)

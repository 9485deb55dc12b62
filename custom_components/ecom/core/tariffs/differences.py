"""Where contracts say something else than others did: other bands, or other prices of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from .pricing import PriceSlice
from .succession import Succession
from .wall import DAY

_ALIKE: Final = ("price", "provisional", "tiers", "cycle_start")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A time ``[start, end)`` in which another band holds, or else another price alone."""

    start: datetime
    end: datetime
    bands: bool


def differences(
    old: Succession, new: Succession, start: datetime, end: datetime
) -> Iterator[Difference]:
    """Yield where ``new`` differs from ``old``, in order, joined where it is of one kind.

    Only the days of the new contracts are looked at: what others have priced before they
    began, or after they ended, is nothing to them.
    """
    last: Difference | None = None
    for found in _pieces(old, new, start, end):
        if last is not None and last.end == found.start and last.bands is found.bands:
            last = replace(last, end=found.end)
            continue
        if last is not None:
            yield last
        last = found
    if last is not None:
        yield last


def widened(found: Iterable[Difference], new: Succession) -> Iterator[Difference]:
    """Yield differences, those of prices alone with a day on either side, joined.

    A register may count its band beside the hours of the contract, and has its price there.
    Nothing is widened beyond the time of the contract that it is about.
    """
    waiting: Difference | None = None
    for each in found:
        if each.bands:
            yield each
            continue
        wide = _within(each, new)
        if waiting is not None and wide.start <= waiting.end:
            waiting = replace(waiting, end=max(waiting.end, wide.end))
            continue
        if waiting is not None:
            yield waiting
        waiting = wide
    if waiting is not None:
        yield waiting


def _within(each: Difference, new: Succession) -> Difference:
    start, end = each.start - DAY, each.end + DAY
    for term in new.terms:
        if term.holds(each.start):
            start = start if term.start is None else max(start, term.start)
            end = end if term.end is None else max(min(end, term.end), each.end)
    return replace(each, start=start, end=end)


def _pieces(
    old: Succession, new: Succession, start: datetime, end: datetime
) -> Iterator[Difference]:
    old_slices, new_slices = old.slices(start, end), new.slices(start, end)
    before, after, at = next(old_slices, None), next(new_slices, None), start
    while before is not None and after is not None:
        until = min(before.end, after.end)
        if new.in_force(at) and (kind := _differ(before, after)) is not None:
            yield Difference(start=at, end=until, bands=kind)
        if before.end == until:
            before = next(old_slices, None)
        if after.end == until:
            after = next(new_slices, None)
        at = until


def _differ(before: PriceSlice, after: PriceSlice) -> bool | None:
    """Return whether bands differ, or prices alone; None if neither does."""
    if before.band != after.band:
        return True
    alike = all(getattr(before, name) == getattr(after, name) for name in _ALIKE)
    return None if alike else False

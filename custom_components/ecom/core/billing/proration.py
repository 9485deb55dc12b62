"""The part of a year, or of a month, that some days are."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from ..tariffs.model import Per, Proration

type Anchor = tuple[int, int]
"""Month and day on which the contract's years begin; its months begin on that day, too."""

_MONTHS: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Portion:
    """How many days, months or years of a price are charged, and the sum that says so.

    In the sum ``*`` stands for times. ``of`` is set where the sum is nothing but the days
    divided by it.
    """

    factor: Fraction
    days: int
    sum: str
    of: int | None = None


def anchor_of(since: date | None) -> Anchor:
    """Return where the years of a contract begin: on its own first day, or on 1 January."""
    return (1, 1) if since is None else (since.month, since.day)


def portion(per: Per, proration: Proration, anchor: Anchor, since: date, until: date) -> Portion:
    """Return which part of an amount ``per`` time falls on the days ``[since, until)``.

    A whole amount is charged for each cycle that begins within the days, so that bills
    that follow each other charge each cycle once.
    """
    days = (until - since).days
    if per is Per.DAY:
        return Portion(factor=Fraction(days), days=days, sum=str(days))
    if proration is Proration.WHOLE:
        count = len(list(cycle_starts(per, anchor, since, until)))
        return Portion(factor=Fraction(count), days=days, sum=str(count))
    parts = list(_parts(proration, anchor, since, until))
    factor = sum((Fraction(part, of) for part, of in parts), Fraction(0))
    by_month = proration is Proration.CALENDAR_MONTH
    if (per is Per.MONTH) == by_month:
        of = parts[0][1] if len(parts) == 1 else None
        return Portion(factor=factor, days=days, sum=_sum(parts), of=of)
    if by_month:
        return Portion(factor=factor / _MONTHS, days=days, sum=f"({_sum(parts)}) / {_MONTHS}")
    return Portion(factor=factor * _MONTHS, days=days, sum=f"{_MONTHS} * ({_sum(parts)})")


def cycle_starts(per: Per, anchor: Anchor, since: date, until: date) -> Iterator[date]:
    """Yield the days of ``[since, until)`` on which a day, month or year of a contract begins."""
    month, day = anchor
    at = since
    while at < until:
        begins = at.day == _clipped(at.year, at.month, day)
        if per is Per.DAY or (begins and (per is Per.MONTH or at.month == month)):
            yield at
        at += timedelta(days=1)


def cycle_of(per: Per, anchor: Anchor, day: date) -> date:
    """Return the first day of the day, month or year of a contract that a day is in."""
    month, first = anchor
    match per:
        case Per.DAY:
            return day
        case Per.MONTH:
            return day.replace(day=1)
        case _:
            start = _on(day.year, month, first)
            return start if start <= day else _on(day.year - 1, month, first)


def _parts(
    proration: Proration, anchor: Anchor, since: date, until: date
) -> Iterator[tuple[int, int]]:
    """Yield days, and how many days the year or the month has that they are in."""
    at = since
    while at < until:
        end, of = _whole(proration, anchor, at, until)
        end = min(end, until)
        yield (end - at).days, of
        at = end


def _whole(proration: Proration, anchor: Anchor, at: date, until: date) -> tuple[date, int]:
    """Return the end of the year or the month that a day is in, and its length in days."""
    match proration:
        case Proration.CALENDAR_MONTH:
            length = monthrange(at.year, at.month)[1]
            return at.replace(day=1) + timedelta(days=length), length
        case Proration.BILLING_YEAR:
            start = cycle_of(Per.YEAR, anchor, at)
            end = _on(start.year + 1, *anchor)
            return end, (end - start).days
        case Proration.DAYS_366:
            return until, 366
        case _:
            return until, 365


def _sum(parts: Iterable[tuple[int, int]]) -> str:
    """Return the sum of parts as one writes it, whole months or years counted together."""
    kept = list(parts)
    whole = sum(1 for days, of in kept if days == of)
    texts = [f"{days}/{of}" for days, of in kept if days != of]
    return " + ".join([str(whole), *texts] if whole or not texts else texts)


def _on(year: int, month: int, day: int) -> date:
    """Return a day of a year; 29 February is the 28th where there is none."""
    return date(year, month, _clipped(year, month, day))


def _clipped(year: int, month: int, day: int) -> int:
    return min(day, monthrange(year, month)[1])

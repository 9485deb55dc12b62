"""Limits of members and thresholds of meters: what was passed, told once per period.

A decision is made from what was used since the period began and from what has been told
already: no clock, no memory of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final

from .timeline import midnight


class Span(StrEnum):
    """How long a limit lasts before it begins anew."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Measure(StrEnum):
    """What a limit is counted in."""

    KWH = "kwh"
    MONEY = "money"


class AtLimit(StrEnum):
    """What happens when all of it is used."""

    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """So much, in kWh or in the currency, for a day, a week from Monday, or a month.

    ``steps`` are the shares, 0.8 for 80 %, at which to tell; 1 is always told.
    """

    amount: Decimal
    measure: Measure
    span: Span
    at_limit: AtLimit = AtLimit.WARN
    steps: tuple[Decimal, ...] = (Decimal("0.8"),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What has been told: the highest step of the period that began on that day."""

    period: date
    step: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What to do now: tell of a step or not, switch off or not, and what to remember.

    ``share`` is how much of the limit is used; ``begins`` says that a new period has begun.
    """

    share: Decimal
    tell: Decimal | None
    switch_off: bool
    begins: bool
    told: Told


MOST_SHARE: Final = Decimal(10) ** 6
"""However small a limit is, no more of it is said to be used."""

_AHEAD = {Span.DAY: 1, Span.WEEK: 7, Span.MONTH: 32}
"""So many days after its first a period is over; a month, within the next."""


def first_day(day: date, span: Span) -> date:
    """Return the first day of the period that a day is in."""
    if span is Span.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if span is Span.WEEK else day


def period(now: datetime, span: Span, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the period that a moment is in, ``[start, end)`` in UTC, by days of a zone."""
    first = first_day(now.astimezone(zone).date(), span)
    after = first + timedelta(days=_AHEAD[span])
    if span is Span.MONTH:
        after = after.replace(day=1)
    return midnight(first, zone), midnight(after, zone)


def judge(limit: Limit, used: Decimal, today: date, told: Told | None) -> Verdict:
    """Return what follows from what was used since the period began, in the limit's measure.

    Only the highest step that was newly passed is told. A limit of nothing is passed by
    anything that is used. What is told once is not told again, even if what was used is
    corrected and passes the step a second time.
    """
    start = first_day(today, limit.span)
    begins = told is None or told.period != start
    known = Told(period=start) if told is None or begins else told
    share = share_of(used, limit.amount)
    steps = sorted({*limit.steps, Decimal(1)})
    passed = max((step for step in steps if step <= share), default=Decimal(0))
    new = passed > known.step
    return Verdict(
        share=share,
        tell=passed if new else None,
        switch_off=new and passed >= 1 and limit.at_limit is AtLimit.OFF,
        begins=begins,
        told=Told(period=start, step=passed) if new else known,
    )


def share_of(used: Decimal, amount: Decimal) -> Decimal:
    """Return how much of an amount is used, within ``MOST_SHARE``; of nothing, all or none."""
    if amount > 0:
        beyond = abs(used) >= amount * MOST_SHARE
        return MOST_SHARE.copy_sign(used) if beyond else used / amount
    return Decimal(1) if used > 0 else Decimal(0)

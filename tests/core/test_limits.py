"""What was passed of a limit is told once, and begins anew with each period."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from custom_components.ecom.core.limits import (
    AtLimit,
    Limit,
    Measure,
    Span,
    Told,
    judge,
    period,
    share_of,
)

PARIS = ZoneInfo("Europe/Paris")
SUNDAY = date(2026, 10, 25)
TEN = Limit(
    amount=Decimal(10),
    measure=Measure.KWH,
    span=Span.DAY,
    at_limit=AtLimit.OFF,
    steps=(Decimal("0.5"), Decimal("0.8")),
)


def utc(year: int, month: int, day: int, hour: int) -> datetime:
    """Return a top of an hour."""
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        (Span.DAY, utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),
        (Span.WEEK, utc(2026, 10, 18, 22), utc(2026, 10, 25, 23)),
        (Span.MONTH, utc(2026, 9, 30, 22), utc(2026, 10, 31, 23)),
    ],
)
def test_periods_are_those_of_the_calendar(span: Span, start: datetime, end: datetime) -> None:
    """A week begins on Monday; the day on which clocks change has 25 hours."""
    now = datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert period(now, span, PARIS) == (start, end)


def test_each_step_is_told_once() -> None:
    """The highest that was passed, and not again on the way."""
    verdict = judge(TEN, Decimal(4), SUNDAY, None)
    assert (verdict.tell, verdict.begins, verdict.share) == (None, True, Decimal("0.4"))
    verdict = judge(TEN, Decimal("8.5"), SUNDAY, verdict.told)
    assert (verdict.tell, verdict.begins) == (Decimal("0.8"), False)
    assert judge(TEN, Decimal(9), SUNDAY, verdict.told).tell is None
    assert judge(TEN, Decimal("4.9"), SUNDAY, verdict.told).tell is None
    assert judge(TEN, Decimal("5.1"), SUNDAY, verdict.told).tell is None


def test_at_the_limit_it_is_switched_off_once() -> None:
    """And not again after a hand has switched it on; nor where a warning was asked for."""
    verdict = judge(TEN, Decimal(10), SUNDAY, None)
    assert (verdict.tell, verdict.switch_off) == (Decimal(1), True)
    assert not judge(TEN, Decimal(12), SUNDAY, verdict.told).switch_off
    warned = Limit(amount=Decimal(10), measure=Measure.MONEY, span=Span.DAY)
    verdict = judge(warned, Decimal(10), SUNDAY, None)
    assert (verdict.tell, verdict.switch_off) == (Decimal(1), False)


def test_a_new_period_begins_anew() -> None:
    """What was told of the day before is told again if it is so again."""
    told = Told(period=SUNDAY, step=Decimal(1))
    verdict = judge(TEN, Decimal(6), date(2026, 10, 26), told)
    assert (verdict.begins, verdict.tell) == (True, Decimal("0.5"))


def test_a_limit_of_nothing() -> None:
    """Anything is too much, and nothing is not."""
    none = Limit(amount=Decimal(0), measure=Measure.KWH, span=Span.MONTH)
    assert judge(none, Decimal(0), SUNDAY, None).tell is None
    assert judge(none, Decimal("0.001"), SUNDAY, None).tell == 1


@pytest.mark.parametrize("amount", ["1e-400", "1e-1000005"])
def test_a_limit_that_is_hardly_anything(amount: str) -> None:
    """Far more than all of it is used; how far nobody asks."""
    hardly = Limit(amount=Decimal(amount), measure=Measure.KWH, span=Span.DAY)
    assert judge(hardly, Decimal(0), SUNDAY, None).tell is None
    verdict = judge(hardly, Decimal("0.001"), SUNDAY, None)
    assert (verdict.tell, verdict.share) == (1, 1_000_000)
    assert share_of(Decimal("-0.001"), hardly.amount) == -1_000_000

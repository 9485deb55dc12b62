"""A meter that was exchanged counts what both have counted, whenever that is stated."""

from datetime import timedelta

import pytest

from custom_components.ecom.core.costs.exchange import (
    Exchange,
    ExchangeError,
    IndexMark,
    around,
    both,
    hour_marks,
    is_stated,
)
from custom_components.ecom.core.costs.ledger import Account
from custom_components.ecom.core.costs.rebuild import rows_from_steps
from custom_components.ecom.core.costs.rows import HOUR_MS, MONEY, UNIT, total
from custom_components.ecom.core.quarters import Mark, Series
from custom_components.ecom.core.timeline import to_ms
from custom_components.ecom.ports import Kind
from tests.core.costs.test_ledger import HC, HP, MINUTE, NOON, TWO, step
from tests.tariff import Changes, price

HOUR = to_ms(NOON) // HOUR_MS
CONTRACT = Changes.of(price(NOON, HP, "0.2"))


def exchange(minutes: float, closing: float, opening: float) -> Exchange:
    """Return an exchange so many minutes after noon, of indexes in kWh."""
    return Exchange(
        at=to_ms(NOON + minutes * MINUTE),
        closing=round(closing * UNIT),
        opening=round(opening * UNIT),
    )


def marks_of(*readings: tuple[float, float]) -> dict[int, IndexMark]:
    """Return the marks of readings in minutes after noon and kWh, as they are taken."""
    series, found = Series(kind=Kind.ENERGY), dict[int, IndexMark]()
    for minutes, kwh in readings:
        counted = series.take(NOON + minutes * MINUTE, kwh * 1000)
        if counted is not None:
            found |= hour_marks(counted)
    return found


def test_the_index_at_the_top_of_an_hour() -> None:
    """Read, or made of two readings around it, which may be far apart."""
    assert marks_of((0, 1), (59, 2), (61, 4), (120, 5), (300, 8)) == {
        HOUR + 1: IndexMark(index=3 * UNIT),
        HOUR + 2: IndexMark(index=5 * UNIT),
        HOUR + 3: IndexMark(index=6 * UNIT, estimated=True),
        HOUR + 4: IndexMark(index=7 * UNIT, estimated=True),
        HOUR + 5: IndexMark(index=8 * UNIT),
    }


def test_indexes_differ_by_the_rows_between() -> None:
    """Also where a register is spread over its own band."""
    account = Account(TWO)
    counted = step(-70, 84, 6, index=100)
    marks = hour_marks(counted, account.count(counted, band=HC))
    assert [marks[hour].index for hour in sorted(marks)] == [94 * UNIT, 94 * UNIT, 97_600_000]
    assert account.pending[to_ms(NOON) // 60_000 + 24, HC].amount == 3_600_000


def test_an_exchange_that_is_stated_after_days() -> None:
    """What was booked from the difference of two meters is not seen again."""
    marks = marks_of((0, 1000), (58, 1009), (62, 1490), (120, 1502), (300, 1505))
    stated = exchange(59, 1010, 1489)
    before, after = around(marks_of((-60, 999), (0, 1000)) | marks, stated)
    assert before == Mark(at=to_ms(NOON), index=1000 * UNIT)
    assert after == Mark(at=to_ms(NOON + 120 * MINUTE), index=1502 * UNIT)
    steps = both(before, after, stated)
    assert [each.amount for each in steps] == [10 * UNIT, 13 * UNIT]
    rows, _ = rows_from_steps(steps, CONTRACT, used={})
    assert total(rows.values()).money == round(23 * 0.2 * MONEY)


def test_a_new_meter_that_stands_lower() -> None:
    """What was made between the two is of neither, though it lies below where the old one ended."""
    marks = marks_of((-60, 999), (0, 1000), (59, 1009), (61, 0.5), (120, 5))
    assert marks[HOUR + 1].index == UNIT // 4
    stated = exchange(60.5, 1010, 0.2)
    before, after = around(marks, stated)
    assert (before.index, after.index) == (1000 * UNIT, 5 * UNIT)
    assert sum(each.amount for each in both(before, after, stated)) == 14_800_000


def test_an_exchange_without_readings_around_it() -> None:
    """Nothing is made up."""
    with pytest.raises(ExchangeError, match="exchange_without_readings"):
        around(marks_of((0, 1000), (60, 1010)), exchange(61, 1010, 1))
    none_is_sure = marks_of((-60, 900), (0, 1000), (59, 1009), (300, 1020))
    with pytest.raises(ExchangeError, match="exchange_without_readings"):
        around({**none_is_sure, HOUR + 5: IndexMark(index=1)}, exchange(61, 1010, 2))
    with pytest.raises(ExchangeError, match="exchange_without_readings"):
        around(marks_of((0, 0), (60, 2)), exchange(-1, 1010, 1))


@pytest.mark.parametrize(
    "stated",
    [exchange(30, 999, 0), exchange(30, 1001, 6), exchange(-1, 1001, 0), exchange(60, 1001, 0)],
)
def test_an_exchange_that_cannot_be(stated: Exchange) -> None:
    """A meter that counted less than nothing, or another time."""
    before = Mark(at=to_ms(NOON), index=1000 * UNIT)
    after = Mark(at=to_ms(NOON + timedelta(hours=1)), index=5 * UNIT)
    with pytest.raises(ExchangeError, match="exchange_against_readings"):
        both(before, after, stated)


def test_an_exchange_that_is_stated_again() -> None:
    """The same one is known, wherever it stands among others."""
    day = 24 * 60
    known = [exchange(0, 10, 0), exchange(2 * day, 30, 1)]
    assert all(is_stated(known, each) for each in known)
    assert not is_stated([], known[0])
    assert not is_stated(known, exchange(day, 20, 1))


@pytest.mark.parametrize(
    "again", [exchange(0, 11, 0), exchange(24 * 60 - 1, 11, 5), exchange(-600_000, 10, 0)]
)
def test_an_exchange_that_is_stated_otherwise(again: Exchange) -> None:
    """At about that time, or with the same indexes: it is one and the same."""
    with pytest.raises(ExchangeError, match="exchange_stated_otherwise"):
        is_stated([exchange(0, 10, 0)], again)

"""Rows made anew say what was counted live, as far as that can still be known."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.costs.ledger import Account
from custom_components.ecom.core.costs.rebuild import (
    quarters_from_steps,
    reprice,
    rows_from_quarters,
    rows_from_steps,
)
from custom_components.ecom.core.costs.rows import MONEY, UNIT, Flag, Quality, Row, Totals, total
from custom_components.ecom.core.quarters import Quarter, Series
from custom_components.ecom.core.tariffs.model import UNKNOWN_BAND
from custom_components.ecom.core.timeline import QUARTER_MS, to_ms
from custom_components.ecom.ports import Kind
from tests.core.costs.test_ledger import HC, HP, MINUTE, NOON, SWITCH, TWO, step, tiered
from tests.tariff import Changes, price

FIRST = to_ms(NOON) // QUARTER_MS
MINUTE_OF_NOON = to_ms(NOON) // 60_000
LATER = to_ms(NOON + 600 * MINUTE)


def quarters(*kwh: float, estimated: frozenset[int] = frozenset()) -> dict[int, Quarter]:
    """Return quarter-hours from noon on."""
    return {
        FIRST + place: Quarter(amount=round(each * UNIT), estimated=place in estimated)
        for place, each in enumerate(kwh)
    }


def test_quarter_hours_are_split_at_the_switch_within() -> None:
    """At :24, nine minutes of fifteen are before it."""
    rows = rows_from_quarters(quarters(1, 1, 1), TWO, until=LATER, used={})
    before, after = rows[MINUTE_OF_NOON, HP], rows[MINUTE_OF_NOON + 24, HC]
    assert (before.amount, after.amount) == (1_600_000, 1_400_000)
    assert before.quality is after.quality is Quality.ESTIMATED
    assert before.bound + after.bound == round(0.0553 * MONEY)


def test_a_quarter_hour_that_has_not_ended_was_used_before_the_last_reading() -> None:
    """All of it before the switch."""
    rows = rows_from_quarters(quarters(1, 1), TWO, until=to_ms(NOON + 20 * MINUTE), used={})
    assert {key: row.amount for key, row in rows.items()} == {(MINUTE_OF_NOON, HP): 2 * UNIT}


def test_a_gap_is_bounded_as_a_whole() -> None:
    """Any of it may have been used on the other side of the switch, even where none is within."""
    gap = frozenset({0, 1, 2})
    found = rows_from_quarters(quarters(1, 1, 1, 1, estimated=gap), TWO, until=LATER, used={})
    assert sum(row.bound for row in found.values()) == round(3 * 0.0553 * MONEY)
    apart = quarters(1, 0, 1, 1, estimated=frozenset({0, 2}))
    del apart[FIRST + 1]
    found = rows_from_quarters(apart, TWO, until=LATER, used={})
    assert sum(row.bound for row in found.values()) == 0


def test_what_is_made_of_power_is_bounded_by_the_quarter_hour() -> None:
    """Its time was known all along."""
    all_of_it = frozenset(range(4))
    found = rows_from_quarters(
        quarters(1, 1, 1, 1, estimated=all_of_it), TWO, until=LATER, used={}, made=True
    )
    assert sum(row.bound for row in found.values()) == round(0.0553 * MONEY)
    assert {row.quality for row in found.values()} == {Quality.ESTIMATED}


def test_no_quarter_hours_are_no_rows() -> None:
    """And steps can be priced anew as well."""
    assert rows_from_quarters({}, TWO, until=LATER, used={}) == {}
    rows, marks = rows_from_steps([step(50, 90, 4, index=9)], TWO, used={}, band=HC)
    assert total(rows.values()).money == round(4 * 0.1589 * MONEY)
    assert [mark.index for mark in marks.values()] == [6 * UNIT]


def test_steps_make_quarter_hours() -> None:
    """As a counter does."""
    found = quarters_from_steps([step(0, 20, 4), step(20, 22, 1)])
    assert {number - FIRST: quarter.amount for number, quarter in found.items()} == {
        0: 3 * UNIT,
        1: 2 * UNIT,
    }


def test_tiers_go_on_from_what_was_used() -> None:
    """In quarter-hours as in rows."""
    contract, used = tiered(("2", "0"), (None, "1")), {to_ms(NOON): 3 * UNIT}
    for rows in (
        rows_from_quarters(quarters(1), contract, until=LATER, used=used),
        rows_from_steps([step(0, 1, 1)], contract, used=used)[0],
        reprice({(MINUTE_OF_NOON, HP): Row(amount=UNIT)}, contract, used=used)[0],
    ):
        assert total(rows.values()).money == round(1.1 * MONEY)


def test_a_price_that_becomes_known_is_applied_and_told() -> None:
    """What was measured stays so, and what was split stays split."""
    account = Account(Changes.of(price(NOON, HP), price(SWITCH, HC, "0.1", provisional=True)))
    account.count(step(0, 23, 1))
    account.count(step(23, 25, 1))
    rows = account.drain()
    assert [row.quality for row in rows.values()] == [Quality.UNPRICED, Quality.PROVISIONAL]
    found, more = reprice(rows, TWO, used={})
    assert {key: row.amount for key, row in found.items()} == {
        key: row.amount for key, row in rows.items()
    }
    assert [row.quality for row in found.values()] == [Quality.SPLIT] * 2
    assert more == Totals(
        money=round((1.5 * 0.2142 + 0.5 * (0.1589 - 0.1)) * MONEY), unpriced=-1_500_000
    )


def test_the_same_price_changes_nothing() -> None:
    """Bounds included."""
    account = Account(TWO)
    account.count(step(10, 25, 1))
    account.count(step(90, 91, 1), band=HP)
    rows = account.drain()
    found, more = reprice(rows, TWO, used={})
    assert (found, more) == (rows, Totals())


def test_an_unknown_band_becomes_those_of_its_time() -> None:
    """And so does one that is gone from it, unless a register has counted it."""
    for band in (UNKNOWN_BAND, "white"):
        found, _ = reprice({(MINUTE_OF_NOON, band): Row(amount=UNIT)}, TWO, used={})
        assert {key: row.amount for key, row in found.items()} == {
            (MINUTE_OF_NOON, HP): 400_000,
            (MINUTE_OF_NOON + 24, HC): 600_000,
        }
        assert {row.quality for row in found.values()} == {Quality.ESTIMATED}
    kept = {(MINUTE_OF_NOON, "white"): Row(amount=UNIT, flags=Flag.REGISTER)}
    found, _ = reprice(kept, TWO, used={})
    assert [(key, row.against) for key, row in found.items()] == [((MINUTE_OF_NOON, "white"), UNIT)]


def test_a_row_reaches_to_the_next_one() -> None:
    """Or to the end of its hour."""
    rows = {(MINUTE_OF_NOON + at, UNKNOWN_BAND): Row(amount=UNIT) for at in (0, 20, 90)}
    found, _ = reprice(rows, TWO, used={})
    assert {key: row.amount for key, row in found.items()} == {
        (MINUTE_OF_NOON, HP): 1_100_000,
        (MINUTE_OF_NOON + 24, HC): 900_000,
        (MINUTE_OF_NOON + 60, HC): UNIT,
    }


@given(
    readings=st.lists(st.tuples(st.integers(1, 8_000_000), st.integers(0, 900_000)), min_size=1),
    switch=st.integers(0, 400),
)
def test_rows_from_quarter_hours_are_those_of_the_readings(
    readings: list[tuple[int, int]], switch: int
) -> None:
    """Hour by hour to the millionth; in money as far as both bounds say."""
    contract = Changes.of(price(NOON, HP, "0.3"), price(NOON + switch * MINUTE, HC, "0.1"))
    series, account = Series(kind=Kind.ENERGY), Account(contract)
    series.take(NOON, 0)
    at, index = NOON, 0
    for wait, amount in readings:
        at += timedelta(milliseconds=wait)
        index += amount
        counted = series.take(at, index / 1000)
        assert counted is not None
        account.count(counted)
    live = account.drain()
    made = rows_from_quarters(series.pending, contract, until=to_ms(at), used={})
    for hour in {minute // 60 for minute, _ in live}:
        amounts = [
            sum(row.amount for (minute, _), row in rows.items() if minute // 60 == hour)
            for rows in (live, made)
        ]
        assert amounts[0] == amounts[1]
    bounds = sum(row.bound for rows in (live, made) for row in rows.values())
    difference = total(made.values()).less(total(live.values()))
    assert (difference.amount, difference.unpriced) == (0, 0)
    assert abs(difference.money) <= bounds


def test_what_ended_with_a_day_stays_in_it() -> None:
    """Of the day that begins within the hour there is no row: nothing was used in it then."""
    kathmandu = replace(TWO, zone=ZoneInfo("Asia/Kathmandu"))
    rows = {(MINUTE_OF_NOON, HP): Row(amount=UNIT)}
    found, _ = reprice(rows, kathmandu, used={})
    assert {key: row.amount for key, row in found.items()} == {(MINUTE_OF_NOON, HP): UNIT}

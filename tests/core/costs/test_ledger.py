"""Each part of what was counted is priced by the time in which it was used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.costs.ledger import Account
from custom_components.ecom.core.costs.rows import MONEY, UNIT, Flag, Quality, Row, Totals, total
from custom_components.ecom.core.quarters import Series, Step
from custom_components.ecom.core.tariffs.model import ALWAYS
from custom_components.ecom.core.tariffs.pricing import Tier
from custom_components.ecom.core.timeline import from_ms, to_ms
from custom_components.ecom.ports import Kind
from tests.tariff import Changes, price

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SWITCH = NOON + 24 * MINUTE
HP, HC = "hp", "hc"
TWO = Changes.of(price(NOON, HP, "0.2142"), price(SWITCH, HC, "0.1589"))


def step(since: float, until: float, kwh: float, index: float = 0.0) -> Step:
    """Return what was counted between two times, in minutes after noon."""
    return Step(
        since=to_ms(NOON + since * MINUTE),
        until=to_ms(NOON + until * MINUTE),
        amount=round(kwh * UNIT),
        index=round(index * UNIT),
    )


def rows(account: Account) -> dict[tuple[str, str], tuple[float, float]]:
    """Return kWh and euros by time and band."""
    return {
        (f"{from_ms(minute * 60_000):%H:%M}", band): (row.amount / UNIT, row.money / MONEY)
        for (minute, band), row in sorted(account.pending.items())
    }


def qualities(account: Account) -> list[Quality]:
    """Return how good the rows are, in their order."""
    return [row.quality for _, row in sorted(account.pending.items())]


def test_without_a_contract_amounts_are_kept_by_the_hour() -> None:
    """None of them is priced."""
    account = Account()
    account.count(step(58, 62, 4))
    assert rows(account) == {("12:00", ALWAYS): (2, 0), ("13:00", ALWAYS): (2, 0)}
    assert qualities(account) == [Quality.UNPRICED] * 2
    assert account.totals == Totals(amount=4 * UNIT, unpriced=4 * UNIT)


def test_a_row_begins_where_its_band_does() -> None:
    """Two readings on each side of the switch, and none across it."""
    account = Account(TWO)
    account.count(step(0, 24, 1))
    account.count(step(24, 30, 1))
    assert rows(account) == {("12:00", HP): (1, 0.2142), ("12:24", HC): (1, 0.1589)}
    assert qualities(account) == [Quality.MEASURED] * 2
    assert sum(row.bound for row in account.pending.values()) == 0


def test_a_step_across_the_switch_is_split_by_time() -> None:
    """The bound is what it would be if all of it had been used on the other side."""
    account = Account(TWO)
    account.count(step(23, 27, 1))
    assert rows(account) == {
        ("12:00", HP): (0.25, 0.25 * 0.2142),
        ("12:24", HC): (0.75, 0.75 * 0.1589),
    }
    assert qualities(account) == [Quality.SPLIT] * 2
    assert sum(row.bound for row in account.pending.values()) == round(0.0553 * MONEY)


def test_readings_that_are_far_apart_are_estimated_where_they_straddle() -> None:
    """An hour's top alone matters too: nobody knows in which hour it was used."""
    account = Account(TWO)
    account.count(step(30, 50, 1))
    assert qualities(account) == [Quality.MEASURED]
    account.count(step(50, 70, 1))
    assert qualities(account) == [Quality.ESTIMATED] * 2
    assert account.pending[to_ms(NOON) // 60_000 + 24, HC].bound == 0


def test_close_readings_across_an_hour_of_one_price_are_measured() -> None:
    """Its cost is exact, wherever the hour is cut."""
    account = Account(TWO)
    account.count(step(58, 62, 1))
    assert qualities(account) == [Quality.MEASURED] * 2


def test_what_is_made_of_power_is_estimated() -> None:
    """Wherever it lies."""
    account = Account(TWO)
    account.count(step(30, 31, 1), estimated=True)
    assert qualities(account) == [Quality.ESTIMATED]


def test_a_provisional_price_says_so() -> None:
    """It may still change."""
    account = Account(Changes.of(price(NOON, HP, "0.2", provisional=True)))
    account.count(step(0, 1, 1))
    assert qualities(account) == [Quality.PROVISIONAL]


def test_a_register_is_spread_over_its_own_band() -> None:
    """What the meter says it counted off-peak was used off-peak."""
    account = Account(TWO)
    parts = account.count(step(14, 84, 6), band=HC)
    assert rows(account) == {
        ("12:24", HC): (3.6, 0.57204),
        ("13:00", HC): (2.4, 0.38136),
    }
    assert parts == [(to_ms(NOON + 60 * MINUTE), 3_600_000), (to_ms(NOON + 84 * MINUTE), 6_000_000)]
    account.drain()
    account.count(step(84, 85, 1), band=HC)
    assert qualities(account) == [Quality.MEASURED]


def test_a_register_that_counts_at_another_time_contradicts() -> None:
    """It is what will be billed, so it keeps its band, at the price of that."""
    account = Account(TWO)
    account.count(step(10, 11, 1), band=HC)
    assert rows(account) == {("12:00", HC): (1, 0.1589)}
    (row,) = account.pending.values()
    assert (row.against, row.quality) == (UNIT, Quality.MEASURED)


def test_a_register_of_no_band_of_the_contract_is_unpriced() -> None:
    """Nothing is made up."""
    account = Account(TWO)
    account.count(step(30, 31, 1), band="peak")
    assert rows(account) == {("12:00", "peak"): (1, 0)}
    assert account.totals.unpriced == UNIT


def test_registers_without_a_contract_keep_their_bands() -> None:
    """There is nothing that they could contradict."""
    account = Account()
    account.count(step(10, 11, 1), band=HC)
    (row,) = account.pending.values()
    assert (row.against, row.quality) == (0, Quality.UNPRICED)


def test_a_price_that_becomes_known_holds_from_then_on() -> None:
    """Once it is said that something is; the hour's row is partly unpriced."""
    changes = Changes.of(price(NOON, HP))
    account = Account(changes)
    account.count(step(0, 1, 1))
    changes.slices_ = Changes.of(price(NOON, HP, "0.2")).slices_
    account.count(step(1, 2, 1))
    account.prices.forget()
    account.count(step(2, 3, 1))
    assert rows(account) == {("12:00", HP): (3, 0.2)}
    assert account.totals == Totals(amount=3 * UNIT, money=MONEY // 5, unpriced=2 * UNIT)
    assert qualities(account) == [Quality.UNPRICED]


def test_an_unpriced_time_bounds_nothing() -> None:
    """The other part of the step has its price."""
    account = Account(Changes.of(price(NOON, HP, "0.2"), price(SWITCH, HC)))
    account.count(step(22, 26, 2))
    assert rows(account) == {("12:00", HP): (1, 0.2), ("12:24", HC): (1, 0)}
    assert sum(row.bound for row in account.pending.values()) == 0


def test_prices_of_more_than_six_decimals_are_rounded() -> None:
    """Half up, to 1e-12; and the bound up, so that it holds."""
    account = Account(Changes.of(price(NOON, HP, "0.0000005"), price(SWITCH, HC, "0.0000001")))
    account.count(step(22, 26, 0.000006))
    assert [row.money for _, row in sorted(account.pending.items())] == [2, 0]
    assert [row.bound for row in account.pending.values()] == [3, 3]


def tiered(*tiers: tuple[str | None, str], began: datetime | None = NOON) -> Changes:
    """Return a contract of which a unit costs 0.1, and what its tiers charge on top."""
    found = replace(
        price(NOON, HP, "0.1"),
        tiers=tuple(
            Tier(upper=None if upper is None else Decimal(upper), price=Decimal(each))
            for upper, each in tiers
        ),
        cycle_start=began,
    )
    return Changes.of(found)


def test_tiers_are_cut_where_they_end() -> None:
    """To the millionth, by what was used since the cycle began."""
    account = Account(tiered(("2", "0"), ("5", "0.5"), (None, "1")))
    for minute, kwh, euros in ((0, 1.5, 0.15), (1, 1, 0.1 + 0.25), (2, 4, 0.4 + 1.25 + 1.5)):
        account.count(step(minute, minute + 1, kwh))
        (row,) = account.drain().values()
        assert row.money == round(euros * MONEY)
    assert account.used == {to_ms(NOON): 6_500_000}


def test_tiers_go_on_where_they_were() -> None:
    """What was used before is told, and a cycle without a beginning has one all the same."""
    account = Account(tiered(("2", "0"), (None, "1"), began=None))
    account.used[0] = 3 * UNIT
    account.count(step(0, 1, 1))
    assert account.totals.money == round(1.1 * MONEY)
    assert account.prices.cycle(to_ms(NOON)) == 0
    assert Account(TWO).prices.cycle(to_ms(NOON)) is None


def test_another_contract_holds_from_then_on() -> None:
    """It is told what was used of its cycle and stored; what is not stored is known here."""
    account = Account(TWO)
    account.count(step(-90, -80, 4))
    account.count(step(0, 1, 1))
    account.change(tiered(("2", "0"), (None, "1")), {to_ms(NOON): UNIT})
    account.count(step(1, 2, 1))
    assert account.used == {to_ms(NOON): 3 * UNIT}
    assert account.totals.money == round((5 * 0.2142 + 0.1 + 1) * MONEY)


def test_the_next_boundary() -> None:
    """That of the price, or of the hour."""
    prices = Account(TWO).prices
    assert prices.boundary_after(to_ms(NOON)) == to_ms(SWITCH)
    assert prices.boundary_after(to_ms(SWITCH)) == to_ms(NOON + 60 * MINUTE)


@pytest.mark.parametrize("band", [None, HC])
def test_hours_are_those_of_the_zone_as_well(band: str | None) -> None:
    """Midnight of Kathmandu is a quarter past the hour; so is what a register counted cut."""
    contract = replace(TWO, zone=ZoneInfo("Asia/Kathmandu"))
    account = Account(contract)
    account.count(step(-60, 0, 4), band=band)
    name = band or HP
    price = 0.1589 if band else 0.2142
    assert rows(account) == {
        ("11:00", name): pytest.approx((1, price)),
        ("11:15", name): pytest.approx((3, 3 * price)),
    }
    assert account.prices.boundary_after(to_ms(NOON)) == to_ms(NOON + 15 * MINUTE)


def test_what_cannot_be_stored_is_taken_back() -> None:
    """And adds up with what came meanwhile; the totals had it all the time."""
    account = Account(TWO)
    account.count(step(0, 1, 1))
    drained = account.drain()
    account.count(step(1, 2, 1))
    assert account.stored.amount == UNIT
    account.put_back(drained)
    assert rows(account) == {("12:00", HP): (2, 0.4284)}
    assert account.stored == Totals()


def test_the_worst_of_a_row_wins() -> None:
    """Whatever was added first."""
    row = Row(flags=Flag.SPLIT)
    row.add(Row(flags=Flag.ESTIMATED))
    assert row.quality is Quality.ESTIMATED
    row.add(Row(flags=Flag.PROVISIONAL))
    assert row.quality is Quality.PROVISIONAL
    row.add(Row(amount=1, unpriced=1))
    assert row.quality is Quality.UNPRICED


@pytest.mark.parametrize("minutes", [0.5, 24 * 60 * 40])
def test_nothing_is_booked_where_nothing_was_used(minutes: float) -> None:
    """An idle meter has no rows."""
    account = Account(TWO)
    account.count(step(0, minutes, 0))
    assert account.pending == {}


STEPS = st.lists(
    st.tuples(st.integers(1, 9_000_000), st.integers(0, 900_000), st.booleans()), min_size=1
)
BOUNDARIES = st.lists(
    st.tuples(st.integers(1, 2_000), st.sampled_from([HP, HC]), st.integers(-50, 900_000)),
    max_size=30,
)


@given(steps=STEPS, boundaries=BOUNDARIES)
def test_rows_add_up_to_the_counter(
    steps: list[tuple[int, int, bool]], boundaries: list[tuple[int, str, int]]
) -> None:
    """To the millionth, whatever the readings and the boundaries; money to the last digit."""
    at, changes = NOON, []
    for minutes, band, micro in boundaries:
        at += minutes * MINUTE
        changes.append(price(at, band, str(Decimal(micro) / UNIT)))
    account = Account(Changes.of(price(NOON, HP, "0.2"), *changes))
    series = Series(kind=Kind.ENERGY)
    series.take(NOON, 0)
    moment, index = NOON, 0
    for wait, amount, register in steps:
        moment += timedelta(milliseconds=wait)
        index += amount
        counted = series.take(moment, index / 1000)
        assert counted is not None
        account.count(counted, band=HC if register else None)
    kept = account.pending.values()
    assert sum(row.amount for row in kept) == index == account.totals.amount
    assert total(kept) == account.totals
    assert all(row.amount > 0 and row.bound >= 0 for row in kept)


@given(wait=st.integers(1, 90_000_000), amount=st.integers(1, 10**9), before=st.integers(0, 10**8))
def test_the_bound_holds(wait: int, amount: int, before: int) -> None:
    """Wherever in the step all of it was used."""
    account = Account(TWO)
    since = to_ms(SWITCH) - before
    account.count(Step(since=since, until=since + wait, amount=amount, index=0))
    bound = sum(row.bound for row in account.pending.values())
    possible = [
        int(each.price * UNIT) * amount
        for each in TWO.slices(from_ms(since), from_ms(since + wait))
        if each.price is not None
    ]
    assert all(abs(account.totals.money - money) <= bound for money in possible)
    assert bound == max(possible) - min(possible)

"""Quarter-hours add up to what the counter counted, whenever it was read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.quarters import Gap, Integrator, Mark, Series
from custom_components.ecom.core.timeline import QUARTER_MS, from_ms, to_ms
from custom_components.ecom.ports import Kind

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def series() -> Series:
    """Return a series that stood at 1 kWh at noon."""
    found = Series(kind=Kind.ENERGY)
    found.take(NOON, 1000.0)
    return found


def amounts(found: Series) -> dict[str, float]:
    """Return Wh by the time at which a quarter-hour begins."""
    return {
        f"{from_ms(number * QUARTER_MS):%H:%M}": quarter.amount / 1000
        for number, quarter in sorted(found.pending.items())
    }


def test_the_first_reading_counts_nothing() -> None:
    """It says where the counter stands."""
    found = series()
    assert found.pending == {}
    assert found.mark is not None
    assert found.mark.index == 1_000_000


def test_a_reading_counts_in_its_quarter_hour() -> None:
    """And says how much of it is known."""
    found = series()
    step = found.take(NOON + 3 * MINUTE, 1030.0)
    assert step is not None
    assert (step.until - step.since, step.amount, step.index) == (180_000, 30_000, 1_030_000)
    assert step.gap is None
    assert amounts(found) == {"12:00": 30.0}
    (quarter,) = found.pending.values()
    assert (quarter.covered_ms, quarter.estimated) == (180_000, False)


def test_what_lies_across_a_boundary_is_shared_by_time() -> None:
    """A minute before it and two after it."""
    found = series()
    found.take(NOON + 14 * MINUTE, 1000.0)
    found.drain()
    found.take(NOON + 17 * MINUTE, 1030.0)
    assert amounts(found) == {"12:00": 10.0, "12:15": 20.0}
    assert not any(quarter.estimated for quarter in found.pending.values())


def test_a_gap_is_told_and_its_quarter_hours_are_estimated() -> None:
    """Nobody knows when in it the energy was used."""
    found = series()
    step = found.take(NOON + 45 * MINUTE, 1090.0)
    assert step is not None
    assert step.gap == Gap(since=NOON, until=NOON + 45 * MINUTE)
    assert amounts(found) == {"12:00": 30.0, "12:15": 30.0, "12:30": 30.0}
    assert all(quarter.estimated for quarter in found.pending.values())


def test_a_counter_that_begins_anew_counts_from_zero() -> None:
    """If what it shows can have been counted since the last reading."""
    found = series()
    found.take(NOON + MINUTE, 5.0)
    assert amounts(found) == {"12:00": 5.0}
    found.take(NOON + 2 * MINUTE, 7.0)
    assert amounts(found) == {"12:00": 7.0}


def test_another_counter_is_not_counted() -> None:
    """Neither one that stands lower, nor one that stands far higher."""
    found = series()
    assert found.take(NOON + MINUTE, 800.0) is None
    assert found.take(NOON + 2 * MINUTE, 900_000.0) is None
    assert found.refused == 2
    assert amounts(found) == {}
    found.take(NOON + 3 * MINUTE, 900_010.0)
    assert amounts(found) == {"12:00": 10.0}


def test_an_old_reading_once_more_changes_nothing() -> None:
    """Such as one that was stored, and is shown before the device has answered."""
    found = series()
    found.take(NOON + MINUTE, 1010.0)
    found.take(NOON, 1010.0)
    found.take(NOON + MINUTE, 1010.0)
    found.take(NOON + 2 * MINUTE, 1020.0)
    (quarter,) = found.pending.values()
    assert (quarter.amount, quarter.covered_ms) == (20_000, 120_000)


def test_a_clock_that_goes_back_loses_no_energy() -> None:
    """What was counted meanwhile is booked where the clock stands now."""
    found = series()
    found.take(NOON - 59 * MINUTE, 1010.0)
    assert amounts(found) == {"11:00": 10.0}
    found.take(NOON - 58 * MINUTE, 1012.0)
    assert amounts(found) == {"11:00": 12.0}


def test_what_is_told_once_more_at_a_boundary_was_counted_before_it() -> None:
    """A poll and a push at the same moment, of which the second one knows more."""
    found = series()
    found.take(NOON + 15 * MINUTE, 1010.0)
    step = found.take(NOON + 15 * MINUTE, 1012.0)
    assert amounts(found) == {"12:00": 12.0}
    assert step is not None
    assert (step.until - step.since, step.amount) == (1, 2_000)


def test_a_clock_that_goes_back_does_not_hide_a_fall() -> None:
    """A fall that cannot be is refused then as well."""
    found = series()
    assert found.take(NOON - MINUTE, 800.0) is None
    assert found.refused == 1


@pytest.mark.parametrize("minutes", [1, 30, 600])
def test_a_counter_that_was_restored_counts_nothing_twice(minutes: int) -> None:
    """After a power cut it stands a little lower, and counts again once it is past that."""
    found = series()
    found.take(NOON + minutes * MINUTE, 998.0)
    assert sum(amounts(found).values()) == 0
    found.take(NOON + (minutes + 1) * MINUTE, 999.5)
    found.take(NOON + (minutes + 2) * MINUTE, 1001.0)
    assert sum(amounts(found).values()) == pytest.approx(1.0)


def test_a_counter_that_jitters_counts_nothing() -> None:
    """However long it goes up and down by its last digit."""
    found = series()
    for second in range(0, 3600, 30):
        found.take(NOON + timedelta(seconds=second), 1000.0 + second // 30 % 2 * 10)
    assert sum(amounts(found).values()) == pytest.approx(10.0)


@pytest.mark.parametrize("minutes", [1, 5, 20])
def test_a_counter_that_shows_zero_for_a_while_is_not_counted_again(minutes: int) -> None:
    """As it does when its device starts; what it counted meanwhile is not lost."""
    found = Series(kind=Kind.ENERGY)
    found.take(NOON, 50_000.0)
    for minute in range(1, minutes + 1):
        found.take(NOON + minute * MINUTE, 0.0)
    found.take(NOON + (minutes + 1) * MINUTE, 50_010.0)
    assert sum(amounts(found).values()) == pytest.approx(10.0)
    found.take(NOON + (minutes + 2) * MINUTE, 50_020.0)
    assert sum(amounts(found).values()) == pytest.approx(20.0)


def test_a_counter_that_falls_twice_is_back_where_it_was_first() -> None:
    """The higher of both counts."""
    found = Series(kind=Kind.ENERGY)
    for minute, index in enumerate((50_000.0, 3.0, 0.0, 50_010.0)):
        found.take(NOON + minute * MINUTE, index)
    assert sum(amounts(found).values()) == pytest.approx(3.0 + 10.0)


def test_a_clock_that_is_years_ahead_makes_no_quarter_hours() -> None:
    """Nothing is spread over more than is kept."""
    found = series()
    assert found.take(NOON + timedelta(days=20_000), 1001.0) is None
    assert (found.refused, found.pending) == (1, {})


def test_what_cannot_be_stored_is_taken_back() -> None:
    """And adds up with what came meanwhile."""
    found = series()
    found.take(NOON + MINUTE, 1010.0)
    drained = found.drain()
    found.take(NOON + 2 * MINUTE, 1015.0)
    found.put_back(drained)
    assert amounts(found) == {"12:00": 15.0}
    (quarter,) = found.pending.values()
    assert quarter.covered_ms == 120_000


def test_what_is_skipped_stays_unknown() -> None:
    """The counter goes on from there."""
    found = series()
    found.skip(NOON + 30 * MINUTE, 5.0)
    found.take(NOON + 31 * MINUTE, 6.0)
    assert amounts(found) == {"12:30": 1.0}


def test_an_exchange_counts_what_was_left_on_the_old_meter() -> None:
    """And goes on from where the new one began; it has never been seen before, or fallen."""
    found = series()
    step = found.exchange(NOON + 5 * MINUTE, 1010.0, 700.0)
    assert step is not None
    assert (step.amount, step.index) == (10_000, 1_010_000)
    found.take(NOON + 6 * MINUTE, 701.0)
    assert amounts(found) == {"12:00": 11.0}
    assert Series(kind=Kind.ENERGY).exchange(NOON, 5.0, 0.0) is None


def test_an_exchange_at_the_moment_of_a_reading_loses_nothing() -> None:
    """What was left is counted before it."""
    found = series()
    found.exchange(NOON, 1010.0, 700.0)
    assert amounts(found) == {"11:45": 10.0}


@pytest.mark.parametrize(("minutes", "closing"), [(-1, 1010.0), (1, 990.0)])
def test_an_exchange_that_cannot_be(minutes: int, closing: float) -> None:
    """The old meter was read later, or stood higher: nothing changes."""
    found = series()
    with pytest.raises(ValueError, match="read after"):
        found.exchange(NOON + minutes * MINUTE, closing, 700.0)
    assert (found.mark, found.pending) == (series().mark, {})


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-9, (60, 30_000)), (0, (60, 30_000)), (40, (20, 10_000))]
)
def test_the_part_of_a_step_after_a_moment(seconds: int, expected: tuple[int, int]) -> None:
    """By time; its end stays."""
    step = series().take(NOON + MINUTE, 1030.0)
    assert step is not None
    later = step.after(to_ms(NOON) + 1000 * seconds)
    assert later is not None
    assert ((later.until - later.since) // 1000, later.amount) == expected
    assert (later.until, later.index) == (step.until, step.index)
    assert step.after(step.until) is None


def test_water_is_kept_to_the_millilitre() -> None:
    """Its unit is m³."""
    found = Series(kind=Kind.VOLUME)
    found.take(NOON, 12.345678)
    found.take(NOON + MINUTE, 12.345679)
    (quarter,) = found.pending.values()
    assert quarter.amount == 1


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 4_000_000), st.floats(0, 400, allow_nan=False)), min_size=1
    )
)
def test_quarter_hours_add_up_to_the_counter(steps: list[tuple[int, float]]) -> None:
    """To the mWh, and to the millisecond, however far readings are apart."""
    found = Series(kind=Kind.ENERGY)
    at, index = NOON, 0.0
    found.take(at, index)
    for wait_ms, energy_wh in steps:
        at += timedelta(milliseconds=wait_ms)
        index += energy_wh
        found.take(at, index)
    assert found.refused == 0
    assert sum(quarter.amount for quarter in found.pending.values()) == round(index * 1000)
    covered = sum(quarter.covered_ms for quarter in found.pending.values())
    assert covered == sum(wait_ms for wait_ms, _ in steps)
    assert all(0 <= quarter.covered_ms <= QUARTER_MS for quarter in found.pending.values())
    assert all(quarter.amount >= 0 for quarter in found.pending.values())


def test_power_is_counted_while_it_holds() -> None:
    """Each direction by itself, and only as long as the power was known."""
    drawn, fed = Integrator(1), Integrator(-1)
    assert not drawn.take(NOON, 600.0, 5 * MINUTE)
    assert drawn.take(NOON + MINUTE, -120.0, 5 * MINUTE)
    assert drawn.total_wh == pytest.approx(10.0)
    assert drawn.take(NOON + 2 * MINUTE, 600.0, MINUTE)
    assert drawn.total_wh == pytest.approx(10.0)
    assert not drawn.take(NOON + 4 * MINUTE, 600.0, MINUTE)
    assert drawn.total_wh == pytest.approx(10.0)
    fed.take(NOON, -60.0, MINUTE)
    assert fed.take(NOON + MINUTE, 60.0, MINUTE)
    assert fed.total_wh == pytest.approx(1.0)


def test_power_that_is_absent_counts_nothing() -> None:
    """Nor does a clock that goes back."""
    drawn = Integrator(1)
    drawn.take(NOON, None, MINUTE)
    assert not drawn.take(NOON + MINUTE, 60.0, MINUTE)
    assert not drawn.take(NOON, 60.0, MINUTE)
    assert drawn.total_wh == 0


def test_a_counter_that_no_building_has() -> None:
    """It is refused, whether it is the first that is said or a later one."""
    found = Series(kind=Kind.VOLUME)
    assert found.take(NOON, 1e14) is None
    assert (found.mark, found.refused) == (None, 1)
    found.take(NOON, 1.0)
    assert found.take(NOON + timedelta(minutes=1), 1e300) is None
    assert (found.mark, found.refused) == (Mark(at=to_ms(NOON), index=1_000_000), 2)

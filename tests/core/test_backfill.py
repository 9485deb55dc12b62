"""Hours of a gap: as the device knows them, between sums that stand fast."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.backfill import GapHours, hourly, quarterly
from custom_components.ecom.core.quarters import Quarter
from custom_components.ecom.core.timeline import QUARTER_MS, from_ms, to_ms
from custom_components.ecom.ports import HourEnergy

TEN = datetime(2026, 11, 26, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def gap(total_wh: float, **measured_wh: float) -> GapHours:
    """Return a gap from 10:20 to 14:20; measured energy is named by its hour, ``at_10``."""
    return GapHours(
        since=TEN + 20 * MINUTE,
        until=TEN + 4 * HOUR + 20 * MINUTE,
        total_wh=total_wh,
        measured_wh={TEN + (int(name[3:]) - 10) * HOUR: wh for name, wh in measured_wh.items()},
    )


def remembered(*energies_wh: float | None, estimated: bool = False) -> list[HourEnergy]:
    """Return the hours from 10 on, without those that are None."""
    return [
        HourEnergy(start=TEN + number * HOUR, energy_wh=wh, estimated=estimated)
        for number, wh in enumerate(energies_wh)
        if wh is not None
    ]


def energies(hours: list[HourEnergy]) -> list[float]:
    """Return the energies in Wh."""
    return [hour.energy_wh for hour in hours]


def test_what_the_device_knows_is_taken_as_it_is() -> None:
    """The last hour takes the rest, since readings lag behind the top of the hour."""
    found = hourly(gap(151.0), remembered(10, 20, 30, 40, 50))
    assert energies(found) == [10, 20, 30, 40, 51]
    assert not any(hour.estimated for hour in found)
    assert [hour.start for hour in found] == [TEN + n * HOUR for n in range(5)]


def test_hours_that_it_does_not_know_share_the_rest_evenly() -> None:
    """By the part of them that lies in the gap, beside what was measured."""
    found = hourly(gap(60.0, at_10=6.0, at_14=9.0), remembered())
    rest_per_hour = (60 - 15) / 4
    assert energies(found) == pytest.approx([
        6 + rest_per_hour * 2 / 3,
        rest_per_hour,
        rest_per_hour,
        rest_per_hour,
        9 + rest_per_hour / 3,
    ])  # fmt: skip
    assert all(hour.estimated for hour in found)


def test_one_unknown_hour_takes_what_is_left() -> None:
    """An absent hour is not zero."""
    found = hourly(gap(150.0), remembered(10, 20, None, 40, 50))
    assert energies(found) == [10, 20, 30, 40, 50]
    assert [hour.estimated for hour in found] == [False, False, True, False, False]


def test_estimates_give_the_proportion() -> None:
    """A day's energy knows more than nothing; unknown hours are like the mean of the others."""
    whole = gap(100.0)
    found = hourly(whole, remembered(None, 30, 10, None, None, estimated=True))
    weights = [20 * 2 / 3, 30, 10, 20, 20 / 3]
    assert energies(found) == pytest.approx([100 * w / sum(weights) for w in weights])


def test_estimates_of_nothing_share_evenly() -> None:
    """If there was something all the same."""
    found = hourly(gap(40.0), remembered(0, 0, 0, 0, 0, estimated=True))
    assert energies(found) == pytest.approx([40 / 6, 10, 10, 10, 10 / 3])


def test_a_memory_of_too_much_is_scaled_down() -> None:
    """The sums at both ends are right, so that the memory is not."""
    found = hourly(gap(50.0), remembered(10, 20, 30, 40, 50))
    assert energies(found) == pytest.approx([5, 10, 15, 20, 0])
    assert all(hour.estimated for hour in found)
    found = hourly(gap(50.0, at_12=50.0), remembered(10, 20, None, 10, 10))
    assert energies(found) == pytest.approx([5, 10, 25, 5, 5])


def torn(*hours: tuple[float, float]) -> list[HourEnergy]:
    """Return the hours from 10 on with their energy and coverage."""
    return [
        HourEnergy(
            start=TEN + number * HOUR,
            energy_wh=wh,
            coverage=coverage,
            quarters_wh=(wh / 4,) * 4,
        )
        for number, (wh, coverage) in enumerate(hours)
    ]


def test_a_device_that_was_dark_drew_nothing() -> None:
    """An hour that lacks records lacks no energy, if the counter says so."""
    found = hourly(gap(150.0), torn((10, 1), (20, 0.5), (30, 1), (40, 1), (50, 1)))
    assert energies(found) == [10, 20, 30, 40, 50]
    assert not any(hour.estimated for hour in found)
    assert all(hour.quarters_wh for hour in found)


def test_records_that_were_lost_leave_a_hole_to_fill() -> None:
    """Those hours share what is missing, by how much they lack; they are estimated."""
    found = hourly(gap(210.0), torn((10, 1), (20, 0.5), (30, 1), (40, 0.75), (50, 1)))
    assert energies(found) == [10, 60, 30, 60, 50]
    assert [hour.estimated for hour in found] == [False, True, False, True, False]


def test_a_memory_that_is_whole_and_says_less() -> None:
    """Nobody knows when the rest was used: the last hour takes it, and is estimated."""
    found = hourly(gap(210.0), remembered(10, 20, 30, 40, 50))
    assert energies(found) == [10, 20, 30, 40, 110]
    assert [hour.estimated for hour in found] == [False] * 4 + [True]


def test_a_gap_that_ends_with_the_hour() -> None:
    """The hour in which it ends is not in it, and may be unknown all the same."""
    whole = GapHours(since=TEN + 20 * MINUTE, until=TEN + HOUR, total_wh=15)
    found = hourly(whole, remembered(10))
    assert energies(found) == [10, 5]


@given(
    total=st.floats(0, 1e5),
    known=st.lists(st.none() | st.floats(0, 1e4), min_size=5, max_size=5),
    estimated=st.booleans(),
    measured=st.tuples(st.floats(0, 100), st.floats(0, 100)),
)
def test_the_total_is_kept(
    total: float, known: list[float | None], *, estimated: bool, measured: tuple[float, float]
) -> None:
    """Whatever the device says."""
    whole = gap(total, at_10=measured[0], at_14=measured[1])
    found = hourly(whole, remembered(*known, estimated=estimated))
    assert sum(energies(found)) == pytest.approx(total, abs=1e-6)
    assert min(energies(found)) >= -1e-6


def stored(*amounts: int) -> dict[int, Quarter]:
    """Return quarter-hours from 10:00 on."""
    first = to_ms(TEN) // QUARTER_MS
    return {
        first + place: Quarter(amount=amount, covered_ms=QUARTER_MS, estimated=True)
        for place, amount in enumerate(amounts)
    }


def test_quarter_hours_follow_the_devices_minutes() -> None:
    """Only those that the gap touches; their sum stays."""
    short = GapHours(since=TEN + 20 * MINUTE, until=TEN + 70 * MINUTE, total_wh=0)
    hours = [
        HourEnergy(start=TEN, energy_wh=10, quarters_wh=(1, 2, 3, 4)),
        HourEnergy(start=TEN + HOUR, energy_wh=26, quarters_wh=(5, 6, 7, 8)),
    ]
    made = quarterly(short, hours, stored(1000, 3000, 3000, 3000, 5000, 6000, 7000, 8000), 1000)
    first = to_ms(TEN) // QUARTER_MS
    assert {place - first: each.amount for place, each in made.items()} == {
        1: 2000,
        2: 3000,
        3: 4000,
        4: 5000,
    }
    assert not any(each.estimated for each in made.values())
    assert from_ms(min(made) * QUARTER_MS) == TEN + 15 * MINUTE


def test_quarter_hours_of_a_known_hour_share_it_evenly() -> None:
    """Beside those of the hour that were measured."""
    short = GapHours(since=TEN + 20 * MINUTE, until=TEN + 70 * MINUTE, total_wh=0)
    hours = [
        HourEnergy(start=TEN, energy_wh=10),
        HourEnergy(start=TEN + HOUR, energy_wh=26),
    ]
    made = quarterly(short, hours, stored(1000, 3500, 3500, 3500, 3500, 6000, 7000, 8000), 1000)
    assert [each.amount for each in made.values()] == [3000, 3000, 3000, 5000]
    assert all(each.estimated for each in made.values())


def test_quarter_hours_keep_their_sum_whatever_the_device_says() -> None:
    """A memory of more than was counted is scaled down."""
    short = GapHours(since=TEN + 20 * MINUTE, until=TEN + 70 * MINUTE, total_wh=0)
    hours = [
        HourEnergy(start=TEN, energy_wh=100, quarters_wh=(25, 25, 25, 25)),
        HourEnergy(start=TEN + HOUR, energy_wh=26, quarters_wh=(5, 6, 7, 8)),
    ]
    made = quarterly(short, hours, stored(1, 3500, 3500, 3500, 3500), 1000)
    assert sum(each.amount for each in made.values()) == 14000
    assert all(each.estimated for each in made.values())


def test_nothing_stored_makes_nothing() -> None:
    """A gap of before the first quarter-hour."""
    short = GapHours(since=TEN + 20 * MINUTE, until=TEN + 70 * MINUTE, total_wh=0)
    assert quarterly(short, [HourEnergy(start=TEN, energy_wh=10)], {}, 1000) == {}

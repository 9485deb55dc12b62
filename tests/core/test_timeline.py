"""Slots: half-open, in UTC inside, and right on the days on which clocks change."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.timeline import (
    QUARTER,
    Resolution,
    ceil_quarter,
    floor_hour,
    floor_quarter,
    from_ms,
    hour_around,
    hours,
    midnight,
    slots,
    to_ms,
)

PARIS = ZoneInfo("Europe/Paris")
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "quarters"),
    [("2026-03-29", 92), ("2026-06-01", 96), ("2026-10-25", 100)],
    ids=["clocks go forward", "usual", "clocks go back"],
)
def test_a_day_has_as_many_quarter_hours_as_its_clock_shows(day: str, quarters: int) -> None:
    """And one slot if days are asked for."""
    first = date.fromisoformat(day)
    start, end = midnight(first, PARIS), midnight(first + timedelta(days=1), PARIS)
    assert len(list(slots(start, end, Resolution.QUARTER_HOUR, PARIS))) == quarters
    assert len(list(slots(start, end, Resolution.HOUR, PARIS))) == quarters / 4
    assert [(s.start, s.end) for s in slots(start, end, Resolution.DAY, PARIS)] == [(start, end)]


def test_months_are_those_of_the_zone() -> None:
    """With a leap day, and cut where the period is."""
    found = list(slots(at("2028-01-15"), at("2028-03-10"), Resolution.MONTH, PARIS))
    assert [slot.start for slot in found] == [
        at("2028-01-15"),
        at("2028-01-31T23:00"),
        at("2028-02-29T23:00"),
    ]
    assert found[-1].end == at("2028-03-10")
    assert found[1].end - found[1].start == timedelta(days=29)


def test_hours_are_those_of_the_zone() -> None:
    """Where clocks are half an hour off they begin at half past, in UTC."""
    kolkata = ZoneInfo("Asia/Kolkata")
    found = list(slots(at("2026-01-01T18:30"), at("2026-01-01T20:00"), Resolution.HOUR, kolkata))
    assert [slot.start for slot in found] == [at("2026-01-01T18:30"), at("2026-01-01T19:30")]
    assert found[-1].end == at("2026-01-01T20:00")


@pytest.mark.parametrize(
    ("zone", "tops"),
    [
        ("Asia/Kolkata", (0, 30, 60)),
        ("Asia/Kathmandu", (0, 15, 60)),
        ("America/St_Johns", (0, 30, 60)),
        ("Europe/Paris", (0, 60)),
    ],
)
def test_an_hour_ends_where_one_of_utc_or_of_the_zone_does(
    zone: str, tops: tuple[int, ...]
) -> None:
    """What lies between two of them is in one hour of each."""
    noon = to_ms(at("2026-01-01T12:00"))
    for since, until in pairwise(tops):
        time = noon + since * 60_000, noon + until * 60_000
        for moment in (time[0], time[1] - 1):
            assert hour_around(moment, ZoneInfo(zone)) == time


def test_a_december_ends_with_the_year() -> None:
    """The month after it is in the next one."""
    (slot,) = slots(at("2026-11-30T23:00"), at("2026-12-31T23:00"), Resolution.MONTH, PARIS)
    assert slot.end == at("2026-12-31T23:00")


def test_a_midnight_that_is_skipped_is_the_first_moment_of_its_day() -> None:
    """Clocks of Cairo go from 23:59 to 01:00."""
    assert midnight(date(2024, 4, 26), ZoneInfo("Africa/Cairo")) == at("2024-04-25T22:00")


def test_rounding_is_that_of_utc() -> None:
    """Whatever zone a moment is stated in."""
    moment = datetime(2026, 1, 1, 12, 7, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert floor_quarter(moment) == at("2026-01-01T06:30")
    assert ceil_quarter(moment) == at("2026-01-01T06:45")
    assert ceil_quarter(at("2026-01-01T06:45")) == at("2026-01-01T06:45")
    assert floor_hour(moment) == at("2026-01-01T06:00")
    assert from_ms(to_ms(moment)) == moment


def test_hours_are_half_open() -> None:
    """The last one is not in."""
    assert list(hours(at("2026-01-01T01:00"), at("2026-01-01T03:00"))) == [
        at("2026-01-01T01:00"),
        at("2026-01-01T02:00"),
    ]


@given(
    start=st.integers(1_500_000_000 // 900, 1_900_000_000 // 900),
    length=st.integers(1, 400),
    resolution=st.sampled_from(Resolution),
    zone=st.sampled_from(ZONES),
)
def test_slots_cover_a_period_without_gap_or_overlap(
    start: int, length: int, resolution: Resolution, zone: str
) -> None:
    """Whatever the resolution, the zone and the time of year."""
    first = from_ms(start * 900_000)
    last = first + length * QUARTER
    found = list(slots(first, last, resolution, ZoneInfo(zone)))
    assert found[0].start == first
    assert found[-1].end == last
    assert all(a.end == b.start for a, b in pairwise(found))
    assert all(slot.start < slot.end for slot in found)
    assert all(to_ms(slot.start) % 900_000 == 0 for slot in found)

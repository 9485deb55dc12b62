"""Prices agree with an oracle that walks through every second and shares no code."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.ecom.core.tariffs.pricing import Curve, CurvePoint, Known, PriceSlice
from custom_components.ecom.core.tariffs.tariff import Tariff
from tests.core.tariffs import second_by_second as oracle
from tests.core.tariffs.cases import (
    Case,
    at,
    curve,
    ejp,
    off_peak,
    seasonal,
    seconds,
    tempo,
)

MINUTE = 60


def sliced(case: Case, start: int, end: int) -> list[PriceSlice]:
    """Return the product's slices of a time in seconds since 1970."""
    tariff = Tariff(case.contract, case.known)
    return list(tariff.slices(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)))


def runs(found: list[PriceSlice]) -> list[oracle.Run]:
    """Return slices as the oracle has them."""
    return [
        oracle.Run(
            int(each.start.timestamp()),
            int(each.end.timestamp()),
            each.band,
            None if each.price is None else Fraction(each.price),
        )
        for each in found
    ]


def compare(case: Case, start: str, end: str, step: int = 1) -> list[PriceSlice]:
    """Check a time against the oracle; return the slices."""
    since, until = seconds(start), seconds(end)
    found = sliced(case, since, until)
    assert runs(found) == list(oracle.walk(case.plain, since, until, step))
    return found


def test_walking_in_minutes_gives_what_walking_in_seconds_does() -> None:
    """Where all boundaries are on minutes; so long times can be walked in minutes."""
    for case in (off_peak(("22:24", "06:24")), seasonal(), tempo({"2026-10-24": "red"})):
        since, until = seconds("2026-10-24T20:00"), seconds("2026-10-25T20:00")
        assert list(oracle.walk(case.plain, since, until)) == list(
            oracle.walk(case.plain, since, until, MINUTE)
        )


def test_windows_of_any_minute_second_by_second() -> None:
    """From :24 on at night, and to :38 by day."""
    case = off_peak(("01:24", "07:38"), ("12:38", "14:24"))
    found = compare(case, "2026-07-14T22:00", "2026-07-15T22:00")
    assert [f"{each.start:%H:%M}" for each in found] == [
        "22:00",
        "23:24",
        "05:38",
        "10:38",
        "12:24",
    ]


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"], ids=["forward", "back"])
def test_the_days_on_which_clocks_change_second_by_second(day: str) -> None:
    """Windows begin and end in the hour that is skipped, or is there twice."""
    end = at(day) + timedelta(hours=30)
    for hours in (("02:24", "02:38"), ("22:24", "02:38"), ("01:30", "02:30")):
        compare(off_peak(hours), f"{day}T20:00", end.strftime("%Y-%m-%dT%H:%M"))


@pytest.mark.parametrize(
    ("day", "change", "hours"),
    [("2026-03-28", "2026-03-29", 7), ("2026-10-24", "2026-10-25", 9)],
)
def test_the_tempo_night_when_clocks_change(day: str, change: str, hours: int) -> None:
    """The night of 22 to 6 o'clock lasts 7 or 9 hours, all of it of Saturday's colour."""
    case = tempo({day: "white", change: "blue"})
    found = compare(case, f"{day}T12:00", f"{change}T20:00")
    (night,) = [each for each in found if each.band == "white_off_peak"]
    assert night.end - night.start == timedelta(hours=hours)


def test_a_price_change_at_midnight_inside_a_tempo_day() -> None:
    """The colour stays that of the day that began at 6 o'clock; the price is the new one."""
    case = tempo({"2026-01-31": "red", "2026-02-01": "blue"})
    found = compare(case, "2026-01-31T12:00", "2026-02-01T12:00")
    night = [each for each in found if each.band == "red_off_peak"]
    assert [each.start for each in night] == [at("2026-01-31T21:00"), at("2026-01-31T23:00")]
    assert [str(each.price) for each in night] == ["0.11004", "0.12048"]


def test_a_price_change_with_the_tempo_day() -> None:
    """Where a contract says so prices change at 6 o'clock."""
    case = tempo({"2026-01-31": "red", "2026-02-01": "blue"}, "06:00")
    found = compare(case, "2026-01-31T12:00", "2026-02-01T12:00")
    (night,) = [each for each in found if each.band == "red_off_peak"]
    assert night.end == at("2026-02-01T05:00")


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("Asia/Kolkata", "2026-05-01T12:00", "2026-05-03T12:00"),
        ("Australia/Lord_Howe", "2026-04-04T00:00", "2026-04-06T00:00"),
        ("Australia/Lord_Howe", "2026-10-03T00:00", "2026-10-05T00:00"),
        ("Africa/Cairo", "2026-04-22T20:00", "2026-04-25T00:00"),
        ("America/Havana", "2026-10-31T20:00", "2026-11-02T20:00"),
        ("Pacific/Apia", "2026-01-01T00:00", "2026-01-02T00:00"),
    ],
)
def test_zones_of_half_hours_and_of_changes_at_midnight(zone: str, start: str, end: str) -> None:
    """Lord Howe changes by half an hour, Cairo and Havana at midnight."""
    compare(off_peak(("22:10", "01:45"), ("12:00", "13:30"), zone=zone), start, end, MINUTE)


def test_a_price_change_at_a_midnight_that_clocks_skip() -> None:
    """The day, and its price, then begin with the first moment there is."""
    case = off_peak(("12:00", "13:30"), zone="Africa/Cairo")
    compare(case, "2026-07-30T00:00", "2026-08-02T00:00", MINUTE)


@pytest.mark.parametrize("start", ["2026-10-20", "2028-02-26", "2026-11-28"])
def test_hours_by_season_weekday_and_date(start: str) -> None:
    """Around a change of season with clocks, a leap day, and the day of the reform."""
    end = (at(start) + timedelta(days=14)).strftime("%Y-%m-%d")
    compare(seasonal(), start, end, MINUTE)


def test_ejp_hours_end_at_one_o_clock() -> None:
    """A day that is announced, one that is not, one that is not known, and summer."""
    case = ejp({"2026-03-29": "ejp", "2026-03-30": "normal", "2026-01-10": "normal"})
    compare(case, "2026-03-27T22:00", "2026-04-02T22:00", MINUTE)
    unknown = sliced(case, seconds("2026-01-11"), seconds("2026-01-12"))
    assert [(each.band, each.price is None) for each in unknown] == [
        ("ejp_normal", False),
        ("unknown", True),
    ]
    assert unknown[1].start == at("2026-01-11T06:00")


def test_a_curve_with_holes_and_limits_second_by_second() -> None:
    """Quarter-hours that begin at odd seconds, above the cap, below the floor, and missing."""
    begin = seconds("2026-03-28T23:00:07")
    values = ["0.10", "0.9", "-0.2", None, "0.123456789", "0.10", None, "0.0"]
    steps = [(begin + 900 * index, value) for index, value in enumerate(values)]
    found = compare(curve([*steps, (begin + 7200, None)]), "2026-03-28T22:55", "2026-03-29T01:30")
    assert [each.price is None for each in found][:2] == [True, False]


def test_a_re_priced_month() -> None:
    """Provisional prices say so, and fixed ones take their place when they are known."""
    begin = seconds("2026-09-01")
    steps = [(begin + 86400 * day, "0.10") for day in range(30)]
    fixed = [(moment, "0.12") for moment, _ in steps]
    before, after = curve(steps, provisional=True), curve(fixed)
    first = compare(before, "2026-09-01", "2026-10-01", 900)
    second = compare(after, "2026-09-01", "2026-10-01", 900)
    assert [(each.provisional, str(each.price)) for each in first] == [(True, "0.17400")]
    assert [(each.provisional, str(each.price)) for each in second] == [(False, "0.19920")]


def test_a_part_that_becomes_fixed_is_a_slice_of_its_own() -> None:
    """The price may be the same: whether it may change still is a difference."""
    begin = seconds("2026-09-01")
    case = curve([(begin, "0.10")], provisional=True)
    fixed = curve([(begin + 86400, "0.10")])
    known = Known(
        colours={}, curves={"spot": _Both(case.known.curves["spot"], fixed.known.curves["spot"])}
    )
    found = sliced(
        Case(contract=case.contract, plain=case.plain, known=known), begin, begin + 172800
    )
    assert [each.provisional for each in found] == [True, False]
    assert len({each.price for each in found}) == 1


class _Both:
    """Two curves, one after the other."""

    def __init__(self, *parts: Curve) -> None:
        self._parts = parts

    def points(self, start: datetime, end: datetime) -> Iterator[CurvePoint]:
        """Yield the points of both."""
        for part in self._parts:
            yield from part.points(start, end)


def test_what_a_power_costs_second_by_second() -> None:
    """A charger that comes and goes, over the boundary at 22:38: exact to the last digit."""
    case = off_peak(("22:38", "06:38"))
    since, until = seconds("2026-10-24T20:00"), seconds("2026-10-25T06:00")

    def watts(second: int) -> int:
        return 7400 if second // 1117 % 3 else 211

    paid = Fraction(0)
    for each in runs(sliced(case, since, until)):
        joules = sum(watts(second) for second in range(each.start, each.end))
        assert each.price is not None
        paid += joules * each.price / oracle.JOULES_PER_KWH
    assert paid == oracle.cost(case.plain, since, until, watts)
    assert paid > 1


CASES = [
    off_peak(("01:24", "07:38"), ("12:38", "14:24")),
    off_peak(("22:00", "06:00"), zone="Australia/Lord_Howe"),
    seasonal(),
    tempo({f"2026-{month:02}-{day:02}": "red" for month in (1, 3, 10) for day in range(1, 29, 2)}),
    ejp({f"2026-{month:02}-{day:02}": "ejp" for month in (1, 3, 11) for day in range(1, 29, 3)}),
    curve([(seconds("2026-01-01") + 3600 * n, f"0.{n % 7 + 1}") for n in range(9000)]),
]
YEAR = range(seconds("2026-01-01"), seconds("2027-01-01"))


@settings(max_examples=60, deadline=None)
@given(
    case=st.sampled_from(CASES),
    start=st.integers(YEAR.start, YEAR.stop),
    first=st.integers(1, 20 * 86400),
    second=st.integers(1, 20 * 86400),
)
def test_slices_cover_a_time_and_can_be_cut_anywhere(
    case: Case, start: int, first: int, second: int
) -> None:
    """There are no holes; two that follow differ; and two times joined give the same."""
    middle, end = start + first, start + first + second
    whole = sliced(case, start, end)
    assert whole[0].start == datetime.fromtimestamp(start, UTC)
    assert whole[-1].end == datetime.fromtimestamp(end, UTC)
    for one, other in pairwise(whole):
        assert one.start < one.end == other.start
        assert (one.band, one.price) != (other.band, other.price)
    left, right = runs(sliced(case, start, middle)), runs(sliced(case, middle, end))
    if (left[-1].band, left[-1].price) == (right[0].band, right[0].price):
        joined = oracle.Run(left[-1].start, right[0].end, left[-1].band, left[-1].price)
        assert runs(whole) == [*left[:-1], joined, *right[1:]]
    else:
        assert runs(whole) == [*left, *right]


@pytest.mark.parametrize("case", CASES)
def test_a_year_agrees_with_the_oracle_at_seconds_drawn_by_lot(case: Case) -> None:
    """And a lookup of one moment agrees with the slices of the year."""
    tariff = Tariff(case.contract, case.known)
    found = runs(sliced(case, YEAR.start, YEAR.stop))
    drawn = random.Random(20261126).sample(YEAR, 300)
    for second in drawn:
        (run,) = [each for each in found if each.start <= second < each.end]
        band = oracle.band_at(case.plain, second)
        assert (run.band, run.price) == (band, oracle.price_at(case.plain, second, band))
        here = tariff.price_at(datetime.fromtimestamp(second, UTC))
        assert here.start.timestamp() <= second < here.end.timestamp()
        assert (here.band, here.price and Fraction(here.price)) == (run.band, run.price)

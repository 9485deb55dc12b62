"""Contracts drawn by lot agree with the oracle, at any second and around every change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.ecom.core.tariffs.model import Rule, Schedule, Season, When, Window
from custom_components.ecom.core.tariffs.pricing import Known
from custom_components.ecom.core.tariffs.tariff import Tariff
from tests.core.tariffs import second_by_second as oracle
from tests.core.tariffs.cases import Case, power_contract, seconds, series
from tests.core.tariffs.second_by_second import PlainContract, PlainRule

ZONES = (
    "Europe/Paris",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Chatham",
    "America/Santiago",
)
COLOURS = ("blue", "red")
SINCE, UNTIL = seconds("2026-01-01"), seconds("2027-01-01")
CHANGES = [
    seconds(each)
    for each in (
        "2026-03-29T01:00",
        "2026-10-25T01:00",
        "2026-04-04T15:00",
        "2026-10-03T15:30",
        "2026-03-08T05:00",
        "2026-11-01T05:00",
        "2026-04-23T22:00",
        "2026-10-29T21:00",
        "2026-04-05T03:00",
        "2026-09-06T04:00",
    )
]
"""When clocks change in these zones, or near it."""

minutes = st.sampled_from([0, 1, 59, 60, 90, 119, 120, 150, 180, 360, 1320, 1438, 1439]) | (
    st.integers(0, 1439)
)
month_days = st.sampled_from([(1, 1), (2, 28), (3, 29), (4, 1), (10, 25), (10, 31), (12, 31)])
days = st.sampled_from([date(2026, 3, 29), date(2026, 4, 24), date(2026, 10, 25)])


@dataclass(frozen=True)
class Both:
    """One rule in both forms."""

    rule: Rule
    plain: PlainRule


def clock(minute: int) -> str:
    """Return a minute of the day as a clock shows it."""
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def a_rule(draw: st.DrawFn, band: str) -> Both:
    """Return a rule that asks for some of what can be asked."""
    hours = draw(
        st.lists(st.tuples(minutes, minutes).filter(lambda each: each[0] != each[1]), max_size=2)
    )
    weekdays = draw(st.none() | st.frozensets(st.integers(0, 6), min_size=1))
    season = draw(st.none() | st.tuples(month_days, month_days))
    colour = draw(st.none() | st.sampled_from(COLOURS))
    since, until = draw(st.none() | days), draw(st.none() | days)
    return Both(
        Rule(
            band=band,
            when=When(
                season=None if season is None else Season(first=season[0], last=season[1]),
                weekdays=weekdays,
                colour=colour,
                windows=tuple(Window(start=start, end=end) for start, end in hours),
                since=since,
                until=until,
            ),
        ),
        PlainRule(
            band=band,
            colour=colour,
            weekdays=None if weekdays is None else "".join(str(each) for each in weekdays),
            season=None
            if season is None
            else (f"{season[0][0]:02}-{season[0][1]:02}", f"{season[1][0]:02}-{season[1][1]:02}"),
            since=None if since is None else since.isoformat(),
            until=None if until is None else until.isoformat(),
            hours=[(clock(start), clock(end)) for start, end in hours],
        ),
    )


@st.composite
def a_case(draw: st.DrawFn) -> Case:
    """Return a contract in both forms, with colours of some days known."""
    rules = [draw(a_rule(band)) for band in ("one", "two", "three")]
    zone, starts, change = draw(st.sampled_from(ZONES)), draw(minutes), draw(minutes)
    steps = {
        "one": (("0001-01-01", "0.1"), ("2026-03-29", "0.2")),
        "two": (("0001-01-01", "0.3"), ("2026-10-25", "0.4")),
        "three": (("0001-01-01", "0.5"), ("2026-04-24", "0.6")),
        "rest": (("0001-01-01", "0.7"),),
    }
    known = draw(
        st.dictionaries(st.dates(date(2025, 12, 31), date(2027, 1, 1)), st.sampled_from(COLOURS))
    )
    return Case(
        contract=power_contract(
            {band: series(*each) for band, each in steps.items()},
            Schedule(
                rules=(*(each.rule for each in rules), Rule(band="rest")),
                colours=frozenset(COLOURS),
            ),
            zone=zone,
            day_start=time(*divmod(starts, 60)),
            price_change_at=time(*divmod(change, 60)),
        ),
        plain=PlainContract(
            zone=zone,
            rules=(*(each.plain for each in rules), PlainRule(band="rest")),
            prices=steps,
            day_start=clock(starts),
            price_change_at=clock(change),
            colours={day.isoformat(): colour for day, colour in known.items()},
            all_colours=COLOURS,
        ),
        known=Known(colours=known, curves={}),
    )


@settings(max_examples=150, deadline=None)
@given(
    case=a_case(),
    drawn=st.lists(st.integers(SINCE, UNTIL - 1), min_size=3, max_size=12),
    around=st.sampled_from(CHANGES),
)
def test_any_contract_agrees_with_the_oracle(case: Case, drawn: list[int], around: int) -> None:
    """At seconds of the year, and in each minute of two hours around a change of clocks."""
    tariff = Tariff(case.contract, case.known)
    start, end = datetime.fromtimestamp(SINCE, UTC), datetime.fromtimestamp(UNTIL, UTC)
    year = list(tariff.slices(start, end))
    assert (year[0].start, year[-1].end) == (start, end)
    assert all(one.end == other.start for one, other in pairwise(year))
    for second in (*drawn, *range(around - 3600, around + 7200, 60)):
        moment = datetime.fromtimestamp(second, UTC)
        (here,) = [each for each in year if each.start <= moment < each.end]
        band = oracle.band_at(case.plain, second)
        price = oracle.price_at(case.plain, second, band)
        assert (here.band, None if here.price is None else Fraction(here.price)) == (band, price)


@settings(max_examples=30, deadline=None)
@given(case=a_case(), start=st.integers(SINCE, UNTIL - 86400))
def test_no_slice_is_longer_than_its_price_holds(case: Case, start: int) -> None:
    """The first and the last second of each slice of a day are as the slice says."""
    begin = datetime.fromtimestamp(start, UTC)
    for each in Tariff(case.contract, case.known).slices(begin, begin + timedelta(days=1)):
        for moment in (each.start, each.end - timedelta(seconds=1)):
            second = int(moment.timestamp())
            band = oracle.band_at(case.plain, second)
            assert each.band == band
            paid = oracle.price_at(case.plain, second, band)
            assert (None if each.price is None else Fraction(each.price)) == paid

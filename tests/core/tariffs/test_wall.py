"""Times on the clock: skipped, shown twice, and days that begin at any of them."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from custom_components.ecom.core.tariffs.bands import boundaries, stretches
from custom_components.ecom.core.tariffs.wall import begins, changes, day_of, shown
from tests.core.tariffs.cases import at

PARIS = ZoneInfo("Europe/Paris")
CAIRO = ZoneInfo("Africa/Cairo")


def test_a_minute_is_shown_once_twice_or_beside_the_change() -> None:
    """In summer time, in autumn, and in spring."""
    assert list(shown(date(2026, 7, 1), 150, PARIS)) == [at("2026-07-01T00:30")]
    assert list(shown(date(2026, 10, 25), 150, PARIS)) == [
        at("2026-10-25T00:30"),
        at("2026-10-25T01:30"),
    ]
    change = at("2026-03-29T01:00")
    after, before = shown(date(2026, 3, 29), 150, PARIS)
    assert before < change < after


def test_a_day_begins_when_its_clock_first_shows_it() -> None:
    """At the change itself where the time is skipped."""
    assert begins(date(2026, 3, 29), time(6), PARIS) == at("2026-03-29T04:00")
    assert begins(date(2026, 3, 29), time(2, 30), PARIS) == at("2026-03-29T01:00")
    assert begins(date(2026, 10, 25), time(2, 30), PARIS) == at("2026-10-25T00:30")
    assert begins(date(2026, 4, 24), time(0), CAIRO) == at("2026-04-23T22:00")


def test_changes_of_a_year_to_the_second() -> None:
    """Half an hour in Lord Howe; none where there is no summer time."""
    year = at("2026-01-01T00:00:05"), at("2027-01-01")
    assert list(changes(*year, PARIS)) == [at("2026-03-29T01:00"), at("2026-10-25T01:00")]
    assert list(changes(*year, ZoneInfo("Australia/Lord_Howe"))) == [
        at("2026-04-04T15:00"),
        at("2026-10-03T15:30"),
    ]
    assert list(changes(*year, ZoneInfo("Asia/Kolkata"))) == []


def test_the_day_of_a_local_time() -> None:
    """Before its beginning it is still the day before."""
    local = at("2026-11-26T05:30").astimezone(PARIS)
    assert day_of(local, time(6, 30)) == date(2026, 11, 26)
    assert day_of(local, time(6, 31)) == date(2026, 11, 25)


def test_stretches_cover_a_time() -> None:
    """In parts of eight days."""
    start, end = at("2026-11-01"), at("2026-11-20")
    found = list(stretches(start, end))
    assert [since for since, _ in found] == [start + timedelta(days=8 * n) for n in range(3)]
    assert found[-1][1] == end
    assert list(stretches(end, start)) == []


def test_boundaries_are_within_and_in_order() -> None:
    """The start is one; the end is none."""
    found = boundaries(at("2026-10-24T22:00"), at("2026-10-25T03:00"), {150, 180}, PARIS)
    assert found == [
        at("2026-10-24T22:00"),
        at("2026-10-25T00:30"),
        at("2026-10-25T01:00"),
        at("2026-10-25T01:30"),
        at("2026-10-25T02:00"),
    ]

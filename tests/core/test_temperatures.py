"""How warm a day was, by what a sensor said and for how long."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from custom_components.ecom.core.temperatures import DayTemperatures, by_day

PARIS = ZoneInfo("Europe/Paris")


def test_the_mean_is_weighted_by_time() -> None:
    """An hour at 20 and three at 16 make 17; the extremes count however short they are."""
    day = DayTemperatures(minimum=20, maximum=20)
    assert day.mean is None
    day.add(20, 3600)
    day.add(16, 3 * 3600)
    day.add(25, 0)
    day.add(-3, 0)
    assert (day.minimum, day.mean, day.maximum) == (-3, 17, 25)


def test_a_time_is_divided_by_midnights() -> None:
    """Of the zone; the day on which clocks go back has 25 hours."""
    since = datetime(2026, 10, 24, 21, tzinfo=UTC)
    found = dict(by_day(since, since + timedelta(hours=27), PARIS))
    assert found == {
        date(2026, 10, 24): 3600,
        date(2026, 10, 25): 25 * 3600,
        date(2026, 10, 26): 3600,
    }
    assert [*by_day(since, since, PARIS)] == []

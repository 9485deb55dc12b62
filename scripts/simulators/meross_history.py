"""What a simulated Meross plug remembers: two rings, of 31 days and of 24 hours.

As in the trace of an mss305: a ring is told in the order of its slots, not of time; a
slot that was not written since is stale; a day closes two minutes before midnight.
Counters are in whole Wh, so that days and hours of any time differ from the book by less
than one.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from math import floor
from typing import Any, Final

from scripts.simulators.plug_load import HOUR, Metered

DAYS: Final = 31
HOURS: Final = 24
CLOSED: Final = timedelta(minutes=2)
LOOK_BACK: Final = 60  # days

type Json = dict[str, Any]
type Outages = list[tuple[float, float]]


def by_day(channel: Metered, now: float, zone: tzinfo, outages: Outages) -> list[Json]:
    """Return the content of ``consumptionx``: slots by day of the month."""
    today = datetime.fromtimestamp(now, zone).date()
    rows: dict[int, Json] = {}
    for back in reversed(range(DAYS)):
        day = today - timedelta(days=back)
        first, last = _closing(day - timedelta(days=1), zone), min(now, _closing(day, zone))
        written = _last_lit(_midnight(day, zone), last, outages)
        if written >= 0:
            value = _count(channel, last) - _count(channel, first)
            rows[day.day] = {"date": day.isoformat(), "time": int(written), "value": value}
    return [rows[slot] for slot in sorted(rows)]


def by_hour(channel: Metered, now: float, outages: Outages) -> list[Json]:
    """Return the ``data`` of ``consumptionH``: slots by hour of the day, in UTC."""
    rows: dict[int, Json] = {}
    current = int(now // HOUR)
    for hour in range(current, current - LOOK_BACK * HOURS, -1):
        if len(rows) == HOURS:
            break
        first, last = hour * HOUR, min(now, (hour + 1) * HOUR)
        written = _last_lit(first, last, outages)
        if hour % HOURS in rows or written < 0:
            continue
        value = _count(channel, last) - _count(channel, first)
        rows[hour % HOURS] = {"timestamp": int(min(written, last - 1)), "value": value}
    return [rows[slot] for slot in sorted(rows)]


def _count(channel: Metered, at: float) -> int:
    """Return a counter that never resets, in whole Wh."""
    return floor(channel.book.drawn_wh(channel.start, at) + 1e-6)


def _last_lit(first: float, last: float, outages: Outages) -> float:
    """Return the last moment of a time at which there was mains, -1 if there was none."""
    for start, end in reversed(outages):
        if start < last <= end:
            last = start
    return last if last > first else -1


def _closing(day: date, zone: tzinfo) -> float:
    """Return when a day is closed."""
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return (midnight - CLOSED).timestamp()


def _midnight(day: date, zone: tzinfo) -> float:
    return datetime.combine(day, time(), zone).timestamp()

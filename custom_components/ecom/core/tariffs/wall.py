"""The clock on the wall: which day it shows, and the moments at which it shows a time.

Clocks skip an hour on one day and show one twice on another. Moments are aware and in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def minute_of(clock: time) -> int:
    """Return the minutes since midnight of a time on the clock."""
    return clock.hour * 60 + clock.minute


def day_of(local: datetime, starts: time) -> date:
    """Return the day of a local time where days begin at ``starts``."""
    day = local.date()
    return day if local.time() >= starts else day - DAY


def shown(day: date, minute: int, zone: tzinfo) -> Iterator[datetime]:
    """Yield the moments at which the clock shows a minute of a day.

    There are two where clocks go back. For a minute that clocks skip they are beside the
    change, on either side of it.
    """
    at = datetime.combine(day, time(*divmod(minute, 60)), zone)
    first = at.astimezone(UTC)
    yield first
    second = at.replace(fold=1).astimezone(UTC)
    if second != first:
        yield second


def begins(day: date, starts: time, zone: tzinfo) -> datetime:
    """Return the first moment of a day that begins at ``starts``.

    Where clocks skip that time it is the moment of the change.
    """
    at = datetime.combine(day, starts, zone)
    found = at.astimezone(UTC)
    if found.astimezone(zone).time() == starts:
        return found
    return _change(at.replace(fold=1).astimezone(UTC), found, zone)


def changes(start: datetime, end: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Yield the moments in ``(start, end]`` at which clocks change, at most one a day."""
    while start < end:
        until = min(start + DAY, end)
        if start.astimezone(zone).utcoffset() != until.astimezone(zone).utcoffset():
            yield _change(start, until, zone)
        start = until


def _change(start: datetime, end: datetime, zone: tzinfo) -> datetime:
    """Return the moment in ``(start, end]`` from which the offset is that of ``end``."""
    after = end.astimezone(zone).utcoffset()
    low, high = 0, -((start - end) // _SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if (start + middle * _SECOND).astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return (start + high * _SECOND).replace(microsecond=0)

"""Time as energy is counted in it: quarter-hours, and calendar slots made of them.

Everything is in UTC inside. A slot is half-open and as long as the calendar of
its zone makes it: the two days on which clocks change have 92 and 100
quarter-hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
QUARTER_MS = 900_000
HOUR_MS = 4 * QUARTER_MS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Resolution(StrEnum):
    """The lengths of slots."""

    QUARTER_HOUR = "quarter_hour"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A stretch of time, ``[start, end)``, in UTC."""

    start: datetime
    end: datetime


def to_ms(moment: datetime) -> int:
    """Return an aware moment as whole milliseconds since 1970, rounded down."""
    return (moment - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """Return the moment, in UTC, of milliseconds since 1970."""
    return _EPOCH + ms * _MS


def floor_quarter(moment: datetime) -> datetime:
    """Return the beginning, in UTC, of the quarter-hour that a moment is in."""
    return from_ms(to_ms(moment) // QUARTER_MS * QUARTER_MS)


def ceil_quarter(moment: datetime) -> datetime:
    """Return the next beginning of a quarter-hour, in UTC, the moment itself if it is one."""
    return from_ms(-(-to_ms(moment) // QUARTER_MS) * QUARTER_MS)


def floor_hour(moment: datetime) -> datetime:
    """Return the top of the hour, in UTC, that a moment is in, as the recorder counts hours."""
    return from_ms(to_ms(moment) // HOUR_MS * HOUR_MS)


def hour_around(moment: int, zone: tzinfo) -> tuple[int, int]:
    """Return the time around a moment, in ms, that no top of an hour cuts: of UTC, or a zone.

    Where clocks differ from UTC by half-hours a day begins within an hour of UTC.
    """
    shift = (from_ms(moment).astimezone(zone).utcoffset() or timedelta()) // _MS % HOUR_MS
    starts = moment // HOUR_MS * HOUR_MS, (moment + shift) // HOUR_MS * HOUR_MS - shift
    return max(starts), min(starts) + HOUR_MS


def hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the tops of the hours in ``[start, end)``, both tops of hours themselves."""
    while start < end:
        yield start
        start += HOUR


def slots(start: datetime, end: datetime, resolution: Resolution, zone: tzinfo) -> Iterator[Slot]:
    """Yield the slots of ``[start, end)`` in their order; the first and the last may be cut.

    Hours, days and months are those of ``zone``.
    """
    at = start.astimezone(UTC)
    last = end.astimezone(UTC)
    while at < last:
        until = min(_slot_end(at, resolution, zone), last)
        yield Slot(start=at, end=until)
        at = until


def _slot_end(moment: datetime, resolution: Resolution, zone: tzinfo) -> datetime:
    """Return the end of the slot that a moment is in."""
    match resolution:
        case Resolution.QUARTER_HOUR:
            return floor_quarter(moment) + QUARTER
        case Resolution.HOUR:
            local = moment.astimezone(zone)
            return floor_quarter(moment) + HOUR - local.minute // 15 * QUARTER
        case Resolution.DAY:
            return midnight(moment.astimezone(zone).date() + timedelta(days=1), zone)
        case Resolution.MONTH:
            first = moment.astimezone(zone).date().replace(day=1)
            return midnight((first + timedelta(days=32)).replace(day=1), zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the beginning of a day of a zone, in UTC.

    Where clocks skip midnight itself the day begins with the first moment there is:
    a time that does not exist is read with the offset of before the change.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)

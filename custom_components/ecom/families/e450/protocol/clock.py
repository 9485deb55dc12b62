"""The meter's time: the 12 octets of a COSEM date-time, and the instant they mean."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from struct import Struct

# Blue Book 4.1.6.1: year, month, day, day of week, hour, minute, second,
# hundredths, deviation (minutes, from local time to UTC), clock status.
_DATE_TIME = Struct(">HBBBBBBBhB")
_NOT_SPECIFIED = 0xFF
_NO_DEVIATION = -0x8000
_MAX_DEVIATION = 12 * 60  # Blue Book 4.1.6.1
_INVALID = 0x01
_DST = 0x80
# A clock outside these years was never set; the bounds also keep conversions
# between zones clear of the ends of the calendar.
_YEARS = range(1970, 2106)
DATE_TIME_LENGTH = _DATE_TIME.size


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterTime:
    """A moment as the meter states it.

    ``local`` is the meter's own time, naive. ``deviation_minutes`` stands as
    on the wire (UTC = local + deviation), None where not stated. ``dst`` is
    the daylight-saving bit, None where the meter does not keep it.
    """

    local: datetime
    deviation_minutes: int | None = None
    dst: bool | None = None
    invalid: bool = False

    def isoformat(self) -> str:
        """Return ISO 8601 to the second, with an offset only if the meter states it."""
        if self.deviation_minutes is None:
            return self.local.isoformat(timespec="seconds")
        zone = timezone(timedelta(minutes=-self.deviation_minutes))
        return self.local.replace(tzinfo=zone).isoformat(timespec="seconds")

    def resolve(self, tz: tzinfo) -> datetime:
        """Return the moment in UTC, taking ``tz`` where the meter states no deviation.

        In the hour that October repeats the daylight-saving bit picks the
        right one; without that bit it is the first.
        """
        if self.deviation_minutes is not None:
            moment = self.local + timedelta(minutes=self.deviation_minutes)
            return moment.replace(tzinfo=UTC)
        first = self.local.replace(tzinfo=tz, fold=0)
        second = first.replace(fold=1)
        # The offsets also differ, the other way round, in the hour that March
        # leaves out: there the bit says nothing.
        repeated = (first.utcoffset() or timedelta()) > (second.utcoffset() or timedelta())
        return (second if repeated and self.dst is False else first).astimezone(UTC)


def parse_date_time(octets: bytes, *, header: bool = False) -> MeterTime | None:
    """Return the moment of a 12-octet COSEM date-time, None if it names no moment.

    The E450 leaves the status of a notification's ``header`` at zero all
    year, so that a clear daylight-saving bit there says nothing.
    """
    if len(octets) != DATE_TIME_LENGTH:
        return None
    year, month, day, _, hour, minute, second, hundredths, deviation, status = _DATE_TIME.unpack(
        octets
    )
    if year not in _YEARS:
        return None
    try:
        local = datetime(  # noqa: DTZ001 - the meter's own time has no zone
            year,
            month,
            day,
            hour,
            0 if minute == _NOT_SPECIFIED else minute,
            0 if second == _NOT_SPECIFIED else second,
            0 if hundredths == _NOT_SPECIFIED else hundredths * 10_000,
        )
    except ValueError:
        return None
    stated = status != _NOT_SPECIFIED
    in_summer = bool(status & _DST)
    return MeterTime(
        local=local,
        deviation_minutes=deviation if abs(deviation) <= _MAX_DEVIATION else None,
        dst=in_summer if stated and (in_summer or not header) else None,
        invalid=stated and bool(status & _INVALID),
    )


def format_date_time(moment: MeterTime, *, header: bool = False) -> bytes:
    """Return the 12 octets of a moment, the mirror of :func:`parse_date_time`.

    Zero hundredths are sent as "not specified", as the E450 does.
    """
    local = moment.local
    status = 0 if moment.dst is None and header else _NOT_SPECIFIED
    if moment.dst is not None or moment.invalid:
        status = (_DST if moment.dst else 0) | (_INVALID if moment.invalid else 0)
    return _DATE_TIME.pack(
        local.year,
        local.month,
        local.day,
        local.isoweekday(),
        local.hour,
        local.minute,
        local.second,
        local.microsecond // 10_000 or _NOT_SPECIFIED,
        _NO_DEVIATION if moment.deviation_minutes is None else moment.deviation_minutes,
        status,
    )

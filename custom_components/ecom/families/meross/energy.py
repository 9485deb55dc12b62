"""A total that never resets, made of counters that do.

A device counts each day (or hour) on its own and remembers the last 31 (or 24) of them in a
ring. What of each has been booked already is kept: a counter that has grown since adds its
growth, one that has not been seen yet adds all of it, and one that shows less adds nothing
until it shows more than ever. So the total is right across midnight, both changes of the
clock, restarts and days without Home Assistant; and whatever was not saved is booked again
from the same counters, once. This module is pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Self

from .models import DaySlot, HourSlot, Slot

REMEMBERED: Final = timedelta(days=31)
"""What a ring holds; a slot that is older was not written since, and not by this owner maybe."""

GAP: Final = timedelta(minutes=10)
"""Nobody has read for longer than this: what was counted meanwhile belongs to no hour."""

_MOST_SLOTS: Final = 200
"""More than any ring has: what is forgotten was overwritten long ago."""
_MOST_MISSED: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """Energy of a time of which no finer record exists; times are UTC."""

    start: datetime
    end: datetime
    energy_wh: float


@dataclass(kw_only=True, slots=True)
class Total:
    """The total of one channel, in Wh, and what of each counter is in it."""

    energy_wh: int = 0
    missed: list[Missed] = field(default_factory=list)
    _booked: dict[str, int] = field(default_factory=dict)
    _read_at: datetime | None = None
    _hour: datetime | None = None
    _at_hour_wh: int = 0

    def take_days(self, slots: Iterable[DaySlot], today: datetime, now: datetime) -> None:
        """Book daily counters.

        ``today`` is the device's own time in its own zone, by which the age of a slot is
        told; ``now`` is Home Assistant's, in UTC, which says how long nobody has read.
        """
        zone, since = today.tzinfo or UTC, self._read_at
        gap = since is None or now - since > GAP
        if gap and since is not None and self._hour is not None:
            self._miss(self._hour, since, self.energy_wh - self._at_hour_wh)
        for slot in sorted(slots, key=lambda slot: slot.key):
            if not -REMEMBERED <= slot.key - today.date() <= timedelta(days=1):
                continue
            grown = self._book(slot)
            if gap:
                start, end = _midnight(slot.key, zone), _midnight(_next(slot.key), zone)
                self._miss(max(start, since or start), min(end, now), grown)
        self._note_time(now)

    def take_hours(self, slots: Iterable[HourSlot], device_now: datetime) -> None:
        """Book hourly counters; ``device_now`` is the device's own time, in UTC."""
        for slot in sorted(slots, key=lambda slot: slot.key):
            if -REMEMBERED <= slot.key - device_now <= timedelta(0):
                self._book(slot)

    def dump(self) -> dict[str, Any]:
        """Return what is to be stored, as JSON has it."""
        return {
            "energy_wh": self.energy_wh,
            "booked": dict(self._booked),
            "read_at": _stamp(self._read_at),
            "hour": _stamp(self._hour),
            "at_hour_wh": self._at_hour_wh,
            "missed": [
                [_stamp(each.start), _stamp(each.end), each.energy_wh] for each in self.missed
            ],
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Self:
        """Return what was stored; raises ValueError, TypeError, KeyError or OverflowError."""
        total, booked = stored["energy_wh"], stored["booked"]
        if not isinstance(total, int) or total < 0 or not isinstance(booked, dict):
            raise ValueError("no total")
        return cls(
            energy_wh=total,
            missed=[
                Missed(start=_time(start), end=_time(end), energy_wh=float(energy))
                for start, end, energy in stored["missed"]
            ],
            _booked={str(key): int(value) for key, value in booked.items()},
            _read_at=_optional(stored["read_at"]),
            _hour=_optional(stored["hour"]),
            _at_hour_wh=int(stored["at_hour_wh"]),
        )

    def _book(self, slot: Slot[Any]) -> int:
        """Add what a counter has grown by since it was booked; return that."""
        before = self._booked.pop(key := slot.key.isoformat(), 0)
        grown = max(slot.energy_wh - before, 0)
        self.energy_wh += grown
        self._booked[key] = before + grown
        while len(self._booked) > _MOST_SLOTS:
            self._booked.pop(next(iter(self._booked)))
        return grown

    def _miss(self, start: datetime, end: datetime, energy_wh: int) -> None:
        if start < end:
            self.missed.append(Missed(start=start, end=end, energy_wh=energy_wh))
            del self.missed[:-_MOST_MISSED]

    def _note_time(self, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._at_hour_wh = hour, self.energy_wh
        self._read_at = now


class Energy:
    """The totals of all channels of a device."""

    def __init__(self) -> None:
        """Begin with none; the first reading books what the device remembers."""
        self.totals: dict[int, Total] = {}

    def of(self, channel: int) -> Total:
        """Return the total of a channel, beginning with nothing."""
        return self.totals.setdefault(channel, Total())

    def dump(self) -> dict[str, Any]:
        """Return what is to be stored, as JSON has it."""
        return {str(channel): total.dump() for channel, total in self.totals.items()}

    def load(self, stored: Mapping[str, Any]) -> None:
        """Take what was stored; raises ValueError, TypeError, KeyError or OverflowError."""
        self.totals = {int(channel): Total.load(total) for channel, total in stored.items()}


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _stamp(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _optional(stamp: float | None) -> datetime | None:
    return None if stamp is None else _time(stamp)


def _time(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)

"""What is known of one meter: its readings, its health, its settings."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any, Final

from ...ports import Reading
from .protocol.obis import ObisCode
from .protocol.registers import Quantity, Register, lookup
from .protocol.values import Telegram

type Measured = int | Decimal | str | None

SLOW: Final = frozenset(
    {Quantity.ENERGY, Quantity.REACTIVE_ENERGY, Quantity.APPARENT_ENERGY, Quantity.VOLUME}
)
"""Totals may come every quarter-hour only, so the first one is trusted for longer."""

FIRST_VALID_FOR: Final = timedelta(seconds=185)
"""What the slowest known list with a power, one a minute, will have learned later."""

FIRST_VALID_FOR_TOTAL: Final = timedelta(minutes=20)
LEAST_VALID_FOR: Final = timedelta(seconds=15)
MOST_VALID_FOR: Final = timedelta(hours=3)

REFUSING: Final = 3
"""So many refused telegrams in a row are no accident."""

SHOW_EVERY: Final = timedelta(minutes=1)

MOST_REGISTERS: Final = 512
"""A meter has about a hundred; whatever invents more is not followed further."""


class Cadence:
    """Learns how often a register is reported, from its last five intervals.

    The median forgives one outage; three missed reports make it stale.
    """

    def __init__(self, intervals: tuple[float, ...] = ()) -> None:
        """Start with intervals in seconds, as an earlier run learned them."""
        self.intervals: deque[float] = deque(intervals, maxlen=5)

    def learn(self, interval: timedelta) -> None:
        """Take one more interval between two reports."""
        self.intervals.append(interval.total_seconds())

    def valid_for(self, first: timedelta) -> timedelta:
        """Return how long a reading holds, ``first`` while nothing is learned."""
        if not self.intervals:
            return first
        learned = timedelta(seconds=3 * median(self.intervals) + 5)
        return min(max(learned, LEAST_VALID_FOR), MOST_VALID_FOR)


@dataclass(slots=True)
class Track:
    """One register: its newest reading and how often there is one."""

    unit: str | None
    register: Register | None
    reading: Reading[Measured]
    cadence: Cadence = field(default_factory=Cadence)

    def update(self, value: Measured, now: datetime) -> None:
        """Take a value that has just been reported."""
        if (interval := now - self.reading.measured_at) > timedelta():
            self.cadence.learn(interval)
        self.reading = Reading(
            value=value, measured_at=now, valid_for=self.cadence.valid_for(first_for(self.register))
        )


@dataclass(slots=True)
class Health:
    """How well the meter is heard.

    ``shown`` is what entities see of the counts: it is renewed once a minute,
    so that counting does not write a state every few seconds.
    """

    good: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refused_in_a_row: int = 0
    last_seen: datetime | None = None
    silent: bool = False
    shown: Mapping[str, int] = field(default_factory=dict)
    shown_at: datetime | None = None

    @property
    def refusing(self) -> bool:
        """Return whether telegrams come but have not been good lately."""
        return self.refused_in_a_row >= REFUSING

    def count_good(self, now: datetime) -> None:
        """Count a good telegram."""
        self.good += 1
        self.refused_in_a_row = 0
        self.last_seen = now
        self._show(now)

    def count_refused(self, kind: str, now: datetime) -> None:
        """Count a telegram that was refused, and why."""
        self.refused[kind] += 1
        self.refused_in_a_row += 1
        self._show(now)

    def counts(self) -> dict[str, int]:
        """Return the telegrams by kind."""
        return {"good": self.good, **self.refused}

    def _show(self, now: datetime) -> None:
        if self.shown_at is None or now - self.shown_at >= SHOW_EVERY:
            self.shown, self.shown_at = self.counts(), now


class MeterState:
    """Everything that has been read from one meter, and when."""

    def __init__(self) -> None:
        """Start with a meter that has said nothing yet."""
        self.tracks: dict[ObisCode, Track] = {}
        self.health = Health()
        self.clock: Reading[datetime] | None = None
        self.telegram: Telegram | None = None

    def update(self, telegram: Telegram, now: datetime) -> list[ObisCode]:
        """Take a telegram's values; return the codes that are new."""
        new: list[ObisCode] = []
        for code, value in telegram.values.items():
            if value.register is not None and value.register.quantity is Quantity.TIME:
                continue
            if (track := self.tracks.get(code)) is not None:
                track.update(value.value, now)
            elif value.value is not None and len(self.tracks) < MOST_REGISTERS:
                self.tracks[code] = Track(
                    unit=value.unit,
                    register=value.register,
                    reading=Reading(
                        value=value.value,
                        measured_at=now,
                        valid_for=first_for(value.register),
                    ),
                )
                new.append(code)
        self.telegram = telegram
        self.health.count_good(now)
        return new

    def reading(self, code: ObisCode) -> Reading[Measured] | None:
        """Return a register's newest reading, None if it was never seen."""
        track = self.tracks.get(code)
        return None if track is None else track.reading

    def next_expiry(self, now: datetime) -> datetime | None:
        """Return when the next fresh reading goes stale."""
        moments = (track.reading.expires_at for track in self.tracks.values())
        return min((at for at in moments if at is not None and at > now), default=None)

    def dump(self) -> dict[str, Any]:
        """Return the readings as JSON data, for ``load`` after a restart."""
        return {
            str(code): {
                "value": str(track.reading.value)
                if isinstance(track.reading.value, Decimal)
                else track.reading.value,
                "decimal": isinstance(track.reading.value, Decimal),
                "unit": track.unit,
                "at": track.reading.measured_at.isoformat(),
                "intervals": list(track.cadence.intervals),
            }
            for code, track in self.tracks.items()
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Take back what ``dump`` wrote; an unreadable row is left out."""
        for text, row in data.items():
            try:
                code = ObisCode.parse(text)
                self.tracks[code] = _track(code, row)
            except KeyError, TypeError, ValueError, ArithmeticError:
                continue


def first_for(register: Register | None) -> timedelta:
    """Return how long a register's reading holds before its cadence is known."""
    slow = register is not None and register.quantity in SLOW
    return FIRST_VALID_FOR_TOTAL if slow else FIRST_VALID_FOR


def stored_moment(text: str) -> datetime:
    """Return a moment that was stored; raises ValueError for one without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a stored moment has no zone")
    return moment


def _track(code: ObisCode, row: Mapping[str, Any]) -> Track:
    """Return one stored register."""
    register = lookup(code)
    cadence = Cadence(tuple(float(interval) for interval in row["intervals"]))
    value: Measured = Decimal(row["value"]) if row["decimal"] else row["value"]
    return Track(
        unit=row["unit"],
        register=register,
        cadence=cadence,
        reading=Reading(
            value=value,
            measured_at=stored_moment(row["at"]),
            valid_for=cadence.valid_for(first_for(register)),
        ),
    )

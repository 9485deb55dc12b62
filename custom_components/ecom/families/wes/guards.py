"""What no structure can tell: whether a number can follow the ones before it.

A page has no checksum. A digit changed within a value leaves a sound page that
is wrong, a lost Téléinfo leaves zeros, a meter may be exchanged for another.
These guards look at one value over time. Time is an argument.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

CONFIRMING: Final = 3
"""So many readings in a row must agree before the user is asked."""

MARGIN: Final = timedelta(minutes=1)
"""Added to the time between two readings: a page may have waited on its way."""

HEALING: Final = timedelta(minutes=5)
"""So long after the first refused reading a counter that goes on from there may still
turn out to have been right: it was only somewhat faster than its limit."""

SMALL: Final = timedelta(minutes=15)
"""An accepted reading that was wrong by no more than what the limit allows in this
time is waited out: the counter will be there soon enough."""

_MOST: Final = Decimal(10) ** 15
_HOUR: Final = timedelta(hours=1) // timedelta.resolution


class Verdict(StrEnum):
    """What becomes of a counter's reading; only a good one is published."""

    GOOD = "good"
    LOST = "lost"  # zero after something: the Téléinfo is lost, the counter is not
    WAIT = "wait"  # cannot follow the last good one; the next readings will tell
    ASK = "ask"  # several agree with each other: the user must say what happened


@dataclass(frozen=True, slots=True)
class _Mark:
    """A reading, and when."""

    raw: Decimal
    at: datetime

    def dump(self) -> list[str]:
        return [str(self.raw), self.at.isoformat()]


@dataclass(frozen=True, slots=True)
class _Series:
    """Refused readings that agree with each other: when it began, its newest, how many."""

    since: datetime
    newest: _Mark
    count: int = 1


class CounterGuard:
    """Judges the readings of one counter, and goes on counting over an exchange.

    Units are the counter's own. All arithmetic is decimal, on the digits that
    the reading has, so that nothing adds up to an error.
    """

    def __init__(self, limit_per_hour: float) -> None:
        """Start without a reading. ``limit_per_hour`` is the most that can be counted."""
        self.limit_per_hour = limit_per_hour
        self._last: _Mark | None = None
        self._before: Decimal | None = None  # The good reading that differed from the last.
        self._offset = Decimal()
        self._suspect: _Series | None = None
        self._rival: _Series | None = None  # A second suspicion, while the first is asked about.

    @property
    def total(self) -> int | float | None:
        """Return the last good reading, as if no meter had been exchanged, None before the first.

        An int where it is whole. It never goes down.
        """
        return None if self._last is None else _plain(self._last.raw + self._offset)

    @property
    def asking(self) -> bool:
        """Return whether only the user can tell what the counter's readings mean."""
        return self._suspect is not None and self._suspect.count >= CONFIRMING

    @property
    def current(self) -> int | float | None:
        """Return the reading that the counter stands at, good or confirmed: for the question."""
        mark = self._suspect.newest if self._suspect and self.asking else self._last
        return None if mark is None else _plain(mark.raw)

    @property
    def last_good(self) -> int | float | None:
        """Return the last good reading, as the page stated it."""
        return None if self._last is None else _plain(self._last.raw)

    def take(self, raw: float | Decimal, now: datetime) -> Verdict:
        """Return what becomes of a reading; ``total`` holds it if it is good."""
        value = _decimal(raw)
        if not _countable(value):
            return Verdict.WAIT
        mark, last = _Mark(value, now), self._last
        if last is None or self._follows_good(last, mark):
            if last is not None and last.raw != mark.raw:
                self._before = last.raw
            self._last, self._suspect, self._rival = mark, None, None
            return Verdict.GOOD
        if not value:
            return Verdict.LOST
        if self._is_waited_out(last, value):
            self._suspect = None
        else:
            self._suspect_it(mark)
        return Verdict.ASK if self.asking else Verdict.WAIT

    def suspend(self, raw: float | Decimal, now: datetime) -> None:
        """Ask about a reading that is another meter's for certain, plausible or not."""
        value = _decimal(raw)
        if self._last is not None and _countable(value):
            mark = _Mark(value, now)
            self._suspect, self._rival = _Series(mark.at, mark, CONFIRMING), None

    def withdraw(self) -> None:
        """Forget a suspicion: it is the same meter after all."""
        self._suspect = self._rival = None

    def exchange(self, closing: float | Decimal, opening: float | Decimal, now: datetime) -> None:
        """Go on from where the old meter closed, with a new one that opened at ``opening``.

        Raises ValueError if nothing is asked, or if the total would go down: a
        closing reading below the last good one, an opening one above the
        current one, or either not a number or negative.
        """
        old, new, last = _decimal(closing), _decimal(opening), self._last
        if last is None or self._suspect is None or not self.asking:
            raise ValueError("no exchange is in question")
        current = self._suspect.newest.raw
        if not _countable(old) or not _countable(new):
            raise ValueError("a reading is a number, zero or above")
        if old < last.raw:
            raise ValueError(f"the old meter has shown {last.raw}, it cannot have ended at {old}")
        if new > current:
            raise ValueError(f"the new meter shows {current}, it cannot have begun at {new}")
        self._offset += old - new
        self._last, self._before = _Mark(current, now), None
        self._suspect = self._rival = None

    def dump(self) -> dict[str, Any]:
        """Return everything as JSON data, for ``load`` after a restart."""
        return {
            "last": self._last and self._last.dump(),
            "before": None if self._before is None else str(self._before),
            "offset": str(self._offset),
            "suspect": self._suspect
            and [
                self._suspect.since.isoformat(),
                *self._suspect.newest.dump(),
                self._suspect.count,
            ],
        }

    def load(self, data: object) -> None:
        """Take back what ``dump`` wrote; what cannot be read changes nothing."""
        try:
            last, before, offset, suspect = _loaded(data)
        except AttributeError, KeyError, TypeError, ValueError, ArithmeticError:
            return
        self._last, self._before, self._offset, self._suspect = last, before, offset, suspect
        self._rival = None

    def _follows_good(self, last: _Mark, mark: _Mark) -> bool:
        """Return whether a reading can follow the last good one.

        The longer nothing good came, the more may have been counted. But where
        the counter stands elsewhere and goes on from there, time must not make
        that right by itself: the time that counts then ends with the healing.
        """
        suspect = self._suspect
        if suspect is not None and self._follows(suspect.newest, mark):
            ends = min(mark.at, max(suspect.since, last.at) + HEALING)
            return self._follows(last, replace(mark, at=ends))
        return self._follows(last, mark)

    def _follows(self, earlier: _Mark, later: _Mark) -> bool:
        """Return whether a counter can have gone from one reading to the other."""
        elapsed = max(later.at - earlier.at, timedelta())
        return 0 <= later.raw - earlier.raw <= self._allowed(elapsed)

    def _allowed(self, elapsed: timedelta) -> Decimal:
        """Return what can be counted in that time; one is always allowed, the least step."""
        microseconds = (elapsed + MARGIN) // timedelta.resolution
        return max(_decimal(self.limit_per_hour) * microseconds / _HOUR, Decimal(1))

    def _is_waited_out(self, last: _Mark, value: Decimal) -> bool:
        """Return whether the last good reading was itself a small glitch upwards."""
        if self.asking or self._before is None or not self._before <= value < last.raw:
            return False
        return last.raw - self._before <= self._allowed(SMALL)

    def _suspect_it(self, mark: _Mark) -> None:
        """Count the reading to the suspicion that it agrees with, or begin one with it.

        While the user is asked, a new suspicion needs as many readings as the
        first one to take its place: a single glitch must not.
        """
        if self._suspect is None or self._follows(self._suspect.newest, mark):
            self._suspect, self._rival = self._continued(self._suspect, mark), None
        elif not self.asking:
            self._suspect = _Series(mark.at, mark)
        else:
            agrees = self._rival is not None and self._follows(self._rival.newest, mark)
            self._rival = self._continued(self._rival if agrees else None, mark)
            if self._rival.count >= CONFIRMING:
                self._suspect, self._rival = self._rival, None

    def _continued(self, series: _Series | None, mark: _Mark) -> _Series:
        if series is None:
            return _Series(mark.at, mark)
        return replace(series, newest=mark, count=min(series.count + 1, CONFIRMING))


def _decimal(number: float | Decimal) -> Decimal:
    """Return a number by the digits that it is written with, not by those of its binary."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


def _countable(number: Decimal) -> bool:
    return number.is_finite() and 0 <= number < _MOST


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _loaded(data: Any) -> tuple[_Mark | None, Decimal | None, Decimal, _Series | None]:
    """Return the parts of a dump; raises whatever a broken one leads to."""
    last = None if data["last"] is None else _loaded_mark(*data["last"])
    before = None if data["before"] is None else _loaded_number(data["before"])
    offset = Decimal(str(data["offset"]))
    if not offset.is_finite() or abs(offset) >= _MOST or (last and last.raw + offset < 0):
        raise ValueError("an offset that no exchange can lead to")
    suspect = None
    if data["suspect"] is not None:
        since, raw, at, count = data["suspect"]
        suspect = _Series(_loaded_moment(since), _loaded_mark(raw, at), max(1, int(count)))
    return last, before, offset, suspect


def _loaded_mark(raw: object, at: str) -> _Mark:
    return _Mark(_loaded_number(raw), _loaded_moment(at))


def _loaded_number(text: object) -> Decimal:
    number = Decimal(str(text))
    if not _countable(number):
        raise ValueError("not a reading")
    return number


def _loaded_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment

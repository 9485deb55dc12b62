"""What no structure can tell: whether a number can follow the ones before it.

A page has no checksum. A digit changed within a value leaves a sound page that
is wrong, a lost Téléinfo leaves zeros, a meter may be exchanged for another.
These guards look at one value over time. Time is an argument.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from .marks import Mark, Series, countable, decimal_of, loaded, loaded_start, plain

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

PATIENCE: Final = timedelta(hours=1)
"""No longer than this is waited for a counter to catch up with a glitch."""

_HOUR: Final = timedelta(hours=1) // timedelta.resolution


class Verdict(StrEnum):
    """What becomes of a counter's reading; only a good one is published."""

    GOOD = "good"
    LOST = "lost"  # zero after something: the Téléinfo is lost, the counter is not
    WAIT = "wait"  # cannot follow the last good one; the next readings will tell
    ASK = "ask"  # several agree with each other: the user must say what happened


class CounterGuard:
    """Judges the readings of one counter, and goes on counting over an exchange.

    Units are the counter's own. All arithmetic is decimal, on the digits that
    the reading has, so that nothing adds up to an error.
    """

    def __init__(self, limit_per_hour: float) -> None:
        """Start without a reading. ``limit_per_hour`` is the most that can be counted."""
        self.limit_per_hour = limit_per_hour
        self._last: Mark | None = None
        self._before: Decimal | None = None  # The good reading that differed from the last.
        self._offset = Decimal()
        self._start: Decimal | None = None  # Where the total begins, if not at the reading.
        self._waiting_since: datetime | None = None
        self._suspect: Series | None = None
        self._rival: Series | None = None  # A second suspicion, while the first is asked about.

    @property
    def total(self) -> int | float | None:
        """Return the last good reading, as if no meter had been exchanged, None before the first.

        An int where it is whole. It never goes down.
        """
        return None if self._last is None else plain(self._last.raw + self._offset)

    @property
    def asking(self) -> bool:
        """Return whether only the user can tell what the counter's readings mean."""
        return self._suspect is not None and self._suspect.count >= CONFIRMING

    @property
    def current(self) -> int | float | None:
        """Return the reading that the counter stands at, good or confirmed: for the question."""
        mark = self._suspect.newest if self._suspect and self.asking else self._last
        return None if mark is None else plain(mark.raw)

    @property
    def last_good(self) -> int | float | None:
        """Return the last good reading, as the page stated it."""
        return None if self._last is None else plain(self._last.raw)

    def take(self, raw: float | Decimal, now: datetime) -> Verdict:
        """Return what becomes of a reading; ``total`` holds it if it is good."""
        value = decimal_of(raw)
        if not countable(value):
            return Verdict.WAIT
        mark, last = Mark(value, now), self._last
        if last is None:
            return self._begin(mark)
        if value and not last.raw and not self.asking:
            return self._leave_zero(last, mark)
        if self._follows_good(last, mark):
            return self._accept(mark)
        if not value:
            return Verdict.LOST
        if self._is_waited_out(last, mark):
            self._suspect = None
        else:
            self._suspect_it(mark)
        return Verdict.ASK if self.asking else Verdict.WAIT

    def continue_from(self, total: float) -> None:
        """Let the total go on from here with the first reading, whatever that is."""
        self._start = decimal_of(total)

    def suspend(self, raw: float | Decimal, now: datetime) -> None:
        """Ask about a reading that is another meter's for certain, plausible or not."""
        value = decimal_of(raw)
        if self._last is not None and countable(value):
            mark = Mark(value, now)
            self._suspect, self._rival = Series(mark.at, mark, CONFIRMING), None

    def withdraw(self) -> None:
        """Forget a suspicion: it is the same meter after all."""
        self._suspect = self._rival = None

    def exchange(self, closing: float | Decimal, opening: float | Decimal, now: datetime) -> None:
        """Go on from where the old meter closed, with a new one that opened at ``opening``.

        Raises ValueError if nothing is asked, or if the total would go down: a
        closing reading below the last good one, an opening one above the
        current one, or either not a number or negative.
        """
        old, new, last = decimal_of(closing), decimal_of(opening), self._last
        if last is None or self._suspect is None or not self.asking:
            raise ValueError("no exchange is in question")
        current = self._suspect.newest.raw
        if not countable(old) or not countable(new):
            raise ValueError("a reading is a number, zero or above")
        if old < last.raw:
            raise ValueError(f"the old meter has shown {last.raw}, it cannot have ended at {old}")
        if new > current:
            raise ValueError(f"the new meter shows {current}, it cannot have begun at {new}")
        self._offset += old - new
        self._last, self._before = Mark(current, now), None
        self._suspect = self._rival = None

    def dump(self) -> dict[str, Any]:
        """Return everything as JSON data, for ``load`` after a restart."""
        return {
            "last": self._last and self._last.dump(),
            "before": None if self._before is None else str(self._before),
            "offset": str(self._offset),
            "start": None if self._start is None else str(self._start),
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
            last, before, offset, suspect = loaded(data)
            start = loaded_start(data)
        except AttributeError, KeyError, TypeError, ValueError, ArithmeticError:
            return
        self._last, self._before, self._offset, self._suspect = last, before, offset, suspect
        self._start, self._rival = start, None

    def _begin(self, mark: Mark) -> Verdict:
        if self._start is not None:
            self._offset, self._start = self._start - mark.raw, None
        return self._accept(mark)

    def _accept(self, mark: Mark) -> Verdict:
        """Believe a reading."""
        if self._last is not None and self._last.raw != mark.raw:
            self._before = self._last.raw
        self._last, self._suspect, self._rival = mark, None, None
        self._waiting_since = None
        return Verdict.GOOD

    def _leave_zero(self, last: Mark, mark: Mark) -> Verdict:
        """Believe a counter that has stood at zero once it says three times that it counts.

        A believed glitch would be followed by true zeros, which look like a
        lost Téléinfo for ever. A counter that turns out to stand far from zero
        was not ready before, or begins with a new contract: the total does not
        jump there, it goes on from where it was.
        """
        agrees = self._suspect is not None and self._follows(self._suspect.newest, mark)
        self._suspect = self._continued(self._suspect if agrees else None, mark)
        if self._suspect.count < CONFIRMING:
            return Verdict.WAIT
        if not self._follows(last, mark):
            self._offset -= mark.raw
        verdict = self._accept(mark)
        self._before = None
        return verdict

    def _follows_good(self, last: Mark, mark: Mark) -> bool:
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

    def _follows(self, earlier: Mark, later: Mark) -> bool:
        """Return whether a counter can have gone from one reading to the other."""
        elapsed = max(later.at - earlier.at, timedelta())
        return 0 <= later.raw - earlier.raw <= self._allowed(elapsed)

    def _allowed(self, elapsed: timedelta) -> Decimal:
        """Return what can be counted in that time; one is always allowed, the least step."""
        microseconds = (elapsed + MARGIN) // timedelta.resolution
        return max(decimal_of(self.limit_per_hour) * microseconds / _HOUR, Decimal(1))

    def _is_waited_out(self, last: Mark, mark: Mark) -> bool:
        """Return whether the last good reading was itself a small glitch upwards.

        Where little is drawn, catching up could take days; then the user is asked.
        """
        if self.asking or self._before is None or not self._before <= mark.raw < last.raw:
            return False
        self._waiting_since = self._waiting_since or mark.at
        patient = mark.at - self._waiting_since <= PATIENCE
        return patient and last.raw - self._before <= self._allowed(SMALL)

    def _suspect_it(self, mark: Mark) -> None:
        """Count the reading to the suspicion that it agrees with, or begin one with it.

        While the user is asked, a new suspicion needs as many readings as the
        first one to take its place: a single glitch must not.
        """
        if self._suspect is None or self._follows(self._suspect.newest, mark):
            self._suspect, self._rival = self._continued(self._suspect, mark), None
        elif not self.asking:
            self._suspect = Series(mark.at, mark)
        else:
            agrees = self._rival is not None and self._follows(self._rival.newest, mark)
            self._rival = self._continued(self._rival if agrees else None, mark)
            if self._rival.count >= CONFIRMING:
                self._suspect, self._rival = self._rival, None

    def _continued(self, series: Series | None, mark: Mark) -> Series:
        if series is None:
            return Series(mark.at, mark)
        return replace(series, newest=mark, count=min(series.count + 1, CONFIRMING))

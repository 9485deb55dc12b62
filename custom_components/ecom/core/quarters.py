"""Energy by quarter-hour, made from what a counter said and when.

Amounts are whole thousandths of the counter's unit and times whole milliseconds,
so that the quarter-hours of any time add up to exactly the difference of the
counter. What lies between two readings is spread evenly over the time between.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ..ports import Kind
from .timeline import QUARTER_MS, from_ms, to_ms

CLOSE_MS: Final = 300_000
"""Readings that are further apart leave the quarter-hours at their edges estimated."""

SCALES: Final = {Kind.ENERGY: 1000, Kind.HEAT: 1000, Kind.VOLUME: 1_000_000}
"""So many make one Wh, or one m³: mWh, or millilitres."""

MOST_PER_HOUR: Final[Mapping[Kind, float]] = {
    Kind.ENERGY: 1_000_000,
    Kind.HEAT: 1_000_000,
    Kind.VOLUME: 100,
}
"""More than any meter of a building counts in an hour: 1 MW, 100 m³."""

MOST_AFTER_FALL: Final[Mapping[Kind, float]] = {
    Kind.ENERGY: 20_000,
    Kind.HEAT: 20_000,
    Kind.VOLUME: 2,
}
"""In an hour, of a counter that began anew: what more it shows is another meter's."""

SLACK: Final[Mapping[Kind, float]] = {Kind.ENERGY: 2_000, Kind.HEAT: 20_000, Kind.VOLUME: 2}
"""What a coarse counter may step by at once."""

SLACK_AFTER_FALL: Final[Mapping[Kind, float]] = {
    Kind.ENERGY: 100,
    Kind.HEAT: 100,
    Kind.VOLUME: 0.05,
}

RESET_BELOW: Final = 0.9
"""A counter below this share of the last reading has begun anew; above it, it was restored.

Home Assistant draws the same line when it makes statistics of a total.
"""

TOO_LARGE: Final = 1 << 60
"""No counter of a building stands at so much, in scaled units, and no store could hold it."""

LONGEST_MS: Final = 430 * 86_400_000
"""Nothing is spread over more than is kept: a clock was wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What a counter stood at, in scaled units, at a moment in ms."""

    at: int
    index: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A time without readings, over which an amount was counted; aware, in UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What a counter counted between two readings: an amount in ``[since, until)``, in ms.

    ``index`` is where it stands at ``until``. What was counted in no time, or while a clock
    went back, is said to have been counted in the millisecond before.
    """

    since: int
    until: int
    amount: int
    index: int

    @property
    def apart(self) -> bool:
        """Return whether the readings are so far apart that the time between is a guess."""
        return self.until - self.since > CLOSE_MS

    @property
    def gap(self) -> Gap | None:
        """Return the gap that the later reading ends, None where they are close."""
        if not self.apart:
            return None
        return Gap(since=from_ms(self.since), until=from_ms(self.until))

    def after(self, moment: int) -> Step | None:
        """Return the part of it that lies after a moment, None if there is none."""
        if moment <= self.since:
            return self
        if moment >= self.until:
            return None
        before = self.amount * (moment - self.since) // (self.until - self.since)
        return Step(since=moment, until=self.until, amount=self.amount - before, index=self.index)


@dataclass(slots=True)
class Quarter:
    """What is known of one quarter-hour; several of it add up."""

    amount: int = 0
    covered_ms: int = 0
    estimated: bool = False


@dataclass(slots=True)
class Series:
    """One counter: where it stood last, and the quarter-hours that are not stored yet.

    ``stored`` is where it stands in the store, as far as is known. ``kind`` decides the scale,
    and what is too much to be true. ``refused`` counts steps that no meter could make.
    ``fallen`` is where the counter stood before it fell.
    """

    kind: Kind
    mark: Mark | None = None
    stored: Mark | None = None
    pending: dict[int, Quarter] = field(default_factory=dict)
    refused: int = 0
    fallen: Mark | None = None

    def take(self, at: datetime, index: float) -> Step | None:
        """Take a reading, ``index`` in Wh or m³; return what was counted up to it.

        None says that nothing can be told: it is the first one, an old one, or not credible.

        A counter that falls by a little was restored after a power cut, or jitters: it
        counts again once it has passed where it stood. One that falls further begins anew,
        from zero if what it shows can have been counted since; should it be back where it
        was before, faster than anything is counted, it has never begun anew. A step that
        is too large to be true counts nothing: the counter goes on from there.
        """
        now, before = self._mark(at, index), self.mark
        if abs(now.index) >= TOO_LARGE:
            self.refused += 1
            return None
        if before is None:
            self.mark = now
            return None
        if RESET_BELOW * before.index <= now.index < before.index:
            now = Mark(at=now.at, index=before.index)
        if now.at <= before.at and now.index == before.index:
            return None  # an old reading once more, such as one that was stored
        self.mark = now
        amount = self._counted(before, now)
        if amount is None:
            self.refused += 1
            return None
        return self._book(before.at, now, amount)

    def exchange(self, at: datetime, closing: float, opening: float) -> Step | None:
        """Go on with another meter, which stood at ``opening`` when the old one did at ``closing``.

        Return what the old one had still counted. Raises ValueError if the old one was read
        later than that, or stood higher.
        """
        last, first, before = self._mark(at, closing), self._mark(at, opening), self.mark
        if before is not None and (before.at > last.at or before.index > last.index):
            raise ValueError("the meter was read after it was taken away, or above where it ended")
        self.mark, self.fallen = first, None
        return None if before is None else self._book(before.at, last, last.index - before.index)

    def add(self, step: Step) -> None:
        """Put what was counted into its quarter-hours; where the counter stands does not change."""
        self._spread(step.since, step.until, step.amount)

    def skip(self, at: datetime, index: float) -> None:
        """Go on from a reading; what lies before it stays unknown."""
        self.mark = self._mark(at, index)

    def put_back(self, quarters: Mapping[int, Quarter]) -> None:
        """Take quarter-hours back that could not be stored."""
        for number, each in quarters.items():
            known = self.pending.setdefault(number, Quarter())
            known.amount += each.amount
            known.covered_ms += each.covered_ms
            known.estimated |= each.estimated

    def drain(self) -> dict[int, Quarter]:
        """Return the quarter-hours by number since 1970, and forget them."""
        drained, self.pending = self.pending, {}
        return drained

    def _mark(self, at: datetime, index: float) -> Mark:
        return Mark(at=to_ms(at), index=round(index * SCALES[self.kind]))

    def _counted(self, before: Mark, now: Mark) -> int | None:
        """Return what was counted between two readings, None if that cannot be told."""
        elapsed = max(now.at - before.at, 0)
        if elapsed > LONGEST_MS:
            return None
        usual = self._at_most(elapsed, MOST_AFTER_FALL, SLACK_AFTER_FALL)
        if now.index < before.index:
            if self.fallen is None or before.index > self.fallen.index:
                self.fallen = before
            return now.index if now.index <= usual else None
        amount = now.index - before.index
        if amount > usual and (gained := self._since_fall(now)) is not None:
            self.fallen = None
            return gained
        return amount if amount <= self._at_most(elapsed, MOST_PER_HOUR, SLACK) else None

    def _since_fall(self, now: Mark) -> int | None:
        """Return what was counted since before a fall, None if it is not back from one."""
        if self.fallen is None or now.index < RESET_BELOW * self.fallen.index:
            return None
        elapsed = max(now.at - self.fallen.at, 0)
        gained = max(now.index - self.fallen.index, 0)
        return (
            gained if gained <= self._at_most(elapsed, MOST_AFTER_FALL, SLACK_AFTER_FALL) else None
        )

    def _at_most(
        self, elapsed_ms: int, per_hour: Mapping[Kind, float], slack: Mapping[Kind, float]
    ) -> int:
        """Return what can be counted in a time, in scaled units."""
        most = slack[self.kind] + per_hour[self.kind] * elapsed_ms / 3_600_000
        return int(most * SCALES[self.kind])

    def _book(self, since: int, now: Mark, amount: int) -> Step:
        """Put an amount into its quarter-hours."""
        if now.at <= since:
            # Counted in no time, or while a clock went back: there is nothing to spread it over.
            # It was counted before that moment, which may be the beginning of a quarter-hour.
            self._at(now.at - 1).amount += amount
            since = now.at - 1
        else:
            self._spread(since, now.at, amount)
        return Step(since=since, until=now.at, amount=amount, index=now.index)

    def _spread(self, since: int, until: int, amount: int) -> None:
        """Spread an amount over a time; the parts add up to it exactly.

        What was counted within one quarter-hour is that quarter-hour's, however far apart
        its readings are.
        """
        apart = until - since > CLOSE_MS and since // QUARTER_MS != (until - 1) // QUARTER_MS
        for start, end in _cut(since, until):
            quarter = self._at(start)
            done, left, total = start - since, end - since, until - since
            quarter.amount += amount * left // total - amount * done // total
            quarter.covered_ms += end - start
            quarter.estimated |= apart

    def _at(self, ms: int) -> Quarter:
        return self.pending.setdefault(ms // QUARTER_MS, Quarter())


def most_counted(kind: Kind, elapsed_ms: int) -> int:
    """Return more than any meter counts in a time, in scaled units."""
    return int((SLACK[kind] + MOST_PER_HOUR[kind] * elapsed_ms / 3_600_000) * SCALES[kind])


def _cut(since: int, until: int) -> Iterator[tuple[int, int]]:
    """Yield a time cut at the quarter-hours."""
    while since < until:
        end = min((since // QUARTER_MS + 1) * QUARTER_MS, until)
        yield since, end
        since = end


class Integrator:
    """A counter made of power, for a meter that has none of its own.

    A power holds until the next one is reported, and no longer than it is valid.
    """

    def __init__(self, sign: int) -> None:
        """Count what is drawn, ``sign`` 1, or what is fed in, ``sign`` -1."""
        self._sign = sign
        self._last: tuple[datetime, float, timedelta] | None = None
        self.total_wh = 0.0

    def take(self, at: datetime, power_w: float | None, valid_for: timedelta) -> bool:
        """Take a power; return whether all the time since the last one is known.

        ``total_wh`` stands at what was counted up to ``at``.
        """
        before, self._last = self._last, None
        if power_w is not None:
            self._last = (at, max(self._sign * power_w, 0.0), valid_for)
        if before is None or at < before[0] or at - before[0] > before[2]:
            return False
        self.total_wh += before[1] * ((at - before[0]) / timedelta(hours=1))
        return True

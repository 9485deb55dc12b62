"""A meter that was exchanged: what both counted, from the readings on the day.

It is stated by a person and never inferred: a counter that shows another index may as
well have begun anew, or be wrong. The sum is that of both meters, so what was booked
meanwhile from the difference of the two is replaced.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...ports import Kind
from ..quarters import Mark, Step, most_counted
from .ledger import Part
from .rows import HOUR_MS

SAME_WITHIN_MS: Final = 86_400_000
"""Two that are stated within a day are one, of which something was stated wrongly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """The old meter ended at ``closing`` when the new one began at ``opening``; ``at`` in ms."""

    at: int
    closing: int
    opening: int


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexMark:
    """Where a counter stood at the top of an hour; ``estimated`` if readings were far from it."""

    index: int
    estimated: bool = False


class ExchangeError(ValueError):
    """No readings fit what is said of an exchange; ``args[0]`` is a translation key."""


def hour_marks(step: Step, parts: Sequence[Part] | None = None) -> dict[int, IndexMark]:
    """Return the index at the tops of the hours in ``(since, until]``, by hour since 1970.

    ``parts`` is how an account has spread the step; without it, it is spread evenly.
    """
    first, last = step.since // HOUR_MS + 1, step.until // HOUR_MS
    return {
        hour: IndexMark(
            index=step.index - _used_after(step, hour * HOUR_MS, parts),
            estimated=step.apart and hour * HOUR_MS != step.until,
        )
        for hour in range(first, last + 1)
    }


def _used_after(step: Step, moment: int, parts: Sequence[Part] | None) -> int:
    """Return what was used of a step after a moment."""
    if not parts:
        return step.amount - step.amount * (moment - step.since) // (step.until - step.since)
    return parts[-1][1] - max((upto for end, upto in parts if end <= moment), default=0)


def is_stated(known: Iterable[Exchange], exchange: Exchange) -> bool:
    """Return whether an exchange is stated already, and so is counted.

    Raises ExchangeError for one that is known otherwise: with the same indexes at another
    time, or with others within a day. Nobody can tell what it would count a second time.
    """
    for each in known:
        if each == exchange:
            return True
        same = (each.closing, each.opening) == (exchange.closing, exchange.opening)
        if same or abs(each.at - exchange.at) < SAME_WITHIN_MS:
            raise ExchangeError("exchange_stated_otherwise")
    return False


def around(marks: Mapping[int, IndexMark], exchange: Exchange) -> tuple[Mark, Mark]:
    """Return where the old meter stood last before an exchange, and the new one first after.

    ``marks`` are those of some days before and after it, by hour since 1970. A mark that was
    made between readings of both meters is of neither: it falls out of the order of one side.
    Raises ExchangeError where there is none of a side.
    """
    sure = [
        Mark(at=hour * HOUR_MS, index=mark.index)
        for hour, mark in sorted(marks.items())
        if not mark.estimated
    ]
    old = [mark for mark in sure if mark.at < exchange.at]
    new = [Mark(at=mark.at, index=-mark.index) for mark in sure if mark.at > exchange.at]
    before = _in_order(old, most=exchange.closing)
    after = _in_order(new[::-1], most=-exchange.opening)
    if before is None or after is None:
        raise ExchangeError("exchange_without_readings")
    return before, Mark(at=after.at, index=-after.index)


def _in_order(marks: list[Mark], most: int) -> Mark | None:
    """Return the last of the marks that rise from the first one on, up to ``most``."""
    found: Mark | None = None
    for mark in marks:
        if mark.index > most or (found is not None and mark.index < found.index):
            break
        found = mark
    return found


def both(before: Mark, after: Mark, exchange: Exchange) -> list[Step]:
    """Return what the old meter counted from ``before`` on, and the new one up to ``after``.

    Their sum is (closing - before) + (after - opening). Raises ExchangeError where either is
    less than nothing, or the exchange does not lie between.
    """
    old = Step(
        since=before.at,
        until=exchange.at,
        amount=exchange.closing - before.index,
        index=exchange.closing,
    )
    new = Step(
        since=exchange.at,
        until=after.at,
        amount=after.index - exchange.opening,
        index=after.index,
    )
    if min(old.amount, new.amount) < 0 or not before.at < exchange.at < after.at:
        raise ExchangeError("exchange_against_readings")
    return [old, new]


def check_counted(kind: Kind, since: int, until: int, amount: int) -> None:
    """See that a meter can have counted so much in a time; raises ExchangeError."""
    if amount > most_counted(kind, until - since):
        raise ExchangeError("exchange_too_much")

"""Times between readings far apart, of which a reading that is brought in later cuts one.

What lies between two such readings is spread evenly. Who finds a reading in between knows
better: the stretch ends, or begins, at that reading, and what it holds is spread anew. For
that it must be known where the counter stood when the stretch began, or ended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from ..quarters import CLOSE_MS, Mark, Quarter
from ..timeline import QUARTER_MS
from .exchange import IndexMark
from .readings import TOLERANCE_MS, Read, ReadingsError, Swap
from .rows import HOUR_MS


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A moment in ms at which it is known for sure where a counter stood.

    It stood at ``ends`` by what counted before it, and at ``begins`` by what counted on: these
    are two where the meter was exchanged. ``swap`` is that exchange.
    """

    at: int
    ends: int
    begins: int
    swap: Swap | None = None

    @property
    def read(self) -> Read:
        """Return it as a reading."""
        return Read(at=self.at, index=self.begins, swap=self.swap)

    def mirrored(self) -> Anchor:
        """Return it as it is where time runs backwards."""
        return Anchor(at=-self.at, ends=-self.begins, begins=-self.ends)


def anchor_of(read: Read) -> Anchor:
    """Return the anchor that a reading is."""
    more = 0 if read.swap is None else read.swap.closing - read.swap.opening
    return Anchor(at=read.at, ends=read.index + more, begins=read.index, swap=read.swap)


def widened(
    readings: Sequence[Read],
    known: Mapping[int, Quarter],
    anchors: Sequence[Anchor],
    *,
    unit: int = QUARTER_MS,
) -> list[Read]:
    """Return readings with those before and after them at which stretches begin and end.

    ``known`` are the quarter-hours around the first and the last reading, ``anchors`` those of
    their time in order; an exchange that the readings state was at no other time. What lies
    in less than a ``unit`` of time is not told apart: readings are added up to one at a whole
    unit. Where neither the first nor the last reading fits the anchors, they are of another
    counter, and nothing is added. Raises ReadingsError where one of them does not fit, or
    nobody knows.
    """
    readings = [replace(readings[0], swap=_swap_of(readings[0], anchors)), *readings[1:]]
    first, last = anchor_of(readings[0]), anchor_of(readings[-1])
    stated = {each.swap: each.at for each in readings if each.swap is not None}
    moved = [_elsewhere(each, stated) for each in anchors]
    mirrored = [each.mirrored() for each in reversed(moved)]
    left = _fits(first, anchors)
    right = _is_said(last, moved) or _fits(last, [*_counting_on(anchors, readings)])
    if not left and not right:
        return [*readings]
    back = {-number - 1: each for number, each in known.items()}
    began = _began(first, known, anchors, unit)
    ended = _began(last.mirrored(), back, mirrored, unit)
    for number, asked, fits in ((1, began, left), (len(readings), ended, right)):
        if asked is not None and not fits:
            raise ReadingsError("reading_against_known", number)
        if asked is not None and not asked:
            raise ReadingsError("reading_among_unknown", number)
    by_time = {each.at: each for each in moved}
    before = [_read(by_time, mark.at, mark.index) for mark in reversed(began or ())]
    after = [_read(by_time, -mark.at, -mark.index) for mark in ended or ()]
    return [*before, *readings, *after]


def _swap_of(read: Read, anchors: Sequence[Anchor]) -> Swap | None:
    """Return the exchange since the reading before, which may have been told by a later one."""
    if read.swap is not None:
        return read.swap
    earlier = [each.begins for each in anchors if each.at < read.at][-1:]
    for each in [each for each in anchors if each.at >= read.at][:1]:
        if each.at == read.at:
            return each.swap
        is_old = all(index <= read.index for index in earlier)
        if not is_old and each.swap is not None and each.swap.opening <= read.index <= each.begins:
            return each.swap
    return None


def _elsewhere(anchor: Anchor, stated: Mapping[Swap, int]) -> Anchor:
    """Return an anchor without its exchange, if that was when the readings say."""
    if anchor.swap is None or stated.get(anchor.swap, anchor.at) == anchor.at:
        return anchor
    return Anchor(at=anchor.at, ends=anchor.begins, begins=anchor.begins)


def _counting_on(anchors: Sequence[Anchor], readings: Sequence[Read]) -> Iterator[Anchor]:
    """Yield anchors as the counter has them that goes on after the readings."""
    stated = {each.swap: each.at for each in readings if each.swap is not None}
    known = {each.swap: each.at for each in anchors if each.swap is not None}
    last = readings[-1].at
    for each in anchors:
        moved = _elsewhere(each, stated)
        old = [swap for swap in stated if each.at < min(known.get(swap, last), last)]
        less = sum(swap.closing - swap.opening for swap in old)
        yield replace(moved, ends=moved.ends - less, begins=moved.begins - less)


def _read(anchors: Mapping[int, Anchor], at: int, index: int) -> Read:
    return anchors[at].read if at in anchors else Read(at=at, index=index)


def _fits(read: Anchor, anchors: Iterable[Anchor]) -> bool:
    """Return whether a reading lies between what is known before it and after it."""
    around = [each for each in anchors if each.at != read.at]
    if _is_said(read, anchors):
        return True
    before = [each.begins for each in around if each.at < read.at][-1:]
    after = [each.ends for each in around if each.at > read.at][:1]
    return all(index <= read.ends for index in before) and all(
        index >= read.begins for index in after
    )


def _is_said(read: Anchor, anchors: Iterable[Anchor]) -> bool:
    """Return whether a reading says what is known for sure."""
    return any((each.at, each.begins) == (read.at, read.begins) for each in anchors)


def _began(
    read: Anchor, known: Mapping[int, Quarter], anchors: Sequence[Anchor], unit: int
) -> list[Mark] | None:
    """Return where the stretch began that a reading cuts, and readings before that.

    None says that it cuts none, and an empty list that nobody knows.
    """
    if _is_said(read, anchors) and read.at % unit == 0:
        return None
    begin = _run(known, read.at)
    if begin is None:
        return None
    mark = _mark(known, anchors, read.at, begin)
    if mark is None:
        return []
    found = [mark]
    earlier = [each for each in reversed(anchors) if each.at < mark.at]
    for each in earlier:
        if found[-1].at % unit == 0 or not _is_whole(known, each.at, found[-1].at):
            break
        found.append(Mark(at=each.at, index=each.begins))
    return found


def _run(known: Mapping[int, Quarter], moment: int) -> int | None:
    """Return when the estimated time began that a moment lies in, or ends; None if in none."""
    number = (moment - 1) // QUARTER_MS
    quarter = known.get(number)
    if quarter is None or not quarter.estimated:
        return None
    if not _is_full(quarter):
        is_before, is_after = number - 1 in known, number + 1 in known
        upto = number * QUARTER_MS + quarter.covered_ms + TOLERANCE_MS
        if is_before == is_after or (is_before and moment > upto):
            return None
        if is_after:
            begin = _starts(number, quarter)
            return begin if begin < moment else None
    while (before := known.get(number - 1)) is not None and before.estimated:
        number -= 1
        if not _is_full(before):
            return _starts(number, before)
    return number * QUARTER_MS


def _starts(number: int, quarter: Quarter) -> int:
    return (number + 1) * QUARTER_MS - quarter.covered_ms


def _mark(
    known: Mapping[int, Quarter], anchors: Sequence[Anchor], moment: int, begin: int
) -> Mark | None:
    """Return where the counter stood when a stretch began, or last before that it is known."""
    earlier = [*takewhile(lambda each: each.at < moment, anchors)]
    later = [each for each in anchors if each.at >= moment]
    if earlier:
        last = earlier[-1]
        if last.at >= begin:
            return Mark(at=last.at, index=last.begins)
        if (between := _sum(known, last.at, begin)) is not None:
            return Mark(at=begin, index=last.begins + between)
        if _is_whole(known, last.at, begin):
            return Mark(at=last.at, index=last.begins)
    if later and (between := _sum(known, begin, later[0].at)) is not None:
        return Mark(at=begin, index=later[0].ends - between)
    return None


def _sum(known: Mapping[int, Quarter], start: int, end: int) -> int | None:
    """Return what was counted in a time, None where the quarter-hours do not tell."""
    total = 0
    for number in range(start // QUARTER_MS, -(-end // QUARTER_MS)):
        at = number * QUARTER_MS
        mine = min(end, at + QUARTER_MS) - max(start, at)
        quarter = known.get(number)
        if quarter is None or abs(quarter.covered_ms - mine) > TOLERANCE_MS:
            return None
        total += quarter.amount
    return total


def _is_whole(known: Mapping[int, Quarter], start: int, end: int) -> bool:
    """Return whether all of a time is known, but for parts of the quarter-hours at its edges."""
    first, last = start // QUARTER_MS, (end - 1) // QUARTER_MS
    return all(
        number in known and (number in {first, last} or _is_full(known[number]))
        for number in range(first, last + 1)
    )


def _is_full(quarter: Quarter) -> bool:
    return quarter.covered_ms >= QUARTER_MS - TOLERANCE_MS


def is_estimate(before: Read, now: Read) -> bool:
    """Return whether what lies between two readings is spread over several quarter-hours."""
    within = before.at // QUARTER_MS == (now.at - 1) // QUARTER_MS
    return not within and now.at - before.at > CLOSE_MS


def kept(readings: Sequence[Read]) -> list[Read]:
    """Return the readings that no index of an hour tells of: beside estimates, and at the ends."""
    among = [True, *(is_estimate(before, now) for before, now in pairwise(readings)), True]
    beside = pairwise(among)
    return [each for each, sides in zip(readings, beside, strict=True) if any(sides)]


def before_exchanges(
    marks: Mapping[int, IndexMark], readings: Sequence[Read]
) -> dict[int, IndexMark]:
    """Return indexes by hour as the old counter would have had them until its end was read.

    When between two readings the meter was exchanged nobody knows.
    """
    found = {**marks}
    for before, now in pairwise(readings):
        if now.swap is None:
            continue
        for hour in range(before.at // HOUR_MS + 1, -(-now.at // HOUR_MS)):
            index = marks[hour].index + now.swap.closing - now.swap.opening
            found[hour] = IndexMark(index=index, estimated=True)
    return found

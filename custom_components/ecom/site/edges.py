"""What a counter's own indexes tell of the quarter-hours at the edges of readings.

Everything here blocks: Home Assistant calls it from its executor.
"""

from collections.abc import Mapping, Sequence

from ..core.costs.exchange import Exchange
from ..core.costs.readings import TOLERANCE_MS, Read, Told, counted_before
from ..core.costs.rows import HOUR_MS
from ..core.quarters import Mark, Quarter
from ..core.timeline import QUARTER_MS
from .pasts import is_made
from .quarter_store import QuarterStore, Segment


def told(
    store: QuarterStore,
    segments: Sequence[Segment],
    readings: Sequence[Read],
    known: Mapping[int, Quarter],
    *,
    register: bool = False,
) -> Told:
    """Return what is told of the quarter-hours in which readings begin and end.

    What is made of power has no index. Over an exchange indexes tell nothing.
    """
    if is_made(segments[-1].key):
        return Told()
    first, last = readings[0], readings[-1]
    stood = store.marks().get(segments[-1].key)
    began = _around(store, segments, first, stood)
    ended = _around(store, segments, last, stood)[::-1]
    if any(read.swap is not None for read in readings):
        began, ended = began[:1], ended[:1]
    else:
        began = [mark for mark in began if _fits(mark, first, last)]
        ended = [mark for mark in ended if _fits(mark, first, last)]
    left, upto = counted_before(known, first, began), counted_before(known, last, ended)
    right = None if upto is None else known[last.at // QUARTER_MS].amount - upto
    if register:  # It counted in the hours of its band: quarter-hours far apart are not by index.
        left = None if _is_estimated(known, first) else left
        right = None if _is_estimated(known, last) else right
    time = first.at, last.at
    begins = not left and _is_edge(store, segments, time, known, -1)
    ends = not right and _is_edge(store, segments, time, known, 1)
    until = None if stood is None else stood.at
    return Told(
        left=left,
        right=right,
        since=first.at if begins else None,
        until=last.at if ends else until,
    )


def _is_estimated(known: Mapping[int, Quarter], read: Read) -> bool:
    found = known.get(read.at // QUARTER_MS)
    return found is not None and found.estimated


def _is_edge(
    store: QuarterStore,
    segments: Sequence[Segment],
    time: tuple[int, int],
    known: Mapping[int, Quarter],
    way: int,
) -> bool:
    """Return whether nothing is known before a time, or after it, by what was brought in before."""
    moment = time[0] if way < 0 else time[1]
    number = moment // QUARTER_MS
    start, end = number * QUARTER_MS, (number + 1) * QUARTER_MS
    within = min(time[1], end) - max(time[0], start)
    beside = known.get(number + way)
    if number not in known or (beside and beside.covered_ms >= QUARTER_MS - TOLERANCE_MS):
        return False
    there = store.readings(key_at(segments, moment), start, end - 1)
    beyond = any((at - moment) * way > 0 for at in there)
    return bool(there) and not beyond and known[number].covered_ms <= within + TOLERANCE_MS


def _around(
    store: QuarterStore, segments: Sequence[Segment], read: Read, stood: Mark | None
) -> list[Mark | None]:
    """Return where the counter stood at the top of the hour of a reading, and after it."""
    key = key_at(segments, read.at)
    hour, following = read.at // HOUR_MS, -(-read.at // HOUR_MS)
    marks = {
        each: Mark(at=each * HOUR_MS, index=mark.index)
        for each, mark in store.ledger.marks(key, read.at - HOUR_MS, read.at + HOUR_MS).items()
    }
    later = marks.get(following)
    if stood is not None and key == segments[-1].key and read.at < stood.at < following * HOUR_MS:
        later = stood
    swaps = store.ledger.exchanges(key)
    return [_moved(mark, read, swaps) for mark in (marks.get(hour), later)]


def _moved(mark: Mark | None, read: Read, swaps: Sequence[Exchange]) -> Mark | None:
    """Return a mark as the counter of a reading would have had it, over exchanges in between."""
    if mark is None:
        return None
    start, end = sorted((mark.at, read.at))
    more = sum(each.closing - each.opening for each in swaps if start < each.at <= end)
    return Mark(at=mark.at, index=mark.index + (more if mark.at > read.at else -more))


def _fits(mark: Mark | None, first: Read, last: Read) -> bool:
    """Return whether a mark can be of the counter that the readings are of."""
    return mark is not None and all(
        (read.at - mark.at) * (read.index - mark.index) >= 0 for read in (first, last)
    )


def key_at(segments: Sequence[Segment], moment: int) -> str:
    """Return what counted a meter at a moment in ms, or next after it."""
    lasting = (each.key for each in segments if each.until is None or moment < each.until)
    return next(lasting, segments[-1].key)


def by_series[T](
    segments: Sequence[Segment], found: Mapping[int, T], length: int
) -> dict[str, dict[int, T]]:
    """Return what is known by number, with what counted the meter at its time."""
    by_key: dict[str, dict[int, T]] = {}
    for number, each in found.items():
        by_key.setdefault(key_at(segments, number * length), {})[number] = each
    return by_key

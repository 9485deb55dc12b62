"""What a counter's own indexes tell of the quarter-hours at the edges of readings.

Everything here blocks: Home Assistant calls it from its executor.
"""

from collections.abc import Mapping, Sequence

from ..core.costs.readings import Read, Told, counted_before
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
    return Told(left=left, right=right, until=None if stood is None else stood.at)


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
    return [marks.get(hour), later]


def _fits(mark: Mark | None, first: Read, last: Read) -> bool:
    """Return whether a mark can be of the counter that the readings are of."""
    return mark is not None and all(
        (read.at - mark.at) * (read.index - mark.index) >= 0 for read in (first, last)
    )


def key_at(segments: Sequence[Segment], moment: int) -> str:
    """Return what counted a meter at a moment in ms, or next after it."""
    lasting = (each.key for each in segments if each.until is None or moment < each.until)
    return next(lasting, segments[-1].key)

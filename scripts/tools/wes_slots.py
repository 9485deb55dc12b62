"""Which slots of time went by without a read."""

from collections.abc import Sequence

SLOT_SECONDS = 15.0


def missed(reads: Sequence[float], start: float, end: float) -> int:
    """Return how many slots between two moments hold no read.

    Slots begin half an interval before the first read, so that a read that is
    on time falls into the middle of its slot. Without any read all are missed,
    and so are those before a first read that comes later than one interval.
    """
    within = sorted(moment for moment in reads if start <= moment < end)
    if not within:
        return int((end - start) // SLOT_SECONDS)
    late = int((within[0] - start) // SLOT_SECONDS)
    anchor = within[0] - SLOT_SECONDS / 2
    count = int((end - anchor) // SLOT_SECONDS)
    filled = {int((moment - anchor) // SLOT_SECONDS) for moment in within}
    return late + sum(slot not in filled for slot in range(count))

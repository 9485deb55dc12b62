"""Counters that never fall by a little.

A device writes its counters to its memory every few minutes. When the mains fail it
begins again where they were last written, and so counts a part of the energy twice.
"""

from collections.abc import Hashable
from typing import Final

RESET_BELOW: Final = 0.9
"""A total below this share of the last one has begun anew; above it, it was restored.

Home Assistant draws the same line when it makes statistics of a total.
"""


class Totals:
    """Remembers the highest total of each counter since it last began."""

    def __init__(self) -> None:
        """Know none."""
        self._last: dict[Hashable, float] = {}

    def hold(self, counter: Hashable, total: float) -> float:
        """Return what to publish of a total: the last one until that is passed again."""
        last = self._last.get(counter)
        if last is not None and RESET_BELOW * last <= total < last:
            return last
        self._last[counter] = total
        return total

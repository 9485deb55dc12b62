"""The book of a made-up meter whose tariff switches within minutes (SYNTHETIC).

It counts evenly from a moment on, peak first, the other band from each switch on, and
nothing more after the end. It is a pure function of time: a simulator that was stopped
goes on as if it had never been away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

WATTS: Final = 36_000
"""Ten Wh each second, so that whole seconds count whole Wh."""

BASE: Final = (4_000_000, 2_000_000)
"""Where its registers stood before, in Wh: peak, off-peak."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SwitchingBook:
    """When it begins to count, switches, and ends, in their order."""

    moments: Sequence[datetime]

    @classmethod
    def parse(cls, text: str) -> SwitchingBook:
        """Return the book of moments that are separated by commas; raises ValueError."""
        moments = [datetime.fromisoformat(each) for each in text.split(",")]
        if None in {each.tzinfo for each in moments}:
            raise ValueError("the moments of a switching meter need a zone")
        if len(moments) < 2 or moments != sorted(moments):  # noqa: PLR2004 - a beginning and an end
            raise ValueError("a switching meter needs two moments or more, in their order")
        return cls(moments=moments)

    def registers(self, now: datetime) -> tuple[int, int]:
        """Return where the registers of peak and of off-peak stand, in Wh."""
        stand = [*BASE]
        for number, (since, until) in enumerate(pairwise(self.moments)):
            elapsed = max(min(now, until) - since, timedelta())
            stand[number % 2] += WATTS * (elapsed // timedelta(milliseconds=1)) // 3_600_000
        return stand[0], stand[1]

    def counted(self) -> tuple[int, int]:
        """Return what it counts in all, peak and off-peak."""
        peak, off_peak = self.registers(self.moments[-1])
        return peak - BASE[0], off_peak - BASE[1]

    def watts(self, now: datetime) -> int:
        """Return its power."""
        return WATTS if self.moments[0] <= now < self.moments[-1] else 0

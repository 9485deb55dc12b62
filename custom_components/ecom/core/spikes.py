"""Readings that are too high to be believed at once: the next one says whether they were true.

A counter that jumps and falls back, such as 102, 180, 102.1 kWh, was misread. What it showed
meanwhile cannot be told from use before it has fallen, and a bill is not taken back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..ports import Kind
from .quarters import SCALES, SLACK, Mark
from .timeline import to_ms

PER_HOUR: Final[Mapping[Kind, float]] = {
    Kind.ENERGY: 250_000,
    Kind.HEAT: 250_000,
    Kind.VOLUME: 20,
}
"""What a large building's connection carries, in W or m³/h: 250 kVA ends the French class C4."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What a counter showed, in Wh or m³, at a moment."""

    at: datetime
    index: float


class Spikes:
    """Holds a reading back that no building could have counted, until the next one bears it out."""

    def __init__(self, kind: Kind) -> None:
        """Hold nothing."""
        self._kind = kind
        self._held: Shown | None = None

    def sift(self, mark: Mark | None, shown: Shown) -> tuple[Shown, ...]:
        """Return the readings to take now, in order, of a counter that was last taken at a mark.

        None while it is doubtful, two where the held one is borne out by one that is later
        and no lower. One that is lower shows that the held one never was.
        """
        held = self._held
        if held is not None and shown.at <= held.at:
            return ()
        self._held = None
        if held is not None and shown.index >= held.index:
            return held, shown
        if mark is not None and self._is_doubtful(mark, shown):
            self._held = shown
            return ()
        return (shown,)

    def _is_doubtful(self, mark: Mark, shown: Shown) -> bool:
        elapsed = timedelta(milliseconds=max(to_ms(shown.at) - mark.at, 0))
        most = SLACK[self._kind] + PER_HOUR[self._kind] * (elapsed / timedelta(hours=1))
        return shown.index - mark.index / SCALES[self._kind] > most

"""Mean power from a counter of whole Wh, where nothing tells the power itself.

Téléinfo tells apparent power, a stock clamp its current: neither is active
power. The counter's growth is, on average. A counter shows whole Wh, so the
difference of two readings is wrong by less than 1 Wh: over a window that holds
20 Wh the mean is wrong by less than 5 %, and over the longest window, at small
power, by less than 12 W. Besides, it lags: by half of the window.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final, NamedTuple

ENOUGH_WH: Final = 20
"""A window that holds so much is long enough."""

LONGEST: Final = timedelta(minutes=5)
"""No window is longer."""

SHORTEST: Final = timedelta(minutes=1)
"""A window that holds less than enough must be at least so long: within 60 W."""

GAP: Final = LONGEST + timedelta(seconds=30)
"""A longer time between two readings starts anew. One interval always counts
as a window, so that a page read every five minutes may be late by some seconds."""

_MOST_READINGS: Final = 512
_HOUR: Final = timedelta(hours=1)


class _Reading(NamedTuple):
    wh: float
    at: datetime


class MeanPower:
    """The mean power over the shortest window of a counter that tells it well."""

    def __init__(self) -> None:
        """Start without a reading."""
        self._readings: deque[_Reading] = deque(maxlen=_MOST_READINGS)

    def add(self, total_wh: float, now: datetime) -> None:
        """Take a reading of the counter, in Wh."""
        readings = self._readings
        if readings and not self._goes_on(readings[-1], total_wh, now):
            readings.clear()
        if not readings or now > readings[-1].at:
            readings.append(_Reading(total_wh, now))
        # The last but one stays in any case: one interval is a window.
        while len(readings) > 2 and now - readings[0].at > LONGEST:  # noqa: PLR2004
            readings.popleft()

    def value(self, now: datetime) -> float | None:
        """Return the power in W, None while the readings do not tell it."""
        if not self._readings or now - self._readings[-1].at > GAP:
            return None
        newest = self._readings[-1]
        earlier = newest
        for earlier in reversed(self._readings):
            if newest.wh - earlier.wh >= ENOUGH_WH:
                break
        else:
            if newest.at - earlier.at < SHORTEST:
                return None
        return (newest.wh - earlier.wh) / ((newest.at - earlier.at) / _HOUR)

    @staticmethod
    def _goes_on(last: _Reading, wh: float, now: datetime) -> bool:
        return wh >= last.wh and timedelta() <= now - last.at <= GAP

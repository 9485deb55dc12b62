"""How warm a day was: its lowest, its mean and its highest temperature, in °C.

The mean is weighted by time: a sensor that says the same for an hour counts for an hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from .timeline import Resolution, slots


@dataclass(slots=True)
class DayTemperatures:
    """A day, as far as it is known; ``weighted`` is in °C times s, over ``seconds``."""

    minimum: float
    maximum: float
    weighted: float = 0.0
    seconds: float = 0.0

    def add(self, celsius: float, seconds: float) -> None:
        """Add that it was so warm for so long."""
        self.minimum = min(self.minimum, celsius)
        self.maximum = max(self.maximum, celsius)
        self.weighted += celsius * seconds
        self.seconds += seconds

    @property
    def mean(self) -> float | None:
        """Return the mean, None while no time has passed."""
        return self.weighted / self.seconds if self.seconds else None


def by_day(since: datetime, until: datetime, zone: tzinfo) -> Iterator[tuple[date, float]]:
    """Yield the days of a zone in a time, each with the seconds of that time in it."""
    for slot in slots(since, until, Resolution.DAY, zone):
        yield slot.start.astimezone(zone).date(), (slot.end - slot.start).total_seconds()

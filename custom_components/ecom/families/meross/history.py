"""The device's own memory of hours, exact where it has them and estimated where it has days.

This module is pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ...ports import HourEnergy
from .energy import Missed

HOUR: Final = timedelta(hours=1)
_ROUNDING: Final = timedelta(seconds=1)


def hour_energies(
    start: datetime,
    end: datetime,
    *,
    exact: Mapping[datetime, float],
    missed: Sequence[Missed],
) -> list[HourEnergy]:
    """Return the hours in ``[start, end)`` that are known, in their order.

    ``exact`` are whole hours by their top. Of the others those are estimated that lie in a
    time that nobody has read, up to its last whole hour: the energy of the time, without what
    its exact hours hold, spread evenly. In the hour in which such a time begins, what was
    read before is added; the hour in which it ends is left out, since reading began in it.
    """
    return [
        found
        for hour in _hours(start, end)
        if (found := _exact(hour, exact) or _estimated(hour, exact, missed)) is not None
    ]


def _exact(hour: datetime, exact: Mapping[datetime, float]) -> HourEnergy | None:
    energy = exact.get(hour)
    return None if energy is None else HourEnergy(start=hour, energy_wh=energy)


def _estimated(
    hour: datetime, exact: Mapping[datetime, float], missed: Iterable[Missed]
) -> HourEnergy | None:
    """Return an hour that times without readings cover whole, None for any other."""
    energy, covered = 0.0, timedelta()
    for time in missed:
        if (part := _overlap(hour, time)) <= timedelta():
            continue
        rest, left = _without(time, exact)
        if left > timedelta():
            energy += rest * (part / left)
            covered += part
    if covered < HOUR - _ROUNDING:
        return None
    return HourEnergy(start=hour, energy_wh=energy, estimated=True)


def _without(time: Missed, exact: Mapping[datetime, float]) -> tuple[float, timedelta]:
    """Return energy and length of a time without its exact hours."""
    rest, left = time.energy_wh, time.end - time.start
    for hour, energy in exact.items():
        if (part := _overlap(hour, time)) > timedelta():
            rest -= energy * (part / HOUR)
            left -= part
    return max(rest, 0.0), left


def _overlap(hour: datetime, time: Missed) -> timedelta:
    return min(hour + HOUR, time.end) - max(hour, time.start)


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += HOUR

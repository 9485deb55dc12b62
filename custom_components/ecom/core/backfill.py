"""What the hours of a gap were: a device's memory, between two sums that stand fast.

The recorder books all that was counted in a gap into the hour in which it ended.
The sum before the gap and the sum after it are right, so only what lies between
them is made anew, and every later sum stays valid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ..ports import HourEnergy
from .quarters import Quarter
from .timeline import HOUR, QUARTER, QUARTER_MS, floor_hour, floor_quarter, hours, to_ms

CLOSE_WH: Final = 5.0
CLOSE_SHARE: Final = 0.01
"""So far, in Wh or of the whole, a memory and a counter may differ and still say the same."""

TINY: Final = 1e-6
"""Weights that add up to less say nothing."""

WHOLE: Final = 0.999
"""An hour with records of this part of it lacks none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GapHours:
    """The hours that a gap touches, and what is known of them without the device.

    ``total_wh`` is the difference of the sums before the first and after the last
    hour. ``measured_wh`` is what was counted within the first and the last hour
    while there were readings, by the hour; it bears on hours that the device does
    not know exactly.
    """

    since: datetime
    until: datetime
    total_wh: float
    measured_wh: Mapping[datetime, float] = field(default_factory=dict)

    @property
    def first(self) -> datetime:
        """Return the top of the first hour."""
        return floor_hour(self.since)

    @property
    def last(self) -> datetime:
        """Return the top of the last hour."""
        return floor_hour(self.until)

    @property
    def all(self) -> list[datetime]:
        """Return the tops of all of them."""
        return list(hours(self.first, self.last + HOUR))

    def share(self, hour: datetime) -> float:
        """Return which part of an hour lies in the gap, 0 to 1."""
        return (min(self.until, hour + HOUR) - max(self.since, hour)) / HOUR


def hourly(gap: GapHours, remembered: Sequence[HourEnergy]) -> list[HourEnergy]:
    """Return the energy of all hours of a gap, whose sum is the gap's total.

    What the device knows exactly is taken as it is, and the last hour takes the rest, since
    readings lag behind the top of the hour. Hours that it does not know share what is left,
    in the proportion of what it estimates, or evenly; so do those of which it lacks records,
    unless what it has is all that there was. Where its memory holds more than the total, it
    is scaled down to it, and estimated.
    """
    mine = set(gap.all)
    known = {each.start: each for each in remembered if each.start in mine}
    sure = {hour: each for hour, each in known.items() if not each.estimated}
    missing = gap.total_wh - sum(each.energy_wh for each in sure.values())
    torn = missing > max(CLOSE_WH, CLOSE_SHARE * gap.total_wh)
    exact = {
        hour: each.energy_wh for hour, each in sure.items() if each.coverage >= WHOLE or not torn
    }
    if len(exact) == len(mine):
        return _closed(gap, exact, known)
    rest = _shared(gap, exact, known)
    return [
        HourEnergy(start=hour, energy_wh=exact[hour], quarters_wh=known[hour].quarters_wh)
        if hour in exact
        else HourEnergy(start=hour, energy_wh=rest[hour], estimated=True)
        for hour in gap.all
    ]


def _closed(
    gap: GapHours, exact: Mapping[datetime, float], known: Mapping[datetime, HourEnergy]
) -> list[HourEnergy]:
    """Return hours that are all known; the last one takes the rest."""
    before = sum(energy for hour, energy in exact.items() if hour != gap.last)
    if before > gap.total_wh:
        scale = gap.total_wh / before
        scaled = {hour: energy * scale for hour, energy in exact.items()} | {gap.last: 0.0}
        return [HourEnergy(start=hour, energy_wh=scaled[hour], estimated=True) for hour in gap.all]
    ends = dict(exact) | {gap.last: gap.total_wh - before}
    return [
        HourEnergy(
            start=hour,
            energy_wh=ends[hour],
            quarters_wh=known[hour].quarters_wh,
            estimated=not _is_close(ends[hour], exact[hour]),
        )
        for hour in gap.all
    ]


def _is_close(made: float, known: float) -> bool:
    """Return whether a rest is what the device says, but for a reading that lags behind."""
    return abs(made - known) <= max(CLOSE_WH, 10 * CLOSE_SHARE * known)


def _shared(
    gap: GapHours, exact: dict[datetime, float], known: Mapping[datetime, HourEnergy]
) -> dict[datetime, float]:
    """Return the energy of the hours that are not known exactly.

    Changes ``exact``, where that is more than there was.
    """
    unknown = [hour for hour in gap.all if hour not in exact]
    torn = {hour: known[hour] for hour in unknown if hour in known and not known[hour].estimated}
    measured = {hour: gap.measured_wh.get(hour, 0.0) for hour in unknown}
    measured |= {hour: each.energy_wh for hour, each in torn.items()}
    rest = gap.total_wh - sum(exact.values()) - sum(measured.values())
    if rest < 0:
        scale = gap.total_wh / (gap.total_wh - rest)
        exact.update({hour: energy * scale for hour, energy in exact.items()})
        return {hour: measured[hour] * scale for hour in unknown}
    guesses = [known[hour].energy_wh for hour in unknown if hour in known and hour not in torn]
    usual = sum(guesses) / len(guesses) if guesses else 1.0
    shares = {
        hour: 1 - torn[hour].coverage if hour in torn else gap.share(hour) for hour in unknown
    }
    weights = {
        hour: shares[hour]
        * (known[hour].energy_wh if hour in known and hour not in torn else usual)
        for hour in unknown
    }
    for even in (shares, dict.fromkeys(unknown, 1.0)):
        if sum(weights.values()) < TINY:
            weights = even
    whole = sum(weights.values())
    return {hour: measured[hour] + rest * weights[hour] / whole for hour in unknown}


def quarterly(
    gap: GapHours, hourly_wh: Sequence[HourEnergy], stored: Mapping[int, Quarter], scale: int
) -> dict[int, Quarter]:
    """Return the quarter-hours that a gap touches, by number since 1970, made anew.

    ``stored`` holds all quarter-hours of the gap's hours as they are known without the
    device, in units of which ``scale`` make one Wh. The sum of those that the gap touches
    stays the same.
    """
    first = to_ms(floor_quarter(gap.since)) // QUARTER_MS
    last = -(-to_ms(gap.until) // QUARTER_MS)
    touched = {number: stored[number] for number in range(first, last) if number in stored}
    wanted: dict[int, float] = {}
    guessed: set[int] = set()
    for each in hourly_wh:
        number = to_ms(each.start) // QUARTER_MS
        quarters = range(number, number + HOUR // QUARTER)
        mine = [at for at in quarters if at in touched]
        if each.quarters_wh:
            wanted |= {at: each.quarters_wh[at - number] * scale for at in mine}
            continue
        others = sum(stored[at].amount for at in quarters if at in stored and at not in touched)
        wanted |= {at: max(each.energy_wh * scale - others, 0) / len(mine) for at in mine}
        guessed |= set(mine)
    return _to_the_sum(touched, wanted, guessed, scale)


def _to_the_sum(
    touched: Mapping[int, Quarter], wanted: Mapping[int, float], guessed: set[int], unit: int
) -> dict[int, Quarter]:
    """Return whole amounts as wanted, whose sum is that of what is stored; the last takes the rest.

    ``unit`` of them make one Wh.
    """
    if not touched:
        return {}
    *first, last = touched
    total = sum(each.amount for each in touched.values())
    before = sum(wanted[at] for at in first)
    scale = total / before if before > total else 1.0
    amounts = {at: int(wanted[at] * scale) for at in first}
    amounts[last] = rest = total - sum(amounts.values())
    unsure = guessed if _is_close(rest / unit, wanted[last] / unit) else guessed | {last}
    return {
        at: Quarter(
            amount=amount,
            covered_ms=touched[at].covered_ms,
            estimated=at in unsure or scale < 1,
        )
        for at, amount in amounts.items()
    }

"""The book of a made-up building (SYNTHETIC): what each of its meters counted in each minute.

Ten flats, or eleven, with electricity, cold water and heat, the common parts, and a main
meter of each kind, which counts two hundredths more than all below it: what gets lost. All
are whole Wh, or litres, drawn by lot from a seed, so that what a member owes can be told
exactly and compared with what ECOM says.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Paris")
MINUTE: Final = timedelta(minutes=1)
DAY_MINUTES: Final = 1440
OFF_PEAK: Final = (time(22, 30), time(6, 30))
"""When off-peak begins and ends."""

LOSS: Final = (102, 100)
"""A main meter counts so many for each so many below it."""

SURFACES: Final = (42, 58, 61, 75, 48, 90, 66, 53, 71, 84, 39)
"""In m², of the flats from the first to the eleventh."""

THOUSANDTHS: Final = (64, 90, 95, 116, 74, 139, 102, 82, 109, 129, 60)


class Fluid(StrEnum):
    """What a meter counts."""

    ELECTRICITY = "electricity"
    WATER = "water"
    HEAT = "heat"


class Band(StrEnum):
    """The bands of electricity."""

    PEAK = "peak"
    OFF_PEAK = "off_peak"


MAIN, COMMON = "main", "common"
EXCHANGED, GAPPED, LET_ANEW = "flat 4", "flat 7", "flat 2"
EXCHANGE_DAY, GAP_DAY, MOVE_DAY = 15, 20, 11
"""Whole days after the beginning: an exchange, a gap, and the twelfth, on which a tenant moves."""

GAP: Final = (time(12), time(18))
OPENING: Final = 3
"""What the new meter showed when it was put in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """A meter of the building: the place that it counts, and what."""

    place: str
    fluid: Fluid

    @property
    def title(self) -> str:
        """Return what it is called; that it is made up is in its name."""
        return f"Synthetic {self.place} {self.fluid}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Who pays for a place, and from which minute to which one; None is an end of the book."""

    name: str
    place: str
    since: int = 0
    until: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Where a meter stood, in whole Wh or litres; where the old one ended, if it was exchanged."""

    at: datetime
    index: int
    closing: int | None = None


class BuildingBook:
    """All that the building counted from a midnight on, for some days."""

    def __init__(self, start: datetime, days: int = 30, *, flats: int = 10, seed: int = 1) -> None:
        """Draw it; ``start`` is a midnight of the building's zone."""
        self.start = start.astimezone(UTC)
        self.places = tuple(f"flat {number}" for number in range(1, flats + 1))
        self.minutes = days * DAY_MINUTES
        self._off_peak = array("b", [_is_off_peak(at) for at in self._moments()])
        self._counted: dict[Meter, array[int]] = {}
        self._first: dict[Meter, int] = {}
        for fluid in Fluid:
            self._draw(fluid, seed)

    @property
    def end(self) -> datetime:
        """Return when the book ends."""
        return self.start + self.minutes * MINUTE

    @property
    def meters(self) -> tuple[Meter, ...]:
        """Return all meters, a main one before those below it."""
        return tuple(self._counted)

    @property
    def members(self) -> tuple[Member, ...]:
        """Return who pays: a flat each, and two tenants of the one that was let anew."""
        moved = MOVE_DAY * DAY_MINUTES
        return tuple(
            member
            for place in self.places
            for member in (
                (
                    Member(name="Synthetic tenant A", place=place, until=moved),
                    Member(name="Synthetic tenant B", place=place, since=moved),
                )
                if place == LET_ANEW
                else (Member(name=f"Synthetic {place}", place=place),)
            )
        )

    def counted(
        self, meter: Meter, since: int = 0, until: int | None = None, band: Band | None = None
    ) -> int:
        """Return what a meter counted in some minutes, all or those of a band."""
        sums, end = self._counted[meter], self.minutes if until is None else until
        if band is None:
            return sums[end] - sums[since]
        wanted = band is Band.OFF_PEAK
        return sum(
            sums[at + 1] - sums[at]
            for at in range(since, end)
            if bool(self._off_peak[at]) is wanted
        )

    def accounts(self, member: Member) -> Mapping[tuple[Fluid, Band | None], int]:
        """Return what a member used, by what it is and by the band of electricity."""
        return {
            (meter.fluid, band): self.counted(meter, member.since, member.until, band)
            for meter in self.meters
            if meter.place == member.place
            for band in (Band if meter.fluid is Fluid.ELECTRICITY else (None,))
        }

    def index(self, meter: Meter, minute: int) -> int:
        """Return where a meter stands when a minute begins."""
        if self._is_exchanged(meter) and minute > self.exchanged_at:
            return OPENING + self.counted(meter, self.exchanged_at, minute)
        return self._first[meter] + self.counted(meter, 0, minute)

    @property
    def exchanged_at(self) -> int:
        """Return the minute at which a meter was exchanged: ten in the morning."""
        return EXCHANGE_DAY * DAY_MINUTES + 600

    def readings(self, meter: Meter, every: int = 15) -> list[Reading]:
        """Return the readings of a meter, one each so many minutes, but for those of a gap."""
        return [
            Reading(
                at=self.start + minute * MINUTE,
                index=self.index(meter, minute),
                closing=self._closing(meter, minute, every),
            )
            for minute in range(0, self.minutes + 1, every)
            if not self._is_missing(meter, minute)
        ]

    def register(self, meter: Meter, band: Band, every: int = 15) -> list[Reading]:
        """Return the readings of the register of a band."""
        wanted = band is Band.OFF_PEAK
        sums, counted = self._counted[meter], self._first[meter]
        found = [Reading(at=self.start, index=counted)]
        for minute in range(self.minutes):
            if bool(self._off_peak[minute]) is wanted:
                counted += sums[minute + 1] - sums[minute]
            if (minute + 1) % every == 0:
                found.append(Reading(at=self.start + (minute + 1) * MINUTE, index=counted))
        return found

    def _closing(self, meter: Meter, minute: int, every: int) -> int | None:
        """Return where the old meter ended, for the first reading of the new one."""
        if not self._is_exchanged(meter) or not 0 < minute - self.exchanged_at <= every:
            return None
        return self.index(meter, self.exchanged_at)

    def _is_exchanged(self, meter: Meter) -> bool:
        return meter == Meter(place=EXCHANGED, fluid=Fluid.ELECTRICITY)

    def _is_missing(self, meter: Meter, minute: int) -> bool:
        if meter != Meter(place=GAPPED, fluid=Fluid.ELECTRICITY):
            return False
        day, within = divmod(minute, DAY_MINUTES)
        first, last = (at.hour * 60 for at in GAP)
        return day == GAP_DAY and first < within < last

    def _moments(self) -> Iterator[datetime]:
        return ((self.start + minute * MINUTE).astimezone(ZONE) for minute in range(self.minutes))

    def _draw(self, fluid: Fluid, seed: int) -> None:
        """Draw the meters of a kind, and make the main one of them."""
        places = (COMMON, *self.places) if fluid is Fluid.ELECTRICITY else self.places
        below = {
            Meter(place=place, fluid=fluid): _sums(
                DRAWN[fluid],
                self.minutes,
                Random(f"{seed} {place} {fluid}"),  # noqa: S311 - repeatable, no secret
            )
            for place in places
        }
        above, each = LOSS
        total = array(
            "q", [sum(sums) * above // each for sums in zip(*below.values(), strict=True)]
        )
        drawn = {Meter(place=MAIN, fluid=fluid): total, **below}
        for number, (meter, sums) in enumerate(drawn.items()):
            self._counted[meter] = sums
            self._first[meter] = 1_000_000 + 250_000 * number


def _is_off_peak(local: datetime) -> bool:
    begins, ends = OFF_PEAK
    return not ends <= local.time() < begins


def _electricity(minute: int, random: Random) -> int:
    """Return Wh of a minute: more in the evening, and something big now and then."""
    usual = 3 if 420 <= minute % DAY_MINUTES < 1320 else 2  # noqa: PLR2004 - from seven to ten
    return usual + (random.random() < 0.04) * random.randrange(20, 60)  # noqa: PLR2004 - rarely


def _water(minute: int, random: Random) -> int:
    """Return litres of a minute: none, but for a tap now and then, and none at night."""
    awake = 360 <= minute % DAY_MINUTES < 1380  # noqa: PLR2004 - from six to eleven
    return random.randrange(2, 12) if awake and random.random() < 0.02 else 0  # noqa: PLR2004 - rarely


def _heat(minute: int, random: Random) -> int:
    """Return Wh of a minute: more when it is cold, which it is at night."""
    cold = 12 if minute % DAY_MINUTES < 480 else 8  # noqa: PLR2004 - until eight
    return cold + random.randrange(4)


DRAWN: Final[Mapping[Fluid, Callable[[int, Random], int]]] = {
    Fluid.ELECTRICITY: _electricity,
    Fluid.WATER: _water,
    Fluid.HEAT: _heat,
}


def _sums(drawn: Callable[[int, Random], int], minutes: int, random: Random) -> array[int]:
    """Return what was counted before each minute, and before the end."""
    return array("q", accumulate((drawn(at, random) for at in range(minutes)), initial=0))

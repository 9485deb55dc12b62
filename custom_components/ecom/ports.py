"""Ports: what a source offers to the site, whatever device it comes from.

This module is pure. A port is a port: those of a meter, of a plug and of an
entity that Home Assistant already has are read and switched alike, and one
shared contract test holds for all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

type Unsubscribe = Callable[[], None]


class Kind(StrEnum):
    """What a port measures or switches; the unit follows from it."""

    POWER = "power"  # W, positive = into the site
    ENERGY = "energy"  # Wh, a total that only grows
    PHASES = "phases"  # A per phase, a tuple L1, L2, L3
    VOLUME = "volume"  # m³, a total that only grows
    HEAT = "heat"  # Wh of heat, a total that only grows
    TEMPERATURE = "temperature"  # °C
    BATTERY = "battery"  # % of charge
    SWITCH = "switch"  # on or off
    SETPOINT = "setpoint"  # in the unit that the port states


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading[T]:
    """One value at one moment, and how long it may be trusted.

    ``value`` is None when it is known to be absent; it is never a guess.
    ``measured_at`` is aware and in UTC: the device's time where that can be
    trusted, else the time of arrival. ``valid_for`` is the cadence at which
    the device has been seen to report, with a margin.
    """

    value: T | None
    measured_at: datetime
    valid_for: timedelta

    def is_stale(self, now: datetime) -> bool:
        """Return whether the reading is too old at ``now`` to act upon."""
        return now - self.measured_at > self.valid_for

    @property
    def expires_at(self) -> datetime | None:
        """Return the last moment at which it is fresh, None if that is never over."""
        try:
            return self.measured_at + self.valid_for
        except OverflowError:
            return None


NEVER = datetime.min.replace(tzinfo=UTC)
"""The moment of a reading that has not been taken yet."""


def no_reading[T]() -> Reading[T]:
    """Return the reading of a port that has never reported: absent and stale."""
    return Reading(value=None, measured_at=NEVER, valid_for=timedelta())


class Port[T](Protocol):
    """Something that can be read and watched.

    ``key`` is ``"<source uid>/<local>"``, or ``"entity:<registry id>"`` for an
    entity of Home Assistant: it is all that the site and its stores keep.
    """

    @property
    def key(self) -> str:
        """Return the key, stable over restarts and renames."""
        ...

    @property
    def kind(self) -> Kind:
        """Return what the port measures."""
        ...

    def read(self) -> Reading[T]:
        """Return the newest reading, at once and without I/O."""
        ...

    def subscribe(self, listener: Callable[[Reading[T]], None]) -> Unsubscribe:
        """Call ``listener`` synchronously with each new reading."""
        ...


@runtime_checkable
class SwitchPort(Port[bool], Protocol):
    """A port that can be switched."""

    @property
    def rated_va(self) -> float:
        """Return the apparent power, in VA, to reserve while it is on."""
        ...

    @property
    def phases(self) -> frozenset[int]:
        """Return the phases, 1 to 3, that it loads."""
        ...

    @property
    def latency(self) -> timedelta:
        """Return the worst time from a command to its confirmed reading."""
        ...

    async def command(self, on: bool) -> None:  # noqa: FBT001 - the one argument is what it does
        """Switch, and return once confirmed; raise DeviceError otherwise."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class HourEnergy:
    """The energy of one whole hour, as the device remembers it.

    ``quarters_wh`` is that of its four quarter-hours, empty where the device does not
    remember so finely. ``estimated`` marks an hour that was made from a longer time.
    ``coverage`` is the part of the hour of which there are records, 0 to 1: in the rest the
    device was without mains, or lost what it had counted.
    """

    start: datetime  # top of the hour, UTC
    energy_wh: float
    estimated: bool = False
    quarters_wh: tuple[float, ...] = ()
    coverage: float = 1.0


@runtime_checkable
class HistoryPort(Protocol):
    """A device's own memory of past hours, of what one energy port counts."""

    async def hours(self, start: datetime, end: datetime) -> Sequence[HourEnergy]:
        """Return the hours in ``[start, end)`` that the device still holds, in their order.

        ``start`` and ``end`` are tops of hours in UTC. An hour that the device does not
        know is left out; one that it knows to have been without energy is there with 0.
        Raises CannotConnect or DeviceError if it cannot be asked.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """The energy ports, by key, that count what a power port shows.

    ``imported`` counts where the power is positive, ``exported`` where it is
    negative; None where nothing counts. ``registers`` are the ports between which
    the meter itself divides what ``imported`` counts, each with the name of its band,
    or the number of its rate where the meter knows no more.
    """

    imported: str | None = None
    exported: str | None = None
    registers: Mapping[str, str] = field(default_factory=dict)


class Role(StrEnum):
    """What a meter measures for the site."""

    GRID = "grid"
    SOLAR = "solar"
    BATTERY = "battery"
    SUB_METER = "sub_meter"
    WATER = "water"
    HOT_WATER = "hot_water"
    GAS = "gas"
    HEAT = "heat"


type AnyPort = Port[Any]

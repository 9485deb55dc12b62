"""What plugs, strips and meters with channels say, whatever family they are of.

This module is pure. A family's client makes ``PlugState`` of what its device
says; ``plug_source`` makes devices, entities and ports of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Any, Final

from .ports import Reading


class Quantity(StrEnum):
    """What a channel says of itself, and in which unit."""

    STATE = "state"  # on or off
    POWER = "power"  # W, positive = drawn
    VOLTAGE = "voltage"  # V
    CURRENT = "current"  # A
    ENERGY = "energy"  # Wh, a total drawn
    RETURNED = "returned"  # Wh, a total fed in


BOUNDS: Final[Mapping[Quantity, tuple[float, float]]] = {
    Quantity.POWER: (-100_000, 100_000),
    Quantity.VOLTAGE: (0, 600),
    Quantity.CURRENT: (0, 500),
    Quantity.ENERGY: (0, 1e12),
    Quantity.RETURNED: (0, 1e12),
}
"""What a plug or a clamp can measure at all, with room: what lies outside is an error."""


class ChannelKind(StrEnum):
    """What a channel is, which is also how its device is named."""

    OUTLET = "outlet"  # can be switched
    METER = "meter"  # a clamp, or an input that only measures
    PHASE = "phase"  # one phase of a three-phase meter
    TOTAL = "total"  # what the phases make together


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """One outlet or measured line of a device.

    ``key`` is its part of port keys, such as ``switch0``; ``number`` is what
    stands on the housing, from 1; ``name`` was given in the maker's own app.
    """

    key: str
    kind: ChannelKind
    number: int
    name: str | None = None


type Values = Mapping[Quantity, float | bool | None]


class PlugState:
    """What is known of one device; coordinators publish it, entities look at it."""

    def __init__(self) -> None:
        """Know nothing."""
        self.model = ""
        self.firmware: str | None = None
        self.name: str | None = None  # given in the maker's app
        self.channels: dict[str, Channel] = {}
        self.unknown: tuple[str, ...] = ()  # components or abilities that are passed over
        self.reachable = False
        self.reads = 0
        self._readings: dict[tuple[str, Quantity], Reading[Any]] = {}

    def reading(self, channel: str, quantity: Quantity) -> Reading[Any] | None:
        """Return the newest reading, None if the channel never stated the quantity."""
        return self._readings.get((channel, quantity))

    def quantities(self, channel: str) -> list[Quantity]:
        """Return what a channel has stated so far, in the order of the enumeration."""
        return [quantity for quantity in Quantity if (channel, quantity) in self._readings]

    def note(
        self, channel: str, values: Values, at: datetime, valid_for: timedelta
    ) -> list[Quantity]:
        """Take what a channel says now; return the quantities that are new.

        Values must be clean: see ``clean``. None is a quantity that is known to be absent.
        """
        new = [quantity for quantity in values if (channel, quantity) not in self._readings]
        for quantity, value in values.items():
            self._readings[channel, quantity] = Reading(
                value=value, measured_at=at, valid_for=valid_for
            )
        return new

    def expire(self, at: datetime) -> None:
        """Let nothing hold any longer: the device is gone, and what it does now is not known."""
        for key, reading in self._readings.items():
            rest = at - reading.measured_at - timedelta.resolution
            self._readings[key] = replace(reading, valid_for=min(rest, reading.valid_for))

    def next_expiry(self, now: datetime) -> datetime | None:
        """Return when the first of the readings that hold goes stale, None if none does."""
        moments = (reading.expires_at for reading in self._readings.values())
        return min((moment for moment in moments if moment and moment > now), default=None)


def clean(quantity: Quantity, value: object, scale: float = 1.0) -> float | None:
    """Return a measured value in the quantity's unit, None if it cannot be one.

    A boolean, a text, what is not finite and what no such device can measure is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        scaled = value * scale
    except OverflowError:
        return None
    low, high = BOUNDS[quantity]
    return scaled if isfinite(scaled) and low <= scaled <= high else None

"""What is plugged in (SYNTHETIC), and the book of the energy that it drew.

Power and energy are functions of time alone, as in ``house``: energy is the exact
integral, so that whoever adds up minutes, hours or days finds the same sum. Times
are Unix seconds; power that is fed in is negative.
"""

from bisect import bisect_right
from dataclasses import dataclass
from math import cos, inf, sin, tau
from typing import Protocol, override

HOUR = 3600.0


class Load(Protocol):
    """An appliance, or a generator."""

    def power_w(self, at: float) -> float:
        """Return the power at a moment."""
        ...

    def energy_wh(self, start: float, end: float) -> float:
        """Return the energy between two moments."""
        ...


@dataclass(frozen=True, slots=True)
class Steady(Load):
    """The same power all the time; with ``counted`` off, one that no counter sees."""

    watts: float
    counted: bool = True

    @override
    def power_w(self, at: float) -> float:
        return self.watts

    @override
    def energy_wh(self, start: float, end: float) -> float:
        return self.watts * (end - start) / HOUR if self.counted else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Appliance(Load):
    """Something that runs now and then, and whose power ripples a little meanwhile."""

    standby_w: float
    running_w: float
    running_s: float
    every_s: float
    offset_s: float = 0.0
    ripple_s: float = 97.0

    @override
    def power_w(self, at: float) -> float:
        at += self.offset_s
        running = at % self.every_s < self.running_s
        ripple = self.standby_w / 2 * sin(tau * at / self.ripple_s)
        return self.standby_w + ripple + running * self.running_w

    @override
    def energy_wh(self, start: float, end: float) -> float:
        return self._integral(end + self.offset_s) - self._integral(start + self.offset_s)

    def _integral(self, at: float) -> float:
        """Return the energy since the epoch."""
        rounds, rest = divmod(at, self.every_s)
        running = (rounds * self.running_s + min(rest, self.running_s)) * self.running_w
        ripple = self.standby_w / 2 * (1 - cos(tau * at / self.ripple_s)) * self.ripple_s / tau
        return (self.standby_w * at + ripple + running) / HOUR


NOTHING = Steady(0.0)


def appliance(number: int) -> Appliance:
    """Return one of many appliances, always the same for a number."""
    return Appliance(
        standby_w=2.0 + number % 5,
        running_w=60.0 + 140.0 * (number % 7),
        running_s=600.0 + 60 * (number % 11),
        every_s=2700.0 + 300 * (number % 3),
        offset_s=431.0 * number,
    )


class Book:
    """What was drawn and what was fed in, whatever was plugged in meanwhile."""

    def __init__(self, load: Load) -> None:
        """Begin with a load that has always been there."""
        self._since = [-inf]
        self._loads = [load]

    def change(self, at: float, load: Load) -> None:
        """Let another load take over at a moment, which may not lie before the last one."""
        if at < self._since[-1]:
            raise ValueError("a book is written forwards")
        self._since.append(at)
        self._loads.append(load)

    def power_w(self, at: float) -> float:
        """Return the power at a moment."""
        return self._loads[bisect_right(self._since, at) - 1].power_w(at)

    def drawn_wh(self, start: float, end: float) -> float:
        """Return the energy drawn between two moments; negative if they are swapped."""
        return self._sum(start, end, 1)

    def returned_wh(self, start: float, end: float) -> float:
        """Return the energy fed in between two moments; negative if they are swapped."""
        return self._sum(start, end, -1)

    def _sum(self, start: float, end: float, sign: int) -> float:
        if end < start:
            return -self._sum(end, start, sign)
        total = 0.0
        for since, until, load in zip(
            self._since, [*self._since[1:], inf], self._loads, strict=True
        ):
            first, last = max(start, since), min(end, until)
            if first < last:
                total += max(sign * load.energy_wh(first, last), 0.0)
        return total


class Metered:
    """One measured channel: what is plugged in there, whether it is on, and its book."""

    def __init__(self, load: Load, at: float, *, on: bool = True) -> None:
        """Begin at a moment; the same load has been there, and the switch as it is, before."""
        self.start = at
        self.load = load
        self.on = on
        self.powered = True
        self.book = Book(load if on else NOTHING)

    def plug(self, load: Load, at: float) -> None:
        """Plug something else in."""
        self.load = load
        self._write(at)

    def switch(self, at: float, *, on: bool) -> None:
        """Switch; the counter stands still while it is off."""
        self.on = on
        self._write(at)

    def supply(self, at: float, *, powered: bool) -> None:
        """Take or give the mains to the device itself."""
        self.powered = powered
        self._write(at)

    def power_w(self, at: float) -> float:
        """Return the power at a moment."""
        return self.book.power_w(at)

    def _write(self, at: float) -> None:
        self.book.change(at, self.load if self.on and self.powered else NOTHING)

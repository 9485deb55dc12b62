"""What a site consumed in a slot, from what its meters counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..ports import Role
from .site_power import SUPPLY


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What one meter counted in a slot, in Wh or m³, in the site's sign.

    ``drawn`` flowed into the site or out of a battery, ``fed`` the other way. None is not
    known; what nothing counts is 0. ``coverage`` is the known part of the slot, 0 to 1.
    """

    drawn: float | None
    fed: float | None
    coverage: float
    estimated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Consumed:
    """What the site did in a slot, in Wh; None wherever a meter that it needs is not known."""

    consumption: float | None
    imported: float | None
    exported: float | None
    produced: float | None
    coverage: float
    estimated: bool


def consumed(meters: Sequence[tuple[Role, Counted]]) -> Consumed:
    """Return what the meters of a site say together of one slot.

    Consumption = import + production - export + what batteries gave - what they took.
    A figure is never a partial sum. Without a grid meter consumption is not known.
    """
    of = {role: [counted for each, counted in meters if each is role] for role in SUPPLY}
    needed = [counted for role in SUPPLY for counted in of[role]]
    imported, exported = _sum(_drawn(of[Role.GRID])), _sum(_fed(of[Role.GRID]))
    nets = [
        None if counted.drawn is None or counted.fed is None else counted.drawn - counted.fed
        for counted in needed
    ]
    return Consumed(
        consumption=_sum(nets) if of[Role.GRID] else None,
        imported=imported,
        exported=exported,
        produced=_sum(_drawn(of[Role.SOLAR])),
        coverage=min((counted.coverage for counted in needed), default=0.0),
        estimated=any(counted.estimated for counted in needed),
    )


def _drawn(meters: Iterable[Counted]) -> list[float | None]:
    return [meter.drawn for meter in meters]


def _fed(meters: Iterable[Counted]) -> list[float | None]:
    return [meter.fed for meter in meters]


def _sum(values: Sequence[float | None]) -> float | None:
    """Return the sum, None unless there is something and all of it is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None

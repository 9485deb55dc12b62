"""Who used the sun? The site's own production among those who consumed while it was there.

In each slot everybody's consumption holds the same share of sun. Amounts are whole mWh, and
the parts add up to the whole. What is not known stays so: without all meters of the site
nobody's sun is known, and without a consumer's own meter that of the consumer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from ..billing.keys import apportion

_REST: Final = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SunSlot:
    """What a site and its consumers did in one slot, in mWh, nothing below 0; None is not known.

    ``charged`` and ``discharged`` are those of batteries, 0 without one. ``consumers`` are
    parts of what the site consumed, none of them within another.
    """

    produced: int | None
    imported: int | None
    exported: int | None
    consumers: Mapping[str, int | None]
    charged: int | None = 0
    discharged: int | None = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """What was used, in mWh, from the site's own production and from the grid."""

    own: int | None
    grid: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SunShares:
    """Everybody's part of a slot; ``rest`` is what no consumer is known to have used."""

    site: Used
    rest: Used
    consumers: Mapping[str, Used]


@dataclass(frozen=True, kw_only=True, slots=True)
class SunTotal:
    """What one consumer used in many slots, in mWh.

    ``unknown`` was used in slots in which its origin is not known; in ``missing`` slots the
    consumer itself was not known.
    """

    own: int = 0
    grid: int = 0
    unknown: int = 0
    missing: int = 0


_NOT_KNOWN: Final = Used(own=None, grid=None)


def sun_shares(slot: SunSlot) -> SunShares:
    """Return who used the sun of a slot.

    The site used production - export + discharge - charge of its own, no less than nothing
    and no more than it consumed, which is that and the import. Where the consumers' meters
    say more than the site's, the sun is shared among them all the same.
    """
    balance = _balance(slot)
    if balance is None:
        unknown = dict.fromkeys(slot.consumers, _NOT_KNOWN)
        return SunShares(site=_NOT_KNOWN, rest=_NOT_KNOWN, consumers=unknown)
    own, consumed = balance
    known = {name: used for name, used in slot.consumers.items() if used is not None}
    used = {**known, _REST: max(consumed - sum(known.values()), 0)}
    parts = apportion(own, used) if sum(used.values()) else used
    found = {name: Used(own=parts[name], grid=used[name] - parts[name]) for name in used}
    return SunShares(
        site=Used(own=own, grid=consumed - own),
        rest=found.pop(_REST),
        consumers={name: found.get(name, _NOT_KNOWN) for name in slot.consumers},
    )


def share_of_sun(slot: SunSlot) -> Fraction | None:
    """Return how much of everybody's consumption in a slot was sun; None is not known."""
    found = sun_shares(slot)
    if found.site.own is None:
        return None
    parts = [found.rest, *found.consumers.values()]
    own = sum(part.own or 0 for part in parts)
    used = own + sum(part.grid or 0 for part in parts)
    return Fraction(own, used) if used else Fraction(0)


def _balance(slot: SunSlot) -> tuple[int, int] | None:
    """Return what the site used of its own and in all, None where a meter is not known."""
    meters = (slot.produced, slot.imported, slot.exported, slot.charged, slot.discharged)
    known = [each for each in meters if each is not None]
    if len(known) < len(meters):
        return None
    produced, imported, exported, charged, discharged = known
    own = produced - exported + discharged - charged
    consumed = max(own + imported, 0)
    return min(max(own, 0), consumed), consumed


def sun_totals(slots: Iterable[SunSlot]) -> dict[str, SunTotal]:
    """Return what each consumer used in slots together, and how much of it is not known."""
    totals: dict[str, SunTotal] = {}
    for slot in slots:
        shares = sun_shares(slot)
        for name, used in slot.consumers.items():
            held = totals.get(name, SunTotal())
            totals[name] = _added(held, used, shares.consumers[name])
    return totals


def _added(held: SunTotal, used: int | None, part: Used) -> SunTotal:
    """Return a total with one slot more."""
    return SunTotal(
        own=held.own + (part.own or 0),
        grid=held.grid + (part.grid or 0),
        unknown=held.unknown + (used if used is not None and part.own is None else 0),
        missing=held.missing + (used is None),
    )

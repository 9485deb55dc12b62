"""Who bears what each meter counts: a unit, or what is common; never twice.

A meter that hangs below another is a part of it. Where it belongs to somebody else, what it
counts is taken from whoever has the meter above.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """A meter that adds to what a holder bears, or with ``taken`` takes from it.

    The holder is a unit, or the key of a meter that is ``common``.
    """

    meter: str
    holder: str
    common: bool = False
    taken: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Holder:
    name: str
    common: bool = False


def holdings(
    mains: Sequence[str], parents: Mapping[str, str | None], units: Mapping[str, str]
) -> list[Holding]:
    """Return the holdings of the meters at and below ``mains``.

    ``parents`` names the meter above each meter that hangs below one of the mains, None where
    it hangs on all of them; ``units`` whose unit a meter is in. A meter of nobody below one of
    somebody is theirs; below the mains it is common.
    """
    found: list[Holding] = []
    for main in mains:
        holder = _Holder(name=units[main]) if main in units else None
        if holder is not None:
            found.append(Holding(meter=main, holder=holder.name))
        found += _below(main, holder, parents, units)
    only = _Holder(name=units[mains[0]]) if len(mains) == 1 and mains[0] in units else None
    found += _below(None, only, parents, units)
    return found


def _below(
    meter: str | None,
    above: _Holder | None,
    parents: Mapping[str, str | None],
    units: Mapping[str, str],
) -> Iterator[Holding]:
    for child in sorted(key for key, parent in parents.items() if parent == meter):
        holder = _Holder(name=units[child]) if child in units else above
        if holder is None:
            holder = _Holder(name=child, common=True)
        if holder != above:
            yield Holding(meter=child, holder=holder.name, common=holder.common)
            if above is not None:
                yield Holding(meter=child, holder=above.name, common=above.common, taken=True)
        yield from _below(child, holder, parents, units)


def units_of(meters: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the unit of each member, by the meters of each: those who share one share a unit.

    A unit has the name of its first member in the order of the alphabet.
    """
    found = {member: member for member in meters}
    holders: dict[str, str] = {}
    for member in sorted(meters):
        for meter in meters[member]:
            first = holders.setdefault(meter, member)
            keep, drop = sorted((found[first], found[member]))
            found = {each: keep if unit == drop else unit for each, unit in found.items()}
    return found


def unit_meters(meters: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the unit that each meter is in, of those that members have."""
    units = units_of(meters)
    return {meter: units[member] for member in sorted(meters) for meter in meters[member]}

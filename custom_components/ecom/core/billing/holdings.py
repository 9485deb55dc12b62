"""Who bears what each meter counts on which days: a member, or what is common; never twice.

A meter that hangs below another is a part of it. Where it belongs to somebody else, what it
counts is taken from whoever has the meter above.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .keys import VACANT, Member, stretches


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """A meter that adds to what a holder bears, or with ``taken`` takes from it.

    The holder is a member, ``VACANT``, or the key of a meter that is ``common``. It is so on
    the days ``[since, until)``; None is endless.
    """

    meter: str
    holder: str
    common: bool = False
    taken: bool = False
    since: date | None = None
    until: date | None = None

    def days(self, since: date, until: date) -> tuple[date, date]:
        """Return on which of the days it is so; none if the second is not after the first."""
        return max(self.since or since, since), min(self.until or until, until)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Holder:
    name: str
    common: bool = False


def holdings(
    mains: Sequence[str], parents: Mapping[str, str | None], members: Sequence[Member]
) -> list[Holding]:
    """Return the holdings of the meters at and below ``mains``, as they follow each other.

    ``parents`` names the meter above each meter that hangs below one of the mains, None where
    it hangs on all of them. A meter of nobody below one of somebody is theirs; below the
    mains it is common. Of two who have one meter on one day the first of ``members`` holds it.
    """
    found: dict[Holding, list[tuple[date, date]]] = {}
    for since, until in stretches(members, date.min, date.max):
        for each in _on(mains, parents, holders(mains, parents, members, since)):
            days = found.setdefault(each, [])
            first = days.pop()[0] if days and days[-1][1] == since else since
            days.append((first, until))
    return [
        replace(
            each,
            since=None if since == date.min else since,
            until=None if until == date.max else until,
        )
        for each, days in found.items()
        for since, until in days
    ]


def holders(
    mains: Sequence[str],
    parents: Mapping[str, str | None],
    members: Sequence[Member],
    day: date,
) -> dict[str, str]:
    """Return who has each meter on a day, of those that are somebody's on any day.

    While none of those is there, it goes with the next one above that one of them has, too:
    a plug stays in its flat. Else it is ``VACANT``.
    """
    only = mains[0] if len(mains) == 1 else None
    of = {meter: [each for each in members if meter in each.meters] for meter in (*mains, *parents)}

    def holder(meter: str) -> str:
        for each in of[meter]:
            if each.lives_on(day):
                return each.key
        above: str | None = meter
        while above is not None:
            above = (parents[above] or only) if above in parents else None
            if above is not None and any(each in of[above] for each in of[meter]):
                return holder(above)
        return VACANT

    return {meter: holder(meter) for meter, who in of.items() if who}


def _on(
    mains: Sequence[str], parents: Mapping[str, str | None], units: Mapping[str, str]
) -> list[Holding]:
    """Return the holdings of one day, by who has which meter."""
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

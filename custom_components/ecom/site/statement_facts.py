"""What a statement says beside lines: meters, gaps, provisions, and the months before."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import dropwhile
from typing import Final

from ..core.billing.holdings import Holding
from ..core.billing.keys import KeyKind, Unweighed
from ..core.billing.lines import Words
from ..core.billing.sections import Facts
from ..core.billing.statement import History, Month, Party, Provision
from ..core.billing.usage import units
from .dividing import Divided, Sunny
from .groups import Group
from .picture import Flow, Meter, Person, Picture
from .statement_runs import Days
from .usage import Usage

MONTHS: Final = 12
"""So many are in the chart."""

OF_A_WHOLE: Final = frozenset({KeyKind.THOUSANDTHS, KeyKind.FIXED})
"""Keys of which the owner bears what nobody holds."""

type Flows = Sequence[tuple[Meter, Flow]]


def facts_of(usage: Usage, flows: Flows, since: date, until: date) -> Facts:
    """Return meters, and when they were not read."""
    return Facts(
        meters=tuple(usage.sheet(meter, flow, since, until) for meter, flow in flows),
        gaps=tuple(gap for meter, flow in flows for gap in usage.gaps(meter, flow, since, until)),
    )


def sun_notes(sun: Sunny) -> Iterator[Words]:
    """Yield how much of what was used was the site's own, and how much may have been."""
    for key, amount in (("note_own_sun", sun.own), ("note_sun_unknown", sun.unknown)):
        if amount > 0:
            yield Words(key=key, values={"amount": str(units(amount))})


def stay_notes(person: Person | None, since: date, until: date) -> tuple[Words, ...]:
    """Return which days are a member's, where they are not all of the period."""
    if person is None or person.days(since, until) == (since, until):
        return ()
    first, after = person.days(since, until)
    return (_days_note(first, after),)


def day_notes(days: Days, of: Days) -> tuple[Words, ...]:
    """Return which days something is about, where they are not all of the period."""
    return () if days == of else (_days_note(days.since, days.until),)


def key_notes(picture: Picture, lacks: Unweighed | None) -> Iterator[Words]:
    """Yield what the key lacks that divides what is common, and whose weight it is."""
    if lacks is None:
        return
    values = {"key": lacks.kind.value}
    if not lacks.of_all:
        names = ", ".join(picture.members[each].name for each in lacks.members)
        yield Words(key="key_weight_missing", values=values | {"members": names})
    elif lacks.kind in OF_A_WHOLE:
        yield Words(key="key_without_weights_vacant", values=values)
    else:
        yield Words(key="key_without_weights", values=values)


def _days_note(first: date, after: date) -> Words:
    last = after - timedelta(days=1)
    values = {"since": first.isoformat(), "until": last.isoformat()}
    return Words(key="note_stay", values=values)


def less_notes(divided: Divided) -> Iterator[Words]:
    """Yield that the main meter counted less than those below it, beyond how well they count."""
    if (amounts := divided.incomplete) is not None:
        main, below = (str(units(each)) for each in amounts)
        unit = divided.run.group.mains[0].unit.value
        yield Words(key="note_main_less", values={"main": main, "below": below, "unit": unit})


def provisions(person: Person, since: date, until: date) -> tuple[Provision, ...]:
    """Return what was paid in advance: on the first of each month that a member was there."""
    first, last = person.days(since, until)
    if not person.config.provision:
        return ()
    return tuple(
        Provision(paid_on=day, amount=person.config.provision)
        for day in _firsts(first, last)
        if day >= first
    )


def issuer_of(picture: Picture) -> Party:
    """Return who issues: the first line of what is stated is a name, the rest an address."""
    name, *address = picture.options.issuer.splitlines() or [picture.title]
    return Party(name=name, address=tuple(address))


def recipient_of(picture: Picture, person: Person | None) -> Party:
    """Return whom a statement is for: a member, or the site."""
    if person is None:
        return Party(name=picture.title)
    return Party(name=person.name, address=tuple(person.config.address.splitlines()))


def histories(
    usage: Usage, picture: Picture, person: Person | None, groups: Sequence[Group], until: date
) -> Iterator[History]:
    """Yield the twelve months up to the last day, of each fluid that was used in them."""
    last = (until - timedelta(days=1)).replace(day=1)
    months = [last]
    while len(months) < MONTHS:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    for fluid in dict.fromkeys(
        picture.contracts[group.contract].contract.fluid for group in groups
    ):
        of_fluid = [
            group for group in groups if picture.contracts[group.contract].contract.fluid is fluid
        ]
        counted = [each for group in of_fluid for each in _counted(person, group)]
        amounts = [_amount(usage, picture, counted, month) for month in months]
        if any(amounts):
            yield History(
                fluid=fluid,
                unit=of_fluid[0].mains[0].unit,
                months=tuple(
                    Month(first=month, quantity=units(amount))
                    for month, amount in dropwhile(
                        # Before anything was counted nothing is known, which is no zero.
                        lambda each: not each[1],
                        zip(months, amounts, strict=True),
                    )
                ),
            )


def _counted(person: Person | None, group: Group) -> list[Holding]:
    """Return whose counts make what somebody used, or the site."""
    if person is None:
        return [Holding(meter=main.key, holder=main.key, common=True) for main in group.mains]
    return group.held_by(person.key)


def _amount(usage: Usage, picture: Picture, counted: Sequence[Holding], month: date) -> int:
    after, found = (month + timedelta(days=32)).replace(day=1), 0
    for each in counted:
        first, last = each.days(month, after)
        if first < last:
            flow = picture.meters[each.meter].drawn
            used = usage.amount(flow, picture.start(first), picture.start(last))
            found += -used if each.taken else used
    return found


def _firsts(since: date, until: date) -> Iterator[date]:
    """Yield the first days of the months that the days ``[since, until)`` are in."""
    at = since.replace(day=1)
    while at < until:
        yield at
        at = (at + timedelta(days=32)).replace(day=1)

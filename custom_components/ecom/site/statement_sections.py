"""The sections of a statement: what each contract came to, or a member's part of it.

Everything here blocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..core.billing.bill import Supply, bill
from ..core.billing.keys import KeyRefused
from ..core.billing.sections import Facts, section_of_bill, section_of_member
from ..core.billing.snapshot import StatementError
from ..core.billing.statement import Section
from ..core.billing.usage import UsageRow, tallies
from ..core.tariffs.model import Direction
from .dividing import Divided, Divider, Sunny
from .groups import Group, paid, supplied, unit_of
from .picture import Person, Picture
from .statement_facts import facts_of, key_notes, sun_notes
from .usage import Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """The days ``[since, until)``."""

    since: date
    until: date

    def a_year_before(self) -> Days:
        """Return the same days of the year before."""
        return Days(since=_year_before(self.since), until=_year_before(self.until))


type Found = dict[str, Section]
"""Sections by the contract that each is about."""


def divided(usage: Usage, picture: Picture, days: Days) -> list[Divided]:
    """Return what each contract that supplies the site came to, and who bears it.

    Raises ``StatementError`` where there is no contract, where nothing was counted, and where
    shares cannot be; its placeholders may name members by their ids.
    """
    groups = supplied(picture)
    if not groups:
        raise StatementError("statement_no_contract")
    divider = Divider(usage, picture, days.since, days.until)
    try:
        found = [divider.divided(group) for group in groups]
    except KeyRefused as err:
        raise StatementError(*err.args) from err
    if not any(each.supply.usage or any(each.rows.values()) for each in found):
        raise StatementError("statement_nothing")
    for each in found:
        held = sum(row.amount for rows in each.rows.values() for row in rows)
        if held > 0 and not any(row.amount for row in each.supply.usage):
            raise StatementError(
                "statement_main_silent", {"contract": picture.names[each.group.contract]}
            )
    return found


class Sections:
    """Makes the sections of a member, or of the site."""

    def __init__(self, usage: Usage, picture: Picture, days: Days, *, bare: bool = False) -> None:
        """Make those of some days; ``bare`` ones say nothing beside quantities and money."""
        self._usage = usage
        self._picture = picture
        self._days = days
        self._bare = bare

    def of(self, person: Person | None, found: Sequence[Divided]) -> Found:
        """Return the sections that hold anything."""
        made = self._of_site(found) if person is None else self._of_member(person, found)
        return {
            contract: replace(section, contract=self._picture.names[contract])
            for contract, section in made
            if section.all_lines or section.quantity or section.unpriced
        }

    def _of_member(self, person: Person, found: Sequence[Divided]) -> Iterator[tuple[str, Section]]:
        for each, division in [(one, one.division) for one in found if one.division is not None]:
            facts = self._facts(person, each, has_unpriced=bool(division.bill.unpriced))
            contract = each.tariff.contract
            section = section_of_member(contract, division, person.key, facts)
            sun = sun_notes(each.sun.get(person.key, Sunny()))
            key = key_notes(self._picture, each.unweighed)
            yield each.group.contract, replace(section, notes=(*section.notes, *sun, *key))

    def _of_site(self, found: Sequence[Divided]) -> Iterator[tuple[str, Section]]:
        for each in found:
            section = self._whole(each.group, each.supply)
            key = key_notes(self._picture, each.unweighed)
            yield each.group.contract, replace(section, notes=(*section.notes, *key))
        for group in paid(self._picture):
            tariff = self._picture.contracts[group.contract]
            flows = [meter.fed for meter in group.mains]
            supply = self._usage.supply(tariff, flows, self._days.since, self._days.until)
            yield group.contract, self._whole(group, supply)

    def _whole(self, group: Group, supply: Supply) -> Section:
        """Return the section of all that a contract came to."""
        facts, fed = Facts(), supply.contract.direction is Direction.EXPORT
        if not self._bare:
            flows = [(meter, meter.fed if fed else meter.drawn) for meter in group.mains]
            facts = facts_of(self._usage, flows, self._days.since, self._days.until)
        return section_of_bill(supply.contract, bill(supply), facts)

    def _facts(self, person: Person, each: Divided, *, has_unpriced: bool) -> Facts:
        """Return what is known of a member's own meters on the member's days."""
        if self._bare:
            return Facts()
        unit = unit_of(self._picture, person)
        first, last = person.days(self._days.since, self._days.until)
        start, end = self._picture.start(first), self._picture.start(last)
        meters = [
            self._picture.meters[held.meter] for held in each.group.held_by(unit) if not held.taken
        ]
        rows: list[UsageRow] = [r for r in each.rows.get(unit, ()) if start <= r.start < end]
        return replace(
            facts_of(self._usage, [(meter, meter.drawn) for meter in meters], first, last),
            quality=tallies(rows),
            bound=sum((row.bound for row in rows), Decimal(0)),
            own=bill(replace(each.supply, usage=rows, since=first, until=last))
            if has_unpriced and first < last
            else None,
        )


def _year_before(day: date) -> date:
    """Return the same day a year earlier, 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)

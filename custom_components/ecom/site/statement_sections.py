"""The sections of a statement: what each contract came to, or a member's part of it.

Everything here blocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ..core.billing.bill import Supply, bill
from ..core.billing.holdings import Holding
from ..core.billing.keys import KeyRefused
from ..core.billing.sections import Facts, section_of_bill, section_of_member
from ..core.billing.sharing import Sharing, sharing_of
from ..core.billing.snapshot import StatementError
from ..core.billing.statement import Section
from ..core.billing.usage import tallies
from ..core.tariffs.model import Direction
from .dividing import Divided, Divider, Sunny
from .groups import paid, supplied
from .picture import Person
from .statement_facts import day_notes, facts_of, key_notes, less_notes, sun_notes
from .statement_runs import Days, Run, Stretch, runs
from .unbilled import unbilled
from .usage import Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """A section, and the run that it is about."""

    run: Run
    section: Section


def divided(usage: Usage, stretches: Sequence[Stretch]) -> list[Divided]:
    """Return what each contract that supplies the site came to, and who bears it.

    Raises ``StatementError`` where there is no contract, or more than one, where nothing was
    counted, and where shares cannot be; its placeholders may name members by their ids.
    """
    for lost in unbilled(usage, stretches):
        if len(lost.candidates) > 1:
            raise StatementError("statement_which_contract", {"meter": lost.meter.name})
    supplying = runs(stretches, supplied)
    if not supplying:
        raise StatementError("statement_no_contract")
    try:
        found = [Divider(usage, run).divided() for run in supplying]
    except KeyRefused as err:
        raise StatementError(*err.args) from err
    if not any(each.supply.usage or any(each.rows.values()) for each in found):
        raise StatementError("statement_nothing")
    for each in found:
        held = sum(row.amount for rows in each.rows.values() for row in rows)
        if held > 0 and not any(row.amount for row in each.supply.usage):
            run = each.run
            raise StatementError(
                "statement_main_silent", {"contract": run.picture.names[run.group.contract]}
            )
    return found


class Sections:
    """Makes the sections of a member, or of the site."""

    def __init__(self, usage: Usage, stretches: Sequence[Stretch], *, bare: bool = False) -> None:
        """Make those of some days; ``bare`` ones say nothing beside quantities and money."""
        self._usage = usage
        self._stretches = stretches
        self._days = Days(since=stretches[0].days.since, until=stretches[-1].days.until)
        self._bare = bare

    def of(self, person: Person | None, found: Sequence[Divided]) -> list[Stated]:
        """Return the sections that hold anything; those of some of the days say of which."""
        made = self._of_site(found) if person is None else self._of_member(person, found)
        return [
            Stated(
                run=run,
                section=replace(
                    section,
                    contract=run.picture.names[run.group.contract],
                    notes=(*day_notes(run.days, self._days), *section.notes),
                ),
            )
            for run, section in made
            if section.all_lines or section.quantity or section.unpriced
        ]

    def _of_member(self, person: Person, found: Sequence[Divided]) -> Iterator[tuple[Run, Section]]:
        for each, division in [(one, one.division) for one in found if one.division is not None]:
            facts = self._facts(person, each, has_unpriced=bool(division.bill.unpriced))
            contract = each.tariff.contract
            section = section_of_member(contract, division, person.key, facts)
            sun = sun_notes(each.sun.get(person.key, Sunny()))
            key = key_notes(each.run.picture, each.unweighed)
            notes = (*section.notes, *less_notes(each), *sun, *key)
            yield each.run, replace(section, notes=notes)

    def _of_site(self, found: Sequence[Divided]) -> Iterator[tuple[Run, Section]]:
        for each in found:
            section = self._whole(each.run, each.supply)
            key = key_notes(each.run.picture, each.unweighed)
            notes = (*section.notes, *less_notes(each), *key)
            yield each.run, replace(section, notes=notes, sharing=_sharing(each))
        for run in runs(self._stretches, paid):
            tariff = run.picture.contracts[run.group.contract]
            flows = [meter.fed for meter in run.group.mains]
            supply = self._usage.supply(tariff, flows, run.days.since, run.days.until)
            yield run, self._whole(run, supply)

    def _whole(self, run: Run, supply: Supply) -> Section:
        """Return the section of all that a contract came to."""
        facts, fed = Facts(), supply.contract.direction is Direction.EXPORT
        if not self._bare:
            flows = [(meter, meter.fed if fed else meter.drawn) for meter in run.group.mains]
            facts = facts_of(self._usage, flows, run.days.since, run.days.until)
        return section_of_bill(supply.contract, bill(supply), facts)

    def _facts(self, person: Person, each: Divided, *, has_unpriced: bool) -> Facts:
        """Return what is known of a member's own meters on the member's days."""
        if self._bare:
            return Facts()
        run, rows = each.run, each.rows.get(person.key, ())
        first, last = person.days(run.days.since, run.days.until)
        read = [self._read(run, held) for held in run.group.held_by(person.key) if not held.taken]
        return Facts(
            meters=tuple(meter for facts in read for meter in facts.meters),
            gaps=tuple(gap for facts in read for gap in facts.gaps),
            quality=tallies(rows),
            bound=sum((row.bound for row in rows), Decimal(0)),
            own=bill(replace(each.supply, usage=rows, since=first, until=last))
            if has_unpriced and first < last
            else None,
        )

    def _read(self, run: Run, held: Holding) -> Facts:
        """Return what is known of a meter on the days on which somebody has it."""
        first, last = held.days(run.days.since, run.days.until)
        meter = run.picture.meters[held.meter]
        return (
            facts_of(self._usage, [(meter, meter.drawn)], first, last) if first < last else Facts()
        )


def _sharing(divided: Divided) -> Sharing | None:
    """Return who bears what a contract came to, None where there is nobody."""
    if divided.division is None:
        return None
    picture = divided.run.picture
    return sharing_of(
        divided.division,
        {key: person.name for key, person in picture.members.items()},
        {key: meter.name for key, meter in picture.meters.items()},
    )

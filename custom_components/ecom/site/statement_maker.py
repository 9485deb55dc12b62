"""Makes a statement of what was counted and what was agreed. Everything here blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ..const import SITE_UID
from ..core.billing.lines import Unit
from ..core.billing.snapshot import StatementError
from ..core.billing.statement import Before, Language, Section, Statement
from ..core.billing.usage import units
from ..core.tariffs.model import Direction, Fluid
from .dividing import Divided
from .groups import supplied
from .picture import Person
from .quarter_store import QuarterStore
from .statement_facts import histories, issuer_of, provisions, recipient_of, stay_notes
from .statement_runs import Days, Stretch
from .statement_sections import Sections, Stated, divided
from .unbilled import unbilled_notes
from .usage import Usage

UNITS: Final = {Unit.KWH: "kWh", Unit.M3: "m³"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A statement that is asked for: a member's by id, or the site's, of which days."""

    party: str
    days: Days
    language: Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A draft, and the divisions that it comes from."""

    statement: Statement
    divided: tuple[Divided, ...]


def draft_of(
    store: QuarterStore, stretches: Sequence[Stretch], before: Sequence[Stretch], asked: Asked
) -> Made:
    """Return a draft, made of the Site as it was at one moment.

    ``stretches`` are the days, ``before`` those of the year before, by the contracts of each.
    Raises ``StatementError`` where there is nothing to state; see ``divided``.
    """
    picture, days = stretches[-1].picture, asked.days
    usage = Usage(store, picture)
    person = None if asked.party == SITE_UID else picture.members[asked.party]
    if person is not None and not person.lives(days.since, days.until):
        raise StatementError("statement_not_there", {"member": person.name})
    found = divided(usage, stretches)
    sections = Sections(usage, stretches).of(person, found)
    earlier = _before(usage, person, before)
    statement = Statement(
        number=None,
        issued_on=picture.now.astimezone(picture.zone).date(),
        since=days.since,
        until=days.until,
        language=asked.language,
        currency=picture.currency,
        zone=str(picture.zone),
        site=picture.title,
        issuer=issuer_of(picture),
        recipient=recipient_of(picture, person),
        sections=tuple(_compared(each, sections, days, earlier) for each in sections),
        provisions=() if person is None else provisions(person, days.since, days.until),
        notes=(
            *stay_notes(person, days.since, days.until),
            *unbilled_notes(usage, stretches),
        ),
        history=tuple(histories(usage, picture, person, supplied(picture), days.until)),
    )
    return Made(statement=statement, divided=tuple(found))


def check(made: Made, *, accept_unpriced: bool = False) -> None:
    """See that a draft can be issued; raises ``StatementError``.

    Nothing that was used lacks a price, unless that is accepted: what is common and lost is
    everybody's, and a price that is not known is in all statements. The main meter was read
    throughout.
    """
    for section in made.statement.sections:
        for each in section.unpriced:
            if each.is_usage and not accept_unpriced:
                told = {"contract": section.contract, "amount": _plain(each.quantity)}
                raise StatementError("statement_unpriced", told | {"unit": UNITS[each.unit]})
    for one in made.divided:
        if (amounts := one.incomplete) is not None:
            main, below = (_plain(units(each)) for each in amounts)
            told = {"contract": one.run.picture.names[one.run.group.contract]}
            told |= {"main": main, "below": below, "unit": UNITS[one.run.group.mains[0].unit]}
            raise StatementError("statement_main_incomplete", told)


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


def _before(usage: Usage, person: Person | None, stretches: Sequence[Stretch]) -> Sequence[Stated]:
    """Return the sections of the year before, none where they cannot be made."""
    if person is not None and not person.lives(stretches[0].days.since, stretches[-1].days.until):
        return ()
    try:
        found = divided(usage, stretches)
    except StatementError:
        return ()
    return Sections(usage, stretches, bare=True).of(person, found)


def _compared(
    stated: Stated, now: Sequence[Stated], days: Days, before: Sequence[Stated]
) -> Section:
    """Return a section that says what there was a year before, if something was used then.

    It is compared with the same contract, or else with what supplied the same thing then.
    One that is about some of the days is not compared.
    """
    section = stated.section
    same = [each.section for each in before if _contract(each) == _contract(stated)]
    if not same and [_kind(each) for each in now].count(_kind(stated)) == 1:
        same = [each.section for each in before if _kind(each) == _kind(stated)]
    quantity = sum((each.quantity for each in same), Decimal(0))
    if stated.run.days != days or not quantity:
        return section
    gross = sum((each.gross for each in same), Decimal("0.00"))
    return replace(section, before=Before(quantity=quantity, gross=gross))


def _contract(stated: Stated) -> str:
    return stated.run.group.contract


def _kind(stated: Stated) -> tuple[Fluid, Direction]:
    return stated.section.fluid, stated.section.direction

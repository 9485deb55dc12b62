"""Makes a statement of what was counted and what was agreed. Everything here blocks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from ..const import SITE_UID
from ..core.billing.lines import Unit
from ..core.billing.snapshot import StatementError
from ..core.billing.statement import Before, Language, Section, Statement
from .dividing import Divided
from .groups import Group
from .picture import Person, Picture
from .quarter_store import QuarterStore
from .statement_facts import histories, issuer_of, provisions, recipient_of, stay_notes
from .statement_sections import Days, Found, Sections, divided
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


def draft_of(store: QuarterStore, picture: Picture, asked: Asked) -> Made:
    """Return a draft, made of the Site as it was at one moment.

    Raises ``StatementError`` where there is nothing to state; see ``divided``.
    """
    usage, days = Usage(store, picture), asked.days
    person = None if asked.party == SITE_UID else picture.members[asked.party]
    if person is not None and not person.lives(days.since, days.until):
        raise StatementError("statement_not_there", {"member": person.name})
    found = divided(usage, picture, days)
    sections = Sections(usage, picture, days).of(person, found)
    before = _before(usage, picture, person, days.a_year_before())
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
        sections=tuple(_compared(each, before.get(key)) for key, each in sections.items()),
        provisions=() if person is None else provisions(person, days.since, days.until),
        notes=stay_notes(person, days.since, days.until),
        history=tuple(histories(usage, picture, person, _groups(found), days.until)),
    )
    return Made(statement=statement, divided=tuple(found))


def check_priced(statement: Statement) -> None:
    """See that nothing that was used lacks a price; raises ``StatementError``.

    What is common and lost is everybody's: a price that is not known is in all statements.
    """
    for section in statement.sections:
        for each in section.unpriced:
            if each.is_usage:
                told = {
                    "contract": section.contract,
                    "amount": format(each.quantity.normalize(), "f"),
                    "unit": UNITS[each.unit],
                }
                raise StatementError("statement_unpriced", told)


def _groups(found: Iterable[Divided]) -> list[Group]:
    return [each.group for each in found]


def _before(usage: Usage, picture: Picture, person: Person | None, days: Days) -> Found:
    """Return the sections of the year before, none where they cannot be made."""
    if person is not None and not person.lives(days.since, days.until):
        return {}
    try:
        found = divided(usage, picture, days)
    except StatementError:
        return {}
    return Sections(usage, picture, days, bare=True).of(person, found)


def _compared(section: Section, before: Section | None) -> Section:
    """Return a section that says what there was a year before, if something was used then."""
    if before is None or not before.quantity:
        return section
    return replace(section, before=Before(quantity=before.quantity, gross=before.gross))

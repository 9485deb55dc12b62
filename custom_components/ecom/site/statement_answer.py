"""Statements as an action returns them: pages, sums, and lines that a machine can read."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..core.billing.keys import Unweighed
from ..core.billing.lines import Line, TaxLine
from ..core.billing.parts import Part
from ..core.billing.render_csv import render_csv
from ..core.billing.render_html import render_html
from ..core.billing.snapshot import StatementError
from ..core.billing.statement import Section, Statement
from ..core.billing.usage import units
from ..core.tariffs.model import Direction
from .dividing import Divided
from .picture import Picture
from .statement_maker import Made
from .statement_store import Issued

type Json = dict[str, Any]

PLACES = 6


def number(value: Decimal) -> float:
    """Return a number that is exact to a millionth."""
    return float(round(value, PLACES))


def exact(value: Decimal) -> str:
    """Return a number as text, with all its decimals."""
    return format(value, "f")


def refusal(err: StatementError, picture: Picture) -> tuple[str, dict[str, str]]:
    """Return an error's key and what fills its text in; members are named by their ids."""
    key, *given = err.args
    placeholders = dict(given[0]) if given else {}
    for name in ("member", "unit"):
        if placeholders.get(name) in picture.members:
            placeholders[name] = picture.members[placeholders[name]].name
    return key, placeholders


def issued_answer(issued: Issued) -> Json:
    """Return a statement that was issued: the very same each time."""
    return {
        **_answer(issued.statement),
        "issued_at": issued.issued_at.isoformat(),
        "csv": issued.csv,
        "html": issued.html,
    }


def draft_answer(made: Made, picture: Picture, *, whole: bool) -> Json:
    """Return a draft; that of the ``whole`` site says how each contract is divided."""
    statement = made.statement
    answer = {
        **_answer(statement),
        "csv": render_csv(statement),
        "html": render_html(statement),
    }
    if whole:
        answer["divisions"] = [_division(each, picture) for each in made.divided]
    return answer


def _answer(statement: Statement) -> Json:
    return {
        "number": statement.number,
        "draft": statement.number is None,
        "corrects": None if statement.corrects is None else statement.corrects.number,
        "recipient": statement.recipient.name,
        "issued_on": statement.issued_on.isoformat(),
        "start": statement.since.isoformat(),
        "end": statement.until.isoformat(),
        "language": statement.language.value,
        "currency": statement.currency,
        "totals": _money(
            net=sum((_sign(each) * each.net for each in statement.sections), Decimal(0)),
            tax=sum((_sign(each) * each.tax for each in statement.sections), Decimal(0)),
            gross=statement.gross,
            paid=statement.paid,
            balance=statement.balance,
            due=statement.due,
        ),
        "sections": [_section(section) for section in statement.sections],
    }


def _sign(section: Section) -> int:
    """Return -1 for what is paid to the site."""
    return -1 if section.direction is Direction.EXPORT else 1


def _section(section: Section) -> Json:
    return {
        "fluid": section.fluid.value,
        "direction": section.direction.value,
        "contract": section.contract,
        "unit": section.unit.value,
        "quantity": number(section.quantity),
        **_money(net=section.net, tax=section.tax, gross=section.gross),
        "bound": number(section.bound),
        "lines": [*_lines(section)],
        "taxes": [tax_json(tax) for tax in section.all_taxes],
        "quality": _quality(section),
        "unpriced": [*_unpriced(section)],
    }


def _quality(section: Section) -> Json:
    """Return how much is known how well, and how much of all that lacks a price."""
    found = {quality.value: number(units(each.amount)) for quality, each in section.quality.items()}
    return found | ({"unpriced": number(section.without_price)} if section.without_price else {})


def _unpriced(section: Section) -> Iterator[Json]:
    """Yield what lacks a price of all that was supplied, and how much of it is one's own use."""
    own = {(each.component, each.band): each.quantity for each in section.own_unpriced or ()}
    for each in section.unpriced:
        mine = own.get((each.component, each.band), Decimal(0))
        yield {
            "component": each.component,
            "label": each.label,
            "band": each.band,
            "quantity": number(each.quantity),
            "own": number(each.quantity if section.own_unpriced is None else mine),
            "unit": each.unit.value,
        }


def _lines(section: Section) -> Iterator[Json]:
    yield from ({**line_json(line), "common": False} for line in section.lines)
    if section.common is not None:
        yield from ({**line_json(line), "common": True} for line in section.common.lines)


def line_json(line: Line) -> Json:
    """Return a line of a bill."""
    return {
        "component": line.component,
        "label": line.label,
        "band": line.band,
        "start": line.since.isoformat(),
        "end": line.until.isoformat(),
        "quantity": number(line.quantity),
        "unit": line.unit.value,
        "unit_price": number(line.unit_price),
        "net": number(line.net),
        "provisional": line.provisional,
    }


def tax_json(tax: TaxLine) -> Json:
    """Return a tax of a bill."""
    return {
        "key": tax.key,
        "rate": number(tax.rate),
        "base": number(tax.base),
        "amount": number(tax.amount),
    }


def _division(each: Divided, picture: Picture) -> Json:
    """Return how what a contract came to is divided, by meters and by members."""
    bill = None if each.division is None else each.division.bill
    run = each.run
    answer: Json = {
        "contract": run.picture.names[run.group.contract],
        "start": run.days.since.isoformat(),
        "end": run.days.until.isoformat(),
    }
    if each.division is None or bill is None:
        return answer
    names = {key: person.name for key, person in picture.members.items()}
    meters = {key: meter.name for key, meter in picture.meters.items()}
    shared = {key: each.part for key, each in each.division.shared.items()}
    return {
        **answer,
        "amount": number(units(bill.amount)),
        **_money(net=bill.net, tax=bill.tax, gross=bill.gross),
        "own": _parts(each.division.own, names),
        "common": _parts(each.division.common, meters),
        "losses": _part(each.division.losses),
        "fixed": _part(each.division.fixed),
        "shared": _parts(shared, names),
        "key_lacks": _lacks(each.unweighed, names),
    }


def _lacks(lacks: Unweighed | None, names: Mapping[str, str]) -> Json | None:
    """Return what the key lacks: the weights of all, or of some members, by their names."""
    if lacks is None:
        return None
    note = "key_without_weights" if lacks.of_all else "key_weight_missing"
    return {
        "key": lacks.kind.value,
        "note": note,
        "members": [names[each] for each in lacks.members],
    }


def _parts(parts: Mapping[str, Part], names: Mapping[str, str]) -> list[Json]:
    return [{"name": names.get(key, key), **_part(part)} for key, part in parts.items()]


def _part(part: Part) -> Json:
    return {
        "amount": number(units(part.amount)),
        **_money(net=part.net, tax=part.tax, gross=part.gross),
    }


def _money(**sums: Decimal) -> Json:
    return {name: number(value) for name, value in sums.items()}

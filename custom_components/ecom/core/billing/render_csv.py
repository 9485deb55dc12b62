"""A statement as a table for spreadsheets: each line, tax and sum with what it belongs to."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Final

from .html_section import STAY, line_name, own_title, tax_name, title
from .html_sharing import borne_rows, common_rows
from .lines import Line
from .render_html import wording_of
from .rounding import decimal
from .sharing import Sharing, Whose
from .statement import Section, Statement
from .texts import Wording

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

MARK: Final = "\ufeff"
"""Without it Excel takes a table in UTF-8 for one in the code page of the country."""

type _Cell = str | Decimal


def render_csv(statement: Statement) -> str:
    """Return the table, after the mark of UTF-8; in French with semicolons and decimal commas.

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    wording = wording_of(statement)
    out = StringIO()
    writer = csv.writer(out, delimiter=";" if wording.french else ",", lineterminator="\r\n")
    for row in _rows(wording, statement):
        writer.writerow([_written(wording, cell) for cell in row])
    return f"{MARK}{out.getvalue()}"


def _written(wording: Wording, cell: _Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    plain = format(cell, "f")
    return plain.replace(".", ",") if wording.french else plain


def _plain(quantity: Decimal) -> Decimal:
    """Return a quantity without zeros at its end."""
    return decimal(Fraction(quantity), 6)


def _rows(wording: Wording, statement: Statement) -> Iterator[tuple[_Cell, ...]]:
    first, last = wording.ends(statement.since, statement.until)
    yield (wording.text("title"), statement.number or wording.text("draft"))
    yield (wording.text("issued_on", day=statement.issued_on),)
    yield (wording.text("period", since=first, until=last),)
    yield from ((wording.say(note),) for note in statement.notes if note.key == STAY)
    if statement.corrects:
        corrected = statement.corrects
        yield (wording.text("corrects", number=corrected.number, day=corrected.issued_on),)
    yield (wording.text("site"), statement.site)
    for kind, party in (("issuer", statement.issuer), ("recipient", statement.recipient)):
        yield (wording.text(kind), party.name, *party.address, party.reference)
    yield ()
    keys = ("fluid", "label", "since", "until", "quantity", "unit", "unit_price", "net", "source")
    yield tuple(wording.text(f"column_{key}") for key in keys)
    for section in statement.sections:
        yield from _section(wording, section)
    yield ()
    yield from _sums(wording, statement)
    for section in statement.sections:
        if section.sharing is not None:
            yield ()
            yield from _sharing(wording, section, section.sharing)


def _section(wording: Wording, section: Section) -> Iterator[tuple[_Cell, ...]]:
    fluid = wording.name(section.fluid)
    own = fluid if section.by_meters is None else f"{fluid} ({own_title(wording, section)})"
    for line in section.lines:
        yield _line(wording, own, line)
    if section.common:
        for line in section.common.lines:
            yield _line(wording, f"{fluid} ({wording.text('common_share')})", line)
    for tax in section.all_taxes:
        yield (fluid, tax_name(wording, tax), "", "", "", "", "", tax.amount)
    yield (fluid, wording.text("subtotal"), "", "", _plain(section.quantity),
           wording.unit(section.unit), "", section.gross)  # fmt: skip


def _line(wording: Wording, fluid: str, line: Line) -> tuple[_Cell, ...]:
    first, last = wording.ends(line.since, line.until)
    return (
        fluid,
        line_name(wording, line),
        first.isoformat(),
        last.isoformat(),
        _plain(line.quantity),
        wording.unit(line.unit),
        line.unit_price,
        line.net,
        wording.source(line.source),
    )


def _sharing(wording: Wording, section: Section, divided: Sharing) -> Iterator[tuple[_Cell, ...]]:
    """Yield who bears a contract, then what is common: together the share of all of them."""
    unit = wording.unit(section.unit)
    yield (wording.text("sharing"), title(wording, section))
    head = ("sharing_who", "own_use", "column_unit", "sharing_own", "sharing_common")
    yield (*(wording.text(key) for key in head), wording.text("sharing_gross"))
    for name, each in borne_rows(wording, divided):
        yield (name, _plain(each.quantity), unit, each.own, each.common, each.gross)
    yield ()
    heads = ("sharing_what", "quantity", "column_unit", "sharing_gross")
    yield tuple(wording.text(key) for key in heads)
    for name, each in common_rows(wording, divided):
        counted = ("", "") if each.whose is Whose.FIXED else (_plain(each.quantity), unit)
        yield (name, *counted, each.own)


def _sums(wording: Wording, statement: Statement) -> Iterator[tuple[_Cell, ...]]:
    yield (wording.text("total"), statement.gross, statement.currency)
    for each in statement.provisions:
        name = wording.text("provision", day=each.paid_on)
        yield (name, -each.amount, statement.currency)
    yield (wording.text("balance"), statement.balance, statement.currency)
    if statement.corrects:
        name = wording.text("corrected_balance")
        yield (name, -statement.corrects.balance, statement.currency)
    yield (wording.text("due"), statement.due, statement.currency)

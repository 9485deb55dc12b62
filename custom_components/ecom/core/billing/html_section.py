"""The details of one fluid: own lines, the common share, and taxes."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from .html_sharing import sharing
from .lines import Line, TaxLine, Unit, Words
from .markup import Markup, el, joined, table
from .statement import CommonShare, Section
from .texts import DASH, HARD, Wording

STAY: Final = "note_stay"
"""The note of the days that something is about: it stands before it, and not with the others."""


def stay(wording: Wording, notes: Iterable[Words]) -> Iterator[Markup]:
    """Yield which days something is about, where they are not all of the period."""
    for note in notes:
        if note.key == STAY:
            yield el("p", wording.say(note), class_="stay")


def details(wording: Wording, section: Section) -> Markup:
    """Return the lines of a section and its sums."""
    blocks = [el("h2", title(wording, section)), *stay(wording, section.notes)]
    if section.common:
        blocks.append(el("h3", own_title(wording, section)))
    blocks.append(_lines(wording, section.lines))
    if section.common:
        blocks += _common(wording, section, section.common)
    return joined([*blocks, _sums(wording, section), *sharing(wording, section)])


def title(wording: Wording, section: Section) -> str:
    """Return what a section is about, with the name of its contract."""
    fluid = wording.name(section.fluid)
    return f"{fluid} {DASH} {section.contract}" if section.contract else fluid


def own_title(wording: Wording, section: Section) -> str:
    """Return what one's own lines are: one's own use, or a part of what goes by the meters."""
    if section.by_meters is None:
        return wording.text("own_use")
    return wording.text("own_part", share=section.by_meters)


def _common(wording: Wording, section: Section, common: CommonShare) -> Iterator[Markup]:
    yield el("h3", wording.text("common_share"))
    yield el(
        "p",
        key_words(wording, common)
        + " "
        + wording.text(
            "common_words",
            amount=common.building_amount,
            unit=section.unit,
            gross=common.building_gross,
            pool=common.pool_net,
        ),
        class_="soft",
    )
    yield _lines(wording, common.lines)


def key_words(wording: Wording, common: CommonShare) -> str:
    """Return the key and one's shares, which are fewer where one was not there all the time."""
    told = {"key": common.key, "weight": common.weight, "of": common.of}
    if (part := common.by_days) is None:
        return wording.text("key_words", **told)
    return wording.text(
        "key_words_days", **told, share=part.share, days=Decimal(part.days), period=Decimal(part.of)
    )


def _lines(wording: Wording, lines: Iterable[Line]) -> Markup:
    head = [wording.text(key) for key in ("label", "days", "quantity", "unit_price", "tax", "net")]
    return table(head, (_cells(wording, line) for line in lines), 4, "lines")


def _cells(wording: Wording, line: Line) -> list[str]:
    rates = ", ".join(wording.percent(tax.rate) for tax in line.taxes)
    return [
        joined([line_name(wording, line), *_basis(wording, line)]),
        wording.days(line.since, line.until),
        quantity(wording, line),
        unit_price(wording, line),
        rates,
        wording.money(line.net),
    ]


def _basis(wording: Wording, line: Line) -> Iterator[Markup]:
    """Yield how a line came about, and what is uncertain of its price."""
    marks = [wording.say(line.basis)] if wording.say(line.basis) else []
    if line.provisional:
        marks.append(wording.text("provisional"))
    if marks:
        yield el("span", ", ".join(marks), class_="basis")


def line_name(wording: Wording, line: Line) -> str:
    """Return what a line is for, with its band."""
    name = wording.name(line.label)
    return f"{name}, {wording.name(line.band_label)}" if line.band_label else name


def quantity(wording: Wording, line: Line) -> str:
    """Return the quantity of a line with its unit; money has that of its currency."""
    match line.unit:
        case Unit.MONEY:
            return wording.money(line.quantity)
        case Unit.ITEM:
            return ""
        case unit:
            return f"{wording.number(line.quantity)}{HARD}{wording.unit(unit)}"


def unit_price(wording: Wording, line: Line) -> str:
    """Return the price for one of a unit; a rate is a percentage."""
    match line.per:
        case Unit.MONEY:
            return wording.percent(line.unit_price)
        case Unit.ITEM:
            return ""
        case per:
            return f"{wording.price(line.unit_price)}/{wording.unit(per, per=True)}"


def _sums(wording: Wording, section: Section) -> Markup:
    rows = [[wording.text("subtotal_net"), wording.money(section.net)]]
    rows += [[tax_name(wording, tax), wording.money(tax.amount)] for tax in section.all_taxes]
    rows.append([wording.text("subtotal"), wording.money(section.gross)])
    cells = (el("tr", el("td", name), el("td", sum_, class_="n")) for name, sum_ in rows)
    return el("table", el("tbody", *cells), class_="sums")


def tax_name(wording: Wording, tax: TaxLine) -> str:
    """Return what a tax is on."""
    return wording.text("tax_of", name=tax.key, rate=tax.rate, base=tax.base)

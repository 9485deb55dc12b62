"""A statement as one page of HTML that needs nothing else, to be read or printed on A4."""

from collections.abc import Iterator

from .html_annex import annex
from .html_chart import chart
from .html_section import details, stay
from .html_style import STYLE
from .markup import Markup, el, joined
from .markup import table as table_of
from .statement import Party, Section, Statement
from .texts import HARD, Wording


def render_html(statement: Statement) -> str:
    """Return the page; the same statement gives the same text every time."""
    wording = wording_of(statement)
    title = wording.text("title")
    number = statement.number or wording.text("draft")
    head = el(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        el("title", f"{title} {number}"),
        el("style", STYLE),
    )
    body = el(
        "body",
        _top(wording, statement),
        _parties(wording, statement),
        _big(wording, statement),
        _summary(wording, statement),
        *(chart(wording, history) for history in statement.history),
        *stay(wording, statement.notes),
        *(details(wording, section) for section in statement.sections),
        annex(wording, statement),
    )
    return f"<!DOCTYPE html>\n{el('html', head, body, lang=statement.language)}\n"


def wording_of(statement: Statement) -> Wording:
    """Return the language, the currency and the zone of a statement."""
    return Wording(language=statement.language, currency=statement.currency, zone=statement.zone)


def _top(wording: Wording, statement: Statement) -> Markup:
    if statement.number is None:
        number = el("p", wording.text("draft"), class_="draft")
    else:
        number = el("p", wording.text("number", number=statement.number))
    lines = [number, el("p", wording.text("issued_on", day=statement.issued_on))]
    if statement.site:
        lines.append(el("p", statement.site))
    return el(
        "div",
        el(
            "div",
            el("h1", wording.text("title")),
            el("p", period_text(wording, statement)),
            *_corrects(wording, statement),
        ),
        el("div", *lines, class_="about"),
        class_="top",
    )


def period_text(wording: Wording, statement: Statement) -> str:
    """Return the first and the last day of a statement."""
    first, last = wording.ends(statement.since, statement.until)
    return wording.text("period", since=first, until=last)


def _corrects(wording: Wording, statement: Statement) -> Iterator[Markup]:
    if corrected := statement.corrects:
        yield el("p", wording.text("corrects", number=corrected.number, day=corrected.issued_on))


def _parties(wording: Wording, statement: Statement) -> Markup:
    return el(
        "div",
        _party(wording, "issuer", statement.issuer),
        _party(wording, "recipient", statement.recipient),
        class_="parties",
    )


def _party(wording: Wording, kind: str, party: Party) -> Markup:
    lines = [el("p", wording.text(kind), class_="kind"), el("p", party.name, class_="who")]
    lines += [el("p", line) for line in party.address]
    if party.reference:
        lines.append(el("p", wording.text("reference", reference=party.reference), class_="soft"))
    return el("div", *lines)


def _big(wording: Wording, statement: Statement) -> Markup:
    due = statement.due
    key = "due" if due > 0 else "due_back" if due < 0 else "due_nothing"
    return el(
        "div",
        el("span", wording.text(key)),
        el("span", wording.money(abs(due)), class_="sum"),
        class_="big",
    )


def _summary(wording: Wording, statement: Statement) -> Markup:
    keys = ("fluid", "used", "before", "change", "amount")
    rows = (_fluid(wording, section) for section in statement.sections)
    sums = [[wording.text("total"), wording.money(statement.gross)]]
    sums += [
        [wording.text("provision", day=each.paid_on), wording.money(-each.amount)]
        for each in statement.provisions
    ]
    if statement.provisions:
        sums.append([wording.text("balance"), wording.money(statement.balance)])
    if statement.corrects:
        sums.append([wording.text("corrected_balance"), wording.money(-statement.corrects.balance)])
        sums.append([wording.text("due"), wording.money(statement.due)])
    cells = (el("tr", el("td", name), el("td", sum_, class_="n")) for name, sum_ in sums)
    return joined([
        el("h2", wording.text("summary")),
        table_of([wording.text(key) for key in keys], rows, 4, "summary"),
        el("table", el("tbody", *cells), class_="sums"),
    ])  # fmt: skip


def _fluid(wording: Wording, section: Section) -> list[str]:
    unit = wording.unit(section.unit)
    before, change = "", ""
    if section.before:
        before = f"{wording.number(section.before.quantity)}{HARD}{unit}"
        if section.before.quantity:
            change = wording.change(section.quantity / section.before.quantity - 1)
    name = f"{wording.name(section.fluid)}, {wording.name(section.direction)}"
    used = f"{wording.number(section.quantity)}{HARD}{unit}"
    return [name, used, before, change, wording.money(section.signed)]

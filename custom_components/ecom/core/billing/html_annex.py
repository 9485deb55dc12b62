"""The annex of a statement: meters, how well amounts are known, prices and notes."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ..tariffs.model import ALWAYS, Direction, Fluid
from .html_section import STAY, line_name, unit_price
from .lines import Line, Unpriced, Words
from .markup import Markup, el, table
from .statement import MeterSheet, Register, Section, Statement
from .texts import DASH, HARD, Wording
from .usage import Quality, units


def annex(wording: Wording, statement: Statement) -> Markup:
    """Return the annex."""
    blocks = [el("h2", wording.text("annex"))]
    for section in statement.sections:
        blocks += _section(wording, section)
    notes = [wording.say(words) for words in notes_of(statement) if words.key != STAY]
    blocks += [
        el("h3", wording.text("notes")),
        el("ul", *(el("li", note) for note in notes), class_="notes"),
    ]
    return el("section", *blocks, class_="annex")


def notes_of(statement: Statement) -> Iterator[Words]:
    """Yield what holds of the whole statement: rounding, resale, meters, and its own notes."""
    sections = statement.sections
    yield Words(key="note_rounding")
    resold = any(
        section.fluid is Fluid.ELECTRICITY and section.direction is Direction.IMPORT
        for section in sections
    )
    if resold and not statement.lawful_supplier:
        yield Words(key="note_resale")
    if any(not meter.approved for section in sections for meter in section.meters):
        yield Words(key="note_not_approved")
    if any(line.provisional for section in sections for line in section.all_lines):
        yield Words(key="note_provisional")
    for section in sections:
        yield from section.notes
    yield from statement.notes


def _section(wording: Wording, section: Section) -> Iterator[Markup]:
    name = wording.name(section.fluid)
    if section.meters:
        yield el("h3", f"{name} {DASH} {wording.text('meters')}")
        yield _meters(wording, section)
        yield from _exchanges(wording, section)
    doubts = list(quality_texts(wording, section))
    if doubts:
        yield el("h3", f"{name} {DASH} {wording.text('quality')}")
        yield el("ul", *(el("li", doubt) for doubt in doubts), class_="notes")
    if section.all_lines:
        yield el("h3", f"{name} {DASH} {wording.text('tariffs')}")
        yield _tariffs(wording, section)


def _meters(wording: Wording, section: Section) -> Markup:
    """Return the indexes of each register; what it counts is named where one counts a band."""
    kept = [(meter, register) for meter in section.meters for register in meter.registers]
    by_band = any(register.label != ALWAYS for _, register in kept)
    rows = (
        [
            meter_name(wording, meter),
            *([wording.name(register.label)] if by_band else []),
            *_indexes(wording, register),
        ]
        for meter, register in kept
    )
    keys = ("meter", *(("register",) if by_band else ()), "index_start", "index_end", "used")
    return table([wording.text(key) for key in keys], rows, 3, "meters")


def meter_name(wording: Wording, meter: MeterSheet) -> str:
    """Return a meter's name and serial number, and that it has no approval."""
    name = f"{meter.name} ({meter.serial})" if meter.serial else meter.name
    return name if meter.approved else f"{name}, {wording.text('not_approved')}"


def _indexes(wording: Wording, register: Register) -> Iterator[str]:
    yield index(wording, register.start, estimated=register.start_estimated)
    yield index(wording, register.end, estimated=register.end_estimated)
    yield f"{wording.number(register.used)}{HARD}{wording.unit(register.unit)}"


def index(wording: Wording, value: Decimal | None, *, estimated: bool) -> str:
    """Return an index and whether it was read, or that it is not known."""
    if value is None:
        return wording.text("unknown")
    return f"{wording.number(value)} ({wording.text('estimated' if estimated else 'read')})"


def _exchanges(wording: Wording, section: Section) -> Iterator[Markup]:
    for meter in section.meters:
        for each in meter.exchanges:
            words = wording.text(
                "exchange",
                name=meter.name,
                at=each.at,
                closing=each.closing,
                opening=each.opening,
                unit=each.unit,
            )
            yield el("p", words, class_="soft")


def quality_texts(wording: Wording, section: Section) -> Iterator[str]:
    """Yield how much is known how well, what could be wrong, gaps, and what has no price."""
    total = sum(tally.amount for tally in section.quality.values())
    for quality in Quality:
        if (tally := section.quality.get(quality)) is None:
            continue
        yield wording.text(
            "quality_of",
            name=quality,
            quantity=units(tally.amount),
            unit=section.unit,
            share=Fraction(tally.amount, total) if total else Fraction(0),
        )
    if section.bound:
        yield wording.text("bound", bound=section.bound)
    for gap in section.gaps:
        key = "gap_of" if gap.name else "gap"
        yield wording.text(key, name=gap.name, since=gap.since, until=gap.until)
    if section.own_unpriced is None:
        yield from (unpriced_text(wording, each) for each in section.unpriced)
    else:
        yield from (unpriced_text(wording, each, "own") for each in section.own_unpriced)
        yield from (unpriced_text(wording, each, "all") for each in section.unpriced)


def unpriced_text(wording: Wording, each: Unpriced, whose: str = "") -> str:
    """Return what could not be priced: in all, of one's ``own`` use, or of ``all`` in a house."""
    key = f"unpriced_{whose}" if whose else "unpriced"
    return wording.text(
        f"{key}_band" if each.band_label else key,
        label=each.label,
        band=each.band_label,
        quantity=each.quantity,
        unit=each.unit,
    )


def _tariffs(wording: Wording, section: Section) -> Markup:
    """Return each price once, with its days and where it was found."""
    found = {_tariff(wording, line): None for line in section.all_lines if not line.mean}
    head = [wording.text(key) for key in ("label", "since_until", "source", "unit_price")]
    return table(head, found, 1, "tariffs")


def _tariff(wording: Wording, line: Line) -> tuple[str, ...]:
    derived = f" ({wording.text('derived')})" if line.derived else ""
    return (
        line_name(wording, line),
        wording.days(line.since, line.until),
        f"{wording.source(line.source)}{derived}",
        unit_price(wording, line),
    )

"""Statements on paper: complete, escaped, and in need of nothing else."""

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import override

import pytest

from custom_components.ecom.core.billing.bill import bill
from custom_components.ecom.core.billing.html_section import quantity, unit_price
from custom_components.ecom.core.billing.lines import Line, Unit, Unpriced, Words
from custom_components.ecom.core.billing.render_html import render_html, wording_of
from custom_components.ecom.core.billing.sections import Facts, section_of_bill
from custom_components.ecom.core.billing.snapshot import correction_of
from custom_components.ecom.core.billing.statement import (
    Before,
    Gap,
    Language,
    MeterSheet,
    Party,
    Section,
    Statement,
)
from custom_components.ecom.core.billing.usage import Quality, Tally
from custom_components.ecom.core.tariffs.model import (
    ALWAYS,
    Direction,
    Dynamic,
    Energy,
    Fluid,
    Manual,
    Percent,
)
from tests.core.billing.demo import demo, electricity, water
from tests.core.billing.supplies import (
    PlainPricing,
    contract,
    local,
    row,
    series,
    supply,
)

VOID = {"meta"}
HOSTILE = '<script>alert("1")</script>&\'"'


class Page(HTMLParser):
    """What a page holds: its tags, its texts, and whether each tag is closed."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        """Close the last tag, which must be this one."""
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        """Remember a text."""
        if data.strip():
            self.texts.append(data)


def page_of(statement: Statement) -> Page:
    """Return the page, all of whose tags are closed."""
    page = Page(render_html(statement))
    assert page.open == []
    return page


@pytest.mark.parametrize(
    ("language", "title", "total"),
    [
        (Language.ENGLISH, "Statement of allocation", "€32.32"),
        (Language.FRENCH, "Décompte de charges", "32,32\u00a0€"),
    ],
)
def test_a_page_says_what_it_is_and_what_is_due(language: Language, title: str, total: str) -> None:
    """It is no invoice, and it says how it was divided."""
    page = page_of(demo(language))
    assert title in page.texts
    assert total in page.texts
    assert not re.search(r"invoice|facture", " ".join(page.texts[:60]), re.IGNORECASE)
    everything = " ".join(page.texts)
    for wanted in ("2026-0007", "SCI Le Moulin", "Anna Martin", "LOT-01", "LG-0451", "made up"):
        assert wanted in everything


@pytest.mark.parametrize("language", Language)
def test_a_page_needs_nothing_else(language: Language) -> None:
    """Neither a script, nor anything from elsewhere."""
    page = render_html(demo(language))
    assert not re.search(r"https?:|//|url\(|@import|src=|href=", page)
    assert "script" not in Page(page).tags
    assert "@page { size: A4;" in page


def test_what_people_type_is_never_markup() -> None:
    """Wherever it stands."""
    party = Party(name=HOSTILE, address=(HOSTILE,), reference=HOSTILE)
    section = replace(
        electricity(),
        contract=HOSTILE,
        meters=(
            MeterSheet(
                name=HOSTILE, serial=HOSTILE, registers=electricity().meters[0].registers
            ),
        ),
        lines=tuple(
            replace(line, label=HOSTILE, band_label=HOSTILE, source=HOSTILE)
            for line in electricity().lines
        ),
        gaps=tuple(replace(gap, name=HOSTILE) for gap in electricity().gaps),
        unpriced=(Unpriced(component="x", label=HOSTILE, quantity=Decimal(1), unit=Unit.KWH),),
    )  # fmt: skip
    statement = demo(
        Language.FRENCH, site=HOSTILE, issuer=party, recipient=party, sections=(section,),
        number=HOSTILE,
    )  # fmt: skip
    page = page_of(statement)
    assert set(page.tags) == set(page_of(demo(Language.FRENCH)).tags)
    assert "<script" not in render_html(statement)
    assert HOSTILE in page.texts


def test_a_draft_says_so() -> None:
    """Instead of a number."""
    draft = demo(Language.FRENCH, number=None, site="")
    assert page_of(draft).texts.count("Brouillon") == 1


def test_a_correction_shows_what_it_replaces_and_what_changes() -> None:
    """The difference is what is due."""
    first = demo(Language.ENGLISH)
    statement = demo(
        Language.ENGLISH, number="2026-0008", sections=(electricity(),),
        corrects=correction_of(first),
    )  # fmt: skip
    texts = page_of(statement).texts
    assert "Corrects and replaces statement 2026-0007 of 20\u00a0Feb\u00a02026" in texts
    assert "In your favour" in texts
    assert "€11.70" in texts


def test_nothing_due() -> None:
    """A corrected statement that comes to the same."""
    first = demo(Language.ENGLISH)
    again = demo(Language.ENGLISH, corrects=correction_of(first), provisions=())
    same = replace(again, provisions=first.provisions)
    assert "Nothing due" in page_of(same).texts
    assert "Balance" not in page_of(demo(Language.ENGLISH, provisions=())).texts


def notes(statement: Statement) -> str:
    """Return all texts of the page."""
    return " ".join(page_of(statement).texts)


def test_the_note_on_resale_is_where_electricity_is_passed_on() -> None:
    """Not with water, nor where somebody may sell."""
    assert "resale" in notes(demo(Language.ENGLISH))
    assert "resale" not in notes(demo(Language.ENGLISH, lawful_supplier=True))
    assert "resale" not in notes(demo(Language.ENGLISH, sections=(water(),)))
    fed_in = replace(electricity(), direction=Direction.EXPORT)
    assert "resale" not in notes(demo(Language.ENGLISH, sections=(fed_in,)))


def test_meters_without_approval_are_named() -> None:
    """Those with one are not."""
    assert "without legal approval were used" in notes(demo(Language.ENGLISH))
    assert "without legal approval" not in notes(demo(Language.ENGLISH, sections=(water(),)))


def test_notes_of_the_bill_and_of_the_statement_are_there() -> None:
    """Each as a sentence."""
    note = Words(key="note_few_months", values={"known": "2", "months": "12"})
    section = replace(water(), notes=(note,))
    text = notes(demo(Language.ENGLISH, sections=(section,)))
    assert "2 of 12 month peaks" in text
    assert "2 of 12 month peaks" in notes(demo(Language.ENGLISH, notes=(note,)))


def test_quality_is_told_with_its_doubts() -> None:
    """Amounts, bounds, gaps, and what has no price."""
    gap = electricity().gaps[0]
    section = replace(
        electricity(),
        gaps=(gap, Gap(since=gap.since, until=gap.until)),
        unpriced=(
            Unpriced(component="x", label="x", quantity=Decimal("1.5"), unit=Unit.KWH),
            Unpriced(component="y", label="y", quantity=Decimal(2), unit=Unit.KWH, band="peak",
                     band_label="peak"),
        ),
    )  # fmt: skip
    text = notes(demo(Language.ENGLISH, sections=(replace(section, own_unpriced=None),)))
    of_member = replace(section, own_unpriced=section.unpriced[1:])
    shared = notes(demo(Language.ENGLISH, sections=(of_member,)))
    assert "Own use that is not priced, and in no total: y (peak hours), 2 kWh" in shared
    assert "Own use that is not priced, and in no total: x" not in shared
    for wanted in ("x, 1.5 kWh", "y (peak hours), 2 kWh"):
        assert f"Not priced of the whole building, and in nobody's total: {wanted}" in shared
    for wanted in (
        "Measured: 175 kWh (92.11%)",
        "Estimated: 15 kWh (7.89%)",
        "wrong by up to €0.31",
        "No reading of Appartement 1 from 20\u00a0Jan\u00a02026\u00a005:00",
        "No reading from 20\u00a0Jan",
        "Not priced, and in no total: x, 1.5 kWh",
        "Not priced, and in no total: y (peak hours), 2 kWh",
        "3,007 (estimated)",
        "not known",
        "Appartement 1: meter exchanged on 3\u00a0Feb\u00a02026\u00a010:30",
    ):
        assert wanted in text


def test_registers_are_named_where_one_counts_a_band() -> None:
    """An index of everything is nothing but that of the meter."""
    assert "Register" in page_of(demo(Language.ENGLISH, sections=(electricity(),))).texts
    texts = page_of(demo(Language.ENGLISH, sections=(water(),))).texts
    assert "Register" not in texts
    assert "101.2 (read)" in texts


def test_a_section_of_nothing_is_short() -> None:
    """No heading stands alone."""
    empty = Section(
        fluid=Fluid.HEAT, direction=Direction.IMPORT, contract="", unit=Unit.KWH,
        quantity=Decimal(0), lines=(), taxes=(),
        quality={Quality.MEASURED: Tally(rows=1, amount=0)},
        before=Before(quantity=Decimal(0), gross=Decimal(0)),
    )  # fmt: skip
    texts = page_of(demo(Language.ENGLISH, sections=(empty,))).texts
    assert "Heat \u2013 Meters" not in texts
    assert "Measured: 0 kWh (0%)" in texts
    bare = replace(empty, quality={})
    assert "Heat \u2013 Quality of the data" not in page_of(
        demo(Language.ENGLISH, sections=(bare,))
    ).texts  # fmt: skip


def lines_of_every_kind() -> tuple[Line, ...]:
    """Return a mean price that may change, a percentage, and an amount without a unit."""
    of = contract(
        Dynamic(key="spot", curve="day_ahead"),
        Percent(key="levy", of=("spot",), series=series("0.05")),
        Manual(key="service", series=series(("2026-01-05", "12.5"))),
    )
    curve = {local("2026-01-02T00:00"): Decimal("0.1")}
    pricing = PlainPricing(contract=of, curve=curve, provisional=True)
    usage = [row("2026-01-02T00:00", ALWAYS, "100")]
    return bill(supply(of, usage, pricing=pricing)).lines


def test_units_and_prices_of_every_kind_of_line() -> None:
    """Money has no unit, and a rate is a percentage."""
    wording = wording_of(demo(Language.ENGLISH))
    found = [(quantity(wording, line), unit_price(wording, line)) for line in lines_of_every_kind()]
    assert found == [("100\u00a0kWh", "€0.10/kWh"), ("€10.00", "5%"), ("", "")]


def test_prices_that_may_change_say_so() -> None:
    """On the line and in a note; a mean price is not among the tariffs."""
    section = replace(water(), lines=lines_of_every_kind(), meters=())
    texts = page_of(demo(Language.ENGLISH, sections=(section,))).texts
    assert "mean of prices weighted by use, provisional" in texts
    assert any("prices are provisional" in text for text in texts)
    assert texts.count("spot") == 1


def test_derived_prices_say_so() -> None:
    """Beside their source."""
    lines = tuple(replace(line, derived=True) for line in water().lines)
    texts = page_of(demo(Language.ENGLISH, sections=(replace(water(), lines=lines),))).texts
    assert "made up (derived)" in texts


def test_energy_by_its_own_name() -> None:
    """A section of one's own contract has no common share."""
    of = contract(Energy(key="energy", prices={ALWAYS: series("0.2")}))
    made = bill(supply(of, [row("2026-01-02T00:00", ALWAYS, "1")]))
    statement = demo(Language.ENGLISH, sections=(section_of_bill(of, made, Facts()),))
    texts = page_of(statement).texts
    assert "Own use" not in texts
    assert "Energy" in texts
    assert "all hours" not in " ".join(texts)

"""What was issued stays as it was: snapshots, numbers and corrections."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from custom_components.ecom.core.billing.bill import bill
from custom_components.ecom.core.billing.building import divide
from custom_components.ecom.core.billing.codec import dump, load
from custom_components.ecom.core.billing.render_csv import render_csv
from custom_components.ecom.core.billing.render_html import render_html
from custom_components.ecom.core.billing.sections import Facts, section_of_bill, section_of_member
from custom_components.ecom.core.billing.snapshot import (
    StatementError,
    canonical,
    correction_of,
    from_snapshot,
    next_number,
    snapshot,
)
from custom_components.ecom.core.billing.statement import Language, Party, Provision
from custom_components.ecom.core.tariffs.model import Direction, Energy
from tests.core.billing.demo import WATER, demo, division, electricity, house
from tests.core.billing.supplies import PEAK_OFF_PEAK, contract, d, row, series, supply


@pytest.mark.parametrize("language", Language)
def test_a_snapshot_is_all_that_is_needed(language: Language) -> None:
    """The statement that comes back is the same, and so are its pages and its bytes."""
    issued = demo(language)
    stored = canonical(issued)
    again = from_snapshot(json.loads(stored))
    assert again == issued
    assert canonical(again) == stored
    assert render_html(again) == render_html(issued)
    assert render_csv(again) == render_csv(issued)


def test_a_contract_that_changes_later_changes_no_snapshot() -> None:
    """A bill that is made anew differs, what was issued does not."""
    of = contract(Energy(key="energy", prices={"all": series("0.2")}))
    usage = [row("2026-01-02T00:00", "all", "10")]
    section = section_of_bill(of, bill(supply(of, usage)), Facts())
    issued = demo(Language.FRENCH, sections=(section,))
    stored = canonical(issued)
    edited = contract(Energy(key="energy", prices={"all": series("0.3")}))
    newer = section_of_bill(edited, bill(supply(edited, usage)), Facts())
    assert canonical(from_snapshot(json.loads(stored))) == stored
    assert canonical(demo(Language.FRENCH, sections=(newer,))) != stored


def test_numbers_have_no_hole() -> None:
    """Each year begins anew, corrections are in the same sequence."""
    assert next_number([], 2026) == "2026-0001"
    assert next_number(["2025-0009", "2026-0002", "2026-0001"], 2026) == "2026-0003"
    assert next_number([f"2026-{count:04}" for count in range(1, 10_000)], 2026) == "2026-10000"


@pytest.mark.parametrize("issued", [["2026-0002"], ["2026-0001", "2026-0003"], ["2026-one"]])
def test_a_sequence_with_a_hole_is_refused(issued: list[str]) -> None:
    """A statement was lost, and somebody has to look."""
    with pytest.raises(StatementError) as err:
        next_number(issued, 2026)
    assert err.value.args == ("broken_sequence", {"year": "2026"})


def test_a_correction_names_what_it_takes_the_place_of() -> None:
    """What is due is the difference."""
    issued = demo(Language.ENGLISH)
    corrected = demo(
        Language.ENGLISH,
        number="2026-0008",
        sections=(electricity(),),
        corrects=correction_of(issued),
    )
    assert (issued.gross, issued.paid, issued.balance) == (
        Decimal("72.32"), Decimal("40.00"), Decimal("32.32"),
    )  # fmt: skip
    assert issued.due == issued.balance
    assert corrected.balance == Decimal("20.62")
    assert corrected.due == Decimal("-11.70")
    assert from_snapshot(snapshot(corrected)) == corrected


def test_a_draft_needs_no_correction() -> None:
    """It can be changed."""
    with pytest.raises(StatementError, match="draft_not_corrected"):
        correction_of(demo(Language.ENGLISH, number=None))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"schema": 2, "statement": {}},
        {"schema": 1},
        {"schema": 1, "statement": {"number": 7}},
        {"schema": 1, "statement": {**dump(demo(Language.ENGLISH)), "language": "xx"}},
        {"schema": 1, "statement": {**dump(demo(Language.ENGLISH)), "currency": None}},
        {"schema": 1, "statement": {**dump(demo(Language.ENGLISH)), "colour": "red"}},
    ],
)
def test_what_is_no_snapshot_is_refused(data: dict[str, object]) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(StatementError):
        from_snapshot(data)


def test_what_an_older_snapshot_does_not_hold_is_as_by_default() -> None:
    """A field that comes later needs a default."""
    data = dump(Party(name="Anna"))
    del data["reference"]
    assert load(Party, data) == Party(name="Anna")


def test_amounts_stay_what_they_were() -> None:
    """No float is in between."""
    provision = Provision(paid_on=d("2026-01-05"), amount=Decimal("40.10"))
    assert dump(provision) == {"paid_on": "2026-01-05", "amount": "40.10"}
    assert str(load(Provision, dump(provision)).amount) == "40.10"


def test_what_is_fed_in_is_paid_for() -> None:
    """It lowers the total."""
    of = contract(Energy(key="feed_in", prices={"all": series("0.04")}), direction=Direction.EXPORT)
    made = bill(supply(of, [row("2026-01-02T00:00", "all", "100")]))
    fed_in = section_of_bill(of, made, Facts())
    statement = demo(Language.FRENCH, sections=(electricity(), fed_in))
    assert fed_in.signed == Decimal("-4.00")
    assert statement.gross == electricity().gross - Decimal("4.00")


def test_members_of_a_building_together_pay_its_bill() -> None:
    """Section by section, the owner's too."""
    found = division()
    names = {*found.own, *found.shared}
    sections = [section_of_member(PEAK_OFF_PEAK, found, name, Facts()) for name in names]
    assert sum(section.gross for section in sections) == found.bill.gross
    assert sum(section.net for section in sections) == found.bill.net
    assert sum(section.quantity for section in sections) < Decimal(870)


def test_a_member_without_a_meter_or_without_a_share() -> None:
    """Has the one or the other."""
    found = replace(divide(house(own={})), own={})
    shared = section_of_member(PEAK_OFF_PEAK, found, "anna", Facts())
    assert shared.quantity == 0
    assert not shared.lines
    assert shared.gross > 0
    alone = section_of_member(PEAK_OFF_PEAK, replace(division(), shared={}), "anna", Facts())
    assert alone.common is None
    assert alone.contract == ""


def test_a_section_names_its_contract_and_keeps_what_the_bill_knows() -> None:
    """The quality is that of the rows, unless facts say better."""
    usage = [row("2026-01-20T10:00", "all", "3.25", bound=Decimal("0.02"))]
    made = bill(supply(WATER, usage))
    section = section_of_bill(WATER, made, Facts())
    assert section.contract == "Régie des eaux"
    assert (section.quality, section.bound) == (made.quality, Decimal("0.02"))

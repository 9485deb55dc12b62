"""A building's bill: members, common parts and losses are the main meter, to the cent."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.ecom.core.billing.building import Building, Division, divide
from custom_components.ecom.core.billing.keys import VACANT, Key, KeyKind, KeyRefused, Member
from custom_components.ecom.core.billing.lines import Line, Words
from custom_components.ecom.core.billing.parts import Part
from custom_components.ecom.core.billing.render_html import render_html
from custom_components.ecom.core.billing.sections import Facts, section_of_member
from custom_components.ecom.core.billing.statement import Language
from custom_components.ecom.core.billing.texts import Wording
from custom_components.ecom.core.tariffs.model import ALWAYS, Energy, Fluid, Percent, Standing, Tax
from tests.core.billing.demo import demo, division, house
from tests.core.billing.supplies import (
    KWH,
    PEAK_OFF_PEAK,
    contract,
    nets,
    row,
    series,
    supply,
)


def check(found: Division) -> None:
    """Assert that both ways to put the parts together make the whole."""
    by_meter = [*found.own.values(), *found.common.values(), found.losses, found.fixed]
    by_member = [*found.own.values(), *(each.part for each in found.shared.values())]
    for parts in (by_meter, by_member):
        assert added(parts) == (found.bill.net, found.bill.tax, found.bill.gross)
        assert sum(part.amount for part in parts) == found.bill.amount
        for rate in {tax.rate for tax in found.bill.taxes}:
            taxes = [tax for part in parts for tax in part.taxes if tax.rate == rate]
            whole = next(tax for tax in found.bill.taxes if tax.rate == rate)
            assert sum((tax.amount for tax in taxes), Decimal(0)) == whole.amount
            assert sum((tax.base for tax in taxes), Decimal(0)) == whole.base


def added(parts: Iterable[Part]) -> tuple[Decimal, Decimal, Decimal]:
    """Return net, tax and gross of parts together."""
    kept = list(parts)
    return (
        sum((part.net for part in kept), Decimal(0)),
        sum((part.tax for part in kept), Decimal(0)),
        sum((part.gross for part in kept), Decimal(0)),
    )


def test_the_house_adds_up() -> None:
    """The golden bill, of which each kWh and each cent is somebody's."""
    found = division()
    check(found)
    assert str(found.bill.gross) == "182.94"
    assert {name: part.amount for name, part in found.own.items()} == {
        "anna": 190 * KWH,
        "bruno": 70_500_000,
        VACANT: 2 * KWH,
        "chloe": 190 * KWH,
        "dan": 185_250_000,
    }
    assert found.common["stairs"].amount == 112_500_000
    assert found.losses.amount == 870 * KWH - (190 + 70 + 2 + 190 + 185 + 112) * KWH - 1_250_000


def test_own_use_is_priced_in_its_band_and_at_its_time() -> None:
    """120 * 0.1434, 120 * 0.02998, 70 * 0.1007 and 70 * 0.03085."""
    anna = division().own["anna"]
    assert nets(anna.lines) == ["17.21", "3.60", "7.05", "2.16"]
    assert [line.quantity for line in anna.lines] == [120, 120, 70, 70]


def test_standing_charges_go_by_the_key() -> None:
    """Anna has 420 of 1000 shares, and of 5.94 these are 2.49."""
    found = division()
    anna = found.shared["anna"]
    assert str(anna.part.lines[0].net) == "2.49"
    assert anna.part.lines[0].quantity == 16
    assert anna.part.lines[0].basis.values == {"pool": "5.94"}
    assert (anna.weight, anna.of) == (Decimal(420), Decimal(1000))
    assert (anna.key.kind, anna.pool) == (KeyKind.THOUSANDTHS, Decimal("48.78"))
    assert [line.component for line in found.fixed.lines] == ["standing", "cta"] * 2


def test_the_owner_bears_empty_days_and_shares_without_a_unit() -> None:
    """100 of 1000 shares are nobody's, and the second flat was empty for two days."""
    shared = division().shared
    assert shared[VACANT].weight == Decimal("121.2903")  # 100 + 330 * 2 / 31
    assert shared["bruno"].weight == Decimal("42.5806")  # 330 * 4 / 31


def test_standing_charges_can_have_a_key_of_their_own() -> None:
    """All units bear the same, half of what their days are."""
    found = divide(house(fixed_key=Key(kind=KeyKind.EQUAL)))
    check(found)
    first = {name: each.part.lines[0] for name, each in found.shared.items()}
    assert [str(first[name].net) for name in ("anna", "dan")] == ["1.98", "1.98"]


def test_meters_that_count_more_than_the_main_one_make_losses_negative() -> None:
    """They are shown, and nobody's amount is clipped."""
    own = {"anna": [row("2026-01-16T08:00", "peak", "400")]}
    found = divide(house(own=own, common={}))
    check(found)
    first = next(line for line in found.losses.lines if line.component == "energy")
    assert (str(first.net), first.quantity) == ("-14.34", Decimal(-100))
    assert found.losses.amount == 470 * KWH
    assert str(found.own["anna"].lines[0].net) == "57.36"


def heat(coefficient: str, **more: object) -> Division:
    """Return the division of 1000 kWh at 0.1 between two flats of 40 and 60 m²."""
    of = contract(
        Standing(key="standing", series=series("365")),
        Energy(key="energy", prices={ALWAYS: series("0.1")}),
        fluid=Fluid.HEAT,
        taxes=(Tax(key="vat", series=series("0.2"), of=("standing", "energy")),),
    )
    values: dict[str, object] = {
        "supply": supply(of, [row("2026-01-02T00:00", ALWAYS, "1000")]),
        "own": {
            "a": [row("2026-01-02T00:00", ALWAYS, "200")],
            "b": [row("2026-01-02T00:00", ALWAYS, "600")],
        },
        "common": {},
        "residents": (
            Member(key="a", meters=frozenset({"1"}), shares={KeyKind.SURFACE: Decimal(40)}),
            Member(key="b", meters=frozenset({"2"}), shares={KeyKind.SURFACE: Decimal(60)}),
        ),
        "key": Key(kind=KeyKind.SURFACE),
        "coefficient": Decimal(coefficient),
        **more,
    }
    return divide(Building(**values))  # type: ignore[arg-type]  # the fields are those of it


def test_heat_is_partly_common_and_the_rest_by_index() -> None:
    """30 of 100 by surface, 70 by 200 and 600; the heat of pipes is in both, not a part."""
    found = heat("0.3")
    check(found)
    assert {name: str(part.net) for name, part in found.own.items()} == {
        "a": "17.50", "b": "52.50",
    }  # fmt: skip
    energy = {
        name: str(next(line.net for line in each.part.lines if line.component == "energy"))
        for name, each in found.shared.items()
    }
    assert energy == {"a": "12.00", "b": "18.00"}
    assert found.losses.amount == 200 * KWH
    assert not found.losses.lines
    assert [note.values for note in found.notes] == [{"share": "0.3"}]


def metered(found: Division) -> dict[str, Line]:
    """Return the lines of energy of both flats, their own ones and those by the key."""
    parts = {f"own {name}": part for name, part in found.own.items()}
    parts |= {f"shared {name}": each.part for name, each in found.shared.items()}
    lines = {
        name: [line for line in part.lines if line.component == "energy"]
        for name, part in parts.items()
    }
    return {name: line for name, (line,) in lines.items()}


def test_each_line_of_heat_is_its_quantity_times_the_price() -> None:
    """700 kWh by 200 and 600, and 300 by 40 and 60 m²: together all that the main meter counted."""
    lines = metered(heat("0.3"))
    assert {name: str(line.quantity) for name, line in lines.items()} == {
        "own a": "175", "own b": "525", "shared a": "120", "shared b": "180",
    }  # fmt: skip
    assert all(line.net == line.quantity * line.unit_price for line in lines.values())


def test_a_line_of_heat_says_how_it_came_about() -> None:
    """Percentages, what was counted for the building, and what one's own meters counted of all."""
    lines = metered(heat("0.3"))
    said = {
        language: [
            Wording(language=language, currency="EUR", zone="Europe/Paris").say(lines[name].basis)
            for name in ("own a", "shared a")
        ]
        for language in Language
    }
    assert said[Language.ENGLISH] == [
        ("70% of the 1,000 kWh counted for the building go by the meters: yours counted "
         "200 of 800 kWh"),
        "share of €30.00: 30% of the 1,000 kWh counted for the building",
    ]  # fmt: skip
    assert [each.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
            for each in said[Language.FRENCH]] == [
        ("70 % des 1 000 kWh comptés pour l'immeuble vont selon les compteurs ; les vôtres : "
         "200 sur 800 kWh"),
        "part de 30,00 € : 30 % des 1 000 kWh comptés pour l'immeuble",
    ]  # fmt: skip


def test_heat_by_the_meters_is_not_called_own_use() -> None:
    """Its heading says which part of all it is."""
    section = section_of_member(contract(fluid=Fluid.HEAT), heat("0.3"), "a", Facts())
    page = render_html(demo(Language.ENGLISH, sections=(section,)))
    assert "<h3>Share of the 70% divided by the meters</h3>" in page
    assert "Own use" not in page


def test_heat_of_common_parts_is_in_what_the_key_divides() -> None:
    """A radiator on the stairs counted 200 of 1000 kWh, so 140 more go by the key."""
    lines = metered(heat("0.3", common={"stairs": [row("2026-01-02T00:00", ALWAYS, "200")]}))
    assert {name: str(line.quantity) for name, line in lines.items()} == {
        "own a": "140", "own b": "420", "shared a": "176", "shared b": "264",
    }  # fmt: skip
    assert lines["shared a"].basis == Words(
        key="basis_share_part_common",
        values={
            "share": "0.3", "main": "1000.000000", "unit": "kwh", "common": "200.000000",
            "below": "1000.000000", "pool": "44.00",
        },
    )  # fmt: skip


def test_hot_water_by_volume_alone() -> None:
    """A coefficient of nothing leaves all to the meters."""
    found = heat("0")
    assert {name: str(part.net) for name, part in found.own.items()} == {
        "a": "25.00", "b": "75.00",
    }  # fmt: skip


def test_heat_that_no_meter_counted_is_common() -> None:
    """There is nothing else to go by."""
    found = heat("0.3", own={})
    check(found)
    assert added(found.own.values())[0] == 0
    assert str(found.fixed.net) == "131.00"
    line = next(line for line in found.shared["a"].part.lines if line.component == "energy")
    assert (line.quantity, line.basis.values["share"]) == (400, "1")


@pytest.mark.parametrize("coefficient", ["-0.1", "1.1"])
def test_a_coefficient_is_a_part(coefficient: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="not between"):
        heat(coefficient)


def test_a_building_needs_somebody() -> None:
    """Somebody has to pay."""
    with pytest.raises(KeyRefused, match="nobody"):
        divide(house(residents=(), own={}, key=Key(kind=KeyKind.EQUAL)))


def test_a_percentage_is_borne_as_what_it_is_reckoned_on() -> None:
    """Also of lines that come later, and where there is nothing to go by it is common."""
    of = contract(
        Energy(key="energy", prices={ALWAYS: series(("", "0.1"), ("2026-01-11", "0.2"))}),
        Standing(key="standing", series=series("365")),
        Percent(key="discount", of=("energy",), series=series("-0.1")),
    )
    rows = [row("2026-01-02T00:00", ALWAYS, "100"), row("2026-01-12T00:00", ALWAYS, "100")]
    found = divide(
        house(supply=supply(of, rows), own={"anna": rows[:1], "dan": rows[1:]}, common={})
    )
    check(found)
    assert nets(found.own["anna"].lines) == ["10.00", "-1.00"]
    assert nets(found.own["dan"].lines) == ["-2.00", "20.00"]


def test_cents_that_follow_nothing_are_common() -> None:
    """Amounts that cancel out leave money, and a tax on lines that cancel out leaves its cent."""
    of = contract(
        Energy(key="energy", prices={ALWAYS: series("0.1")}),
        Standing(key="credit", series=series("-365")),
        taxes=(Tax(key="vat", series=series("0.2"), of=("energy", "credit")),),
    )
    found = divide(
        house(
            supply=supply(of, [row("2026-01-02T00:00", ALWAYS, "310")]),
            own={"anna": [row("2026-01-02T00:00", ALWAYS, "310")]},
            common={},
        )
    )
    check(found)
    assert found.bill.gross == 0
    assert str(found.own["anna"].net) == "31.00"
    assert str(found.fixed.net) == "-31.00"


AMOUNTS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["peak", "off_peak"]), st.integers(0, 90 * KWH)),
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), st.sampled_from([None, "0.3"]))
def test_any_building_adds_up(
    used: tuple[list[tuple[int, str, int]], ...], coefficient: str | None
) -> None:
    """Whatever meters counted, and however a bill is divided."""
    main, one, two, three, common = (
        [
            replace(row(f"2026-01-{16 + day % 15:02}T00:00", band, "0"), amount=amount)
            for day, band, amount in amounts
        ]
        for amounts in used
    )
    found = divide(
        house(
            supply=supply(PEAK_OFF_PEAK, main, "2026-01-16/2026-02-16"),
            own={"anna": one, VACANT: two, "dan": three},
            common={"stairs": common},
            coefficient=Decimal(coefficient) if coefficient else None,
        )
    )
    check(found)


def test_a_key_by_own_use() -> None:
    """Flats that nobody lived in bear their part, and less than nothing is nothing."""
    found = divide(house(key=Key(kind=KeyKind.CONSUMPTION)))
    check(found)
    used = {name: part.amount for name, part in found.own.items() if part.amount}
    assert {name: each.weight for name, each in found.shared.items() if each.weight} == {
        name: Decimal(amount) / KWH for name, amount in used.items()
    }
    assert VACANT in used
    own = {
        "anna": [row("2026-01-17T08:00", "peak", "-5")],
        "dan": [row("2026-01-17T08:00", "peak", "5")],
    }
    found = divide(house(key=Key(kind=KeyKind.CONSUMPTION), own=own))
    check(found)
    assert {name: str(each.weight) for name, each in found.shared.items() if each.weight} == {
        "dan": "5"
    }

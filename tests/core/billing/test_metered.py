"""Lines that follow use: curves, gas by its energy, tiers, and what has no price."""

from decimal import Decimal

import pytest

from custom_components.ecom.core.billing.bill import bill
from custom_components.ecom.core.billing.lines import Line, Unit, Unpriced
from custom_components.ecom.core.tariffs.model import (
    ALWAYS,
    UNKNOWN_BAND,
    Adder,
    Contract,
    Dynamic,
    Energy,
    Fluid,
    Per,
    Tiered,
    Version,
)
from tests.core.billing.supplies import (
    PlainPricing,
    contract,
    d,
    local,
    nets,
    row,
    series,
    supply,
)

SPOT = contract(Dynamic(key="spot", curve="day_ahead"))
PRICES = {
    local("2026-01-02T00:00"): Decimal("0.10"),
    local("2026-01-02T01:00"): Decimal("-0.02"),
    local("2026-01-03T00:00"): Decimal("0.075"),
}


def spot(
    *rows: tuple[str, str], provisional: bool = False
) -> tuple[tuple[Line, ...], tuple[Unpriced, ...]]:
    """Return the lines, and what is not priced, of amounts at the prices above."""
    pricing = PlainPricing(contract=SPOT, curve=PRICES, provisional=provisional)
    usage = [row(start, ALWAYS, amount) for start, amount in rows]
    made = bill(supply(SPOT, usage, pricing=pricing))
    return made.lines, made.unpriced


def test_a_curve_is_one_line_at_its_mean_price() -> None:
    """The amount is exact, whatever the mean price is rounded to."""
    lines, _ = spot(("2026-01-02T00:00", "1"), ("2026-01-02T01:00", "3"), ("2026-01-03T00:00", "7"))
    assert nets(lines) == ["0.57"]  # 0.10 - 0.06 + 0.525 = 0.565
    line = lines[0]
    assert (line.quantity, line.unit_price, line.mean) == (
        Decimal(11), Decimal("0.051364"), True,
    )  # fmt: skip
    assert (line.since, line.until) == (d("2026-01-01"), d("2026-02-01"))
    assert line.basis.key == "basis_mean"
    assert not line.provisional


def test_a_price_that_may_change_makes_the_line_provisional() -> None:
    """One of many is enough."""
    lines, _ = spot(("2026-01-02T00:00", "1"), provisional=True)
    assert lines[0].provisional


def test_hours_without_a_price_are_not_priced_at_the_next_one() -> None:
    """They are named with their quantity."""
    lines, unpriced = spot(("2026-01-02T00:00", "1"), ("2026-01-09T00:00", "2"))
    assert nets(lines) == ["0.10"]
    assert unpriced == (
        Unpriced(component="spot", label="spot", quantity=Decimal(2), unit=Unit.KWH),
    )


def test_amounts_that_cancel_out_have_no_mean_price() -> None:
    """Their money does not cancel out."""
    lines, _ = spot(("2026-01-02T00:00", "2"), ("2026-01-02T01:00", "-2"))
    assert (nets(lines), lines[0].quantity, lines[0].unit_price) == (
        ["0.24"], Decimal(0), Decimal(0),
    )  # fmt: skip


def test_a_band_that_is_not_known_has_no_price() -> None:
    """What is charged in all bands is charged all the same."""
    of = contract(
        Energy(key="energy", prices={"peak": series("0.2")}),
        Adder(key="excise", series=series("0.03")),
        labels={UNKNOWN_BAND: "?"},
    )
    usage = [
        row("2026-01-02T00:00", UNKNOWN_BAND, "3"),
        row("2026-01-02T01:00", UNKNOWN_BAND, "4"),
        row("2026-01-02T02:00", "peak", "0"),
    ]
    made = bill(supply(of, usage))
    assert nets(made.lines) == ["0.21"]
    assert made.unpriced == (
        Unpriced(
            component="energy", label="energy", quantity=Decimal(7), unit=Unit.KWH,
            band=UNKNOWN_BAND, band_label="?",
        ),
    )  # fmt: skip


def test_the_source_of_a_price_and_that_it_is_derived_are_on_its_line() -> None:
    """Two prices that are equal but found elsewhere are two lines."""
    one = Version(value=Decimal("0.03"), until=d("2026-01-10"), source="decree", derived=True)
    other = Version(value=Decimal("0.03"), since=d("2026-01-10"), source="supplier")
    of = contract(Adder(key="excise", series=(one, other)))
    usage = [row("2026-01-02T00:00", ALWAYS, "100"), row("2026-01-12T00:00", ALWAYS, "100")]
    found = [(line.source, line.derived) for line in bill(supply(of, usage)).lines]
    assert found == [("decree", True), ("supplier", False)]


def gas(**more: object) -> Contract:
    """Return a contract for gas at 0.10 per unit."""
    energy = Energy(key="energy", prices={ALWAYS: series("0.10")})
    return contract(energy, fluid=Fluid.GAS, **more)


def test_gas_is_priced_by_its_energy_and_its_volume_is_stated() -> None:
    """The coefficient changes within the line; before the first one nothing is known."""
    of = gas(coefficient=series(("2026-01-05", "11"), ("2026-01-15", "11.2")))
    usage = [
        row("2026-01-02T00:00", ALWAYS, "7"),
        row("2026-01-06T00:00", ALWAYS, "10"),
        row("2026-01-16T00:00", ALWAYS, "30"),
    ]
    made = bill(supply(of, usage))
    line = made.lines[0]
    assert (nets(made.lines), line.quantity, line.unit) == (
        ["44.60"], Decimal(446), Unit.KWH,
    )  # fmt: skip
    assert line.basis.values == {"volume": "40.000000", "coefficient": "11.1500"}
    assert made.unpriced == (
        Unpriced(component="energy", label="energy", quantity=Decimal(7), unit=Unit.M3),
    )


@pytest.mark.parametrize(
    ("fluid", "unit"),
    [(Fluid.GAS, Unit.M3), (Fluid.HOT_WATER, Unit.M3), (Fluid.HEAT, Unit.KWH)],
)
def test_units_are_those_of_the_fluid(fluid: Fluid, unit: Unit) -> None:
    """Gas without a coefficient is priced by volume."""
    energy = Energy(key="energy", prices={ALWAYS: series("2")})
    made = bill(supply(contract(energy, fluid=fluid), [row("2026-01-02T00:00", ALWAYS, "3")]))
    assert (made.lines[0].unit, nets(made.lines)) == (unit, ["6.00"])


def tiered(**more: object) -> Tiered:
    """Return a price in three tiers, as one town has for its water."""
    values: dict[str, object] = {
        "key": "water",
        "tiers": (
            (Decimal(80), series("1")), (Decimal(200), series("2")), (None, series("4")),
        ),
        **more,
    }  # fmt: skip
    return Tiered(**values)  # type: ignore[arg-type]  # the fields are those of the component


def water(
    component: Tiered, *used: tuple[str, str], before: str = "0", **more: str
) -> list[tuple[str, str, int]]:
    """Return quantity, amount and tier of each line."""
    made = bill(
        supply(
            contract(component, fluid=Fluid.COLD_WATER),
            [row(start, ALWAYS, amount) for start, amount in used],
            more.get("days", "2026-01-01/2026-03-01"),
            used_before={"water": Decimal(before)},
        )
    )
    return [
        (str(line.quantity), str(line.net), int(line.basis.values["tier"])) for line in made.lines
    ]


def test_each_tier_is_a_line_of_its_own() -> None:
    """One reading can be in three of them."""
    found = water(tiered(), ("2026-01-02T00:00", "130"), ("2026-02-02T00:00", "90.5"))
    assert found == [("80", "80.00", 1), ("120", "240.00", 2), ("20.5", "82.00", 3)]


def test_what_was_used_before_has_filled_its_tier() -> None:
    """Eighty of the first tier and twenty of the second were."""
    assert water(tiered(), ("2026-01-02T00:00", "110"), before="100") == [
        ("100", "200.00", 2), ("10", "40.00", 3),
    ]  # fmt: skip


def test_a_tier_ends_at_its_bound() -> None:
    """The bound itself is within."""
    assert water(tiered(), ("2026-01-02T00:00", "80")) == [("80", "80.00", 1)]
    whole = tiered(marginal=False)
    assert water(whole, ("2026-01-02T00:00", "80")) == [("80", "80.00", 1)]


def test_a_correction_leaves_the_tiers_that_it_had_filled() -> None:
    """What was counted too much is taken back at the price at which it was charged."""
    found = water(tiered(), ("2026-01-02T00:00", "90"), ("2026-01-03T00:00", "-15"))
    assert found == [("75", "75.00", 1)]


def test_bounds_are_for_each_dwelling() -> None:
    """Three dwellings may use three times as much."""
    found = water(tiered(dwellings=3), ("2026-01-02T00:00", "250"))
    assert found == [("240", "240.00", 1), ("10", "20.00", 2)]


def test_the_tier_that_is_reached_can_price_everything() -> None:
    """With what was used before, which stays as it was charged."""
    found = water(
        tiered(marginal=False), ("2026-01-02T00:00", "5"), ("2026-02-02T00:00", "6"), before="70"
    )
    assert found == [("11", "22.00", 2)]


def test_a_cycle_that_begins_within_the_period_begins_with_the_first_tier() -> None:
    """And its lines are its own."""
    found = water(
        tiered(anchor=(2, 1)),
        ("2026-01-02T00:00", "1"),
        ("2026-02-02T00:00", "79"),
        before="100",
    )
    assert found == [("1", "2.00", 2), ("79", "79.00", 1)]


@pytest.mark.parametrize(
    ("per", "lines"),
    [(Per.MONTH, [("70", "70.00", 1), ("80", "80.00", 1), ("20", "40.00", 2)]),
     (Per.DAY, [("150", "150.00", 1), ("20", "40.00", 2)])],
)  # fmt: skip
def test_cycles_of_months_and_days(per: Per, lines: list[tuple[str, str, int]]) -> None:
    """The lines of days are put together."""
    used = (("2026-01-02T00:00", "70"), ("2026-02-02T00:00", "100"))
    assert water(tiered(per=per), *used) == lines


def test_a_tier_changes_its_price_on_its_day() -> None:
    """And has none before the first."""
    tier = (None, series(("2026-01-10", "1"), ("2026-01-20", "2")))
    made = bill(
        supply(
            contract(tiered(tiers=(tier,)), fluid=Fluid.COLD_WATER),
            [row(f"2026-01-{day:02}T00:00", ALWAYS, "10") for day in (5, 15, 25)],
        )
    )
    assert nets(made.lines) == ["10.00", "20.00"]
    assert [each.quantity for each in made.unpriced] == [10]


def test_tiers_of_gas_need_its_energy() -> None:
    """Without the coefficient there is no tier."""
    of = contract(tiered(), fluid=Fluid.GAS, coefficient=series(("2026-01-10", "10")))
    usage = [row("2026-01-02T00:00", ALWAYS, "3"), row("2026-01-12T00:00", ALWAYS, "9")]
    made = bill(supply(of, usage))
    assert nets(made.lines) == ["80.00", "20.00"]
    assert [(each.quantity, each.unit) for each in made.unpriced] == [(Decimal(3), Unit.M3)]

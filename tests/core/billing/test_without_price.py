"""How much of what was used lacks a price, whatever of its price that is."""

from decimal import Decimal

import pytest

from custom_components.ecom.core.billing.bill import bill
from custom_components.ecom.core.billing.lines import Unit, Unpriced
from custom_components.ecom.core.tariffs.model import (
    ALWAYS,
    Adder,
    Component,
    Dynamic,
    Energy,
    Fluid,
    Per,
    Standing,
    Tiered,
    Version,
)
from tests.core.billing.supplies import contract, d, row, supply

LATE = (Version(value=Decimal("0.1"), since=d("2026-01-10")),)
ALL = (Version(value=Decimal("0.1")),)


@pytest.mark.parametrize(
    ("component", "lacks"),
    [
        (Energy(key="energy", schedule="", prices={ALWAYS: LATE}), True),
        (Energy(key="energy", schedule="", prices={ALWAYS: ALL}), False),
        (Adder(key="adder", series=LATE), True),
        (Dynamic(key="spot", curve="none"), True),
        (Tiered(key="tiers", per=Per.YEAR, tiers=((None, LATE),)), True),
        (Tiered(key="tiers", per=Per.YEAR, tiers=((None, ALL),)), False),
        (Standing(key="standing", series=LATE, per=Per.MONTH), False),
    ],
)
def test_a_row_without_a_price(component: Component, *, lacks: bool) -> None:
    """Of one component is one without; what is charged by time has nothing to do with it."""
    usage = [row("2026-01-02T00:00", ALWAYS, "3"), row("2026-01-12T00:00", ALWAYS, "5")]
    of = contract(component)
    made = bill(supply(of, usage if not isinstance(component, Dynamic) else usage[:1]))
    assert made.without_price == (3_000_000 if lacks else 0)


def test_gas_whose_energy_is_not_known() -> None:
    """Is without a price, too."""
    of = contract(
        Energy(key="energy", schedule="", prices={ALWAYS: ALL}), fluid=Fluid.GAS, coefficient=LATE
    )
    made = bill(supply(of, [row("2026-01-02T00:00", ALWAYS, "3")]))
    assert made.without_price == 3_000_000


@pytest.mark.parametrize(
    ("quantity", "unit", "is_usage"),
    [("1", Unit.KWH, True), ("1", Unit.M3, True), ("0", Unit.KWH, False), ("1", Unit.DAY, False)],
)
def test_what_was_used(quantity: str, unit: Unit, *, is_usage: bool) -> None:
    """Is counted in kWh or m³; days and sums of other lines are something else."""
    each = Unpriced(component="x", label="x", quantity=Decimal(quantity), unit=unit)
    assert each.is_usage is is_usage

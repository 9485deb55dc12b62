"""Bills: each line to the cent, in an order that can be read, and nothing priced by guess."""

from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.ecom.core.billing.bill import bill
from custom_components.ecom.core.billing.lines import Rate, Unit, Unpriced
from custom_components.ecom.core.billing.usage import Quality, Tally
from custom_components.ecom.core.tariffs.model import (
    Adder,
    Contract,
    Direction,
    Energy,
    Manual,
    Minimum,
    Per,
    Percent,
    Proration,
    Standing,
    Tax,
)
from tests.core.billing.supplies import (
    GOLDEN_USAGE,
    KWH,
    PEAK_OFF_PEAK,
    contract,
    d,
    nets,
    row,
    series,
    supply,
)

FLAT = Energy(key="energy", prices={"all": series("0.20")})


def test_the_golden_bill_comes_out_to_the_cent() -> None:
    """Thirty-one days over a change of price, VAT once on the sum of the rounded lines."""
    made = bill(supply(PEAK_OFF_PEAK, GOLDEN_USAGE, "2026-01-16/2026-02-16"))
    assert nets(made.lines) == [
        "5.94", "43.02", "15.95", "1.00", "13.49",
        "5.82", "39.54", "14.10", "0.63", "12.96",
    ]  # fmt: skip
    assert (str(made.net), str(made.tax), str(made.gross)) == ("152.45", "30.49", "182.94")
    assert len(made.taxes) == 1
    assert made.unpriced == ()
    assert made.quality == {Quality.MEASURED: Tally(rows=4, amount=870 * KWH)}
    first = made.lines[0]
    assert (first.basis.key, first.basis.values) == (
        "basis_days",
        {"price": "135.60", "per": "year", "days": "16", "of": "365"},
    )
    assert (first.since, first.until) == (d("2026-01-16"), d("2026-02-01"))
    assert [line.band for line in made.lines[:5]] == [None, "peak", "off_peak", None, None]


def test_a_bill_that_is_made_again_is_the_same() -> None:
    """In whatever order its rows come."""
    one = supply(PEAK_OFF_PEAK, GOLDEN_USAGE, "2026-01-16/2026-02-16")
    other = replace(one, usage=tuple(reversed(GOLDEN_USAGE)))
    assert bill(one) == bill(one) == bill(other)


def test_rows_outside_of_the_period_are_in_another_bill() -> None:
    """Days are those of the contract's zone."""
    rows = [
        row("2025-12-31T23:45", "all", "1"),
        row("2026-01-01T00:00", "all", "2", bound=Decimal("0.01")),
        row("2026-02-01T00:00", "all", "4"),
    ]
    made = bill(supply(contract(FLAT), rows))
    assert (made.amount, nets(made.lines), made.bound) == (2 * KWH, ["0.40"], Decimal("0.01"))


def test_a_price_changes_at_its_hour() -> None:
    """The night before belongs to the price of the day before, and both days are named."""
    of = contract(
        Energy(key="energy", prices={"all": series(("2025-01-01", "1"), ("2026-01-10", "2"))}),
        price_change_at=time(6),
    )
    rows = [row("2026-01-10T05:00", "all", "1"), row("2026-01-10T06:00", "all", "1")]
    made = bill(supply(of, rows))
    assert [(str(line.net), line.since, line.until) for line in made.lines] == [
        ("1.00", d("2026-01-01"), d("2026-01-11")),
        ("2.00", d("2026-01-10"), d("2026-02-01")),
    ]
    assert made.lines[0].end == made.lines[1].start


def test_a_price_that_changes_where_the_period_begins() -> None:
    """The first hours of the first day are still at the price before."""
    of = contract(
        Energy(key="energy", prices={"all": series(("2025-01-01", "1"), ("2026-01-01", "2"))}),
        price_change_at=time(6),
    )
    made = bill(supply(of, [row("2026-01-01T05:00", "all", "1")]))
    assert [(str(line.net), line.since, line.until) for line in made.lines] == [
        ("1.00", d("2026-01-01"), d("2026-01-02"))
    ]


def test_taxes_change_by_the_days_of_lines() -> None:
    """A line is cut where the rate of its tax changes, and each rate is rounded once."""
    of = contract(
        Standing(key="standing", series=series("365")),
        taxes=(Tax(key="vat", series=series(("", "0.055"), ("2026-01-16", "0.2")),
                   of=("standing",)),),
    )  # fmt: skip
    made = bill(supply(of))
    assert nets(made.lines) == ["15.00", "16.00"]
    assert [(str(tax.rate), str(tax.base), str(tax.amount)) for tax in made.taxes] == [
        ("0.055", "15.00", "0.83"),
        ("0.2", "16.00", "3.20"),
    ]
    assert made.gross == Decimal("35.03")


def test_a_component_can_bear_two_taxes_and_another_none() -> None:
    """Gross is net and all taxes."""
    of = contract(
        FLAT,
        Adder(key="credit", series=series("-0.05")),
        taxes=(
            Tax(key="vat", series=series("0.2"), of=("energy",)),
            Tax(key="city", series=series("0.01"), of=("energy",)),
        ),
    )
    made = bill(supply(of, [row("2026-01-02T00:00", "all", "100")]))
    assert nets(made.lines) == ["20.00", "-5.00"]
    assert made.lines[0].taxes == (
        Rate(key="vat", rate=Decimal("0.2")),
        Rate(key="city", rate=Decimal("0.01")),
    )
    assert [tax.key for tax in made.taxes] == ["vat", "city"]
    assert (made.net, made.tax, made.gross) == (Decimal(15), Decimal("4.20"), Decimal("19.20"))


def test_a_tax_whose_rate_is_not_known_is_said_to_be_missing() -> None:
    """It is in no total."""
    tax = Tax(key="vat", series=series(("2027-01-01", "0.2")), of=("energy",))
    made = bill(supply(contract(FLAT, taxes=(tax,)), [row("2026-01-02T00:00", "all", "5")]))
    assert made.gross == Decimal("1.00")
    assert made.unpriced == (
        Unpriced(component="vat", label="vat", quantity=Decimal("1.00"), unit=Unit.MONEY),
    )


def test_standing_charges_are_those_of_the_contract_alone() -> None:
    """A contract that begins or ends within a period is charged for its own days."""
    standing = Standing(key="standing", series=series("1"), per=Per.DAY)
    begun = bill(supply(contract(standing, since=d("2026-01-30"))))
    ended = bill(supply(contract(standing, until=d("2026-01-05"))))
    over = bill(supply(contract(standing, until=d("2025-01-05"))))
    assert (nets(begun.lines), nets(ended.lines), nets(over.lines)) == (["2.00"], ["4.00"], [])


def test_a_standing_charge_without_a_price_is_not_free() -> None:
    """Its days are named."""
    standing = Standing(key="standing", series=series(("2026-01-11", "365")))
    made = bill(supply(contract(standing, labels={"standing": "Abo"})))
    assert nets(made.lines) == ["21.00"]
    assert made.lines[0].label == "Abo"
    assert made.unpriced == (
        Unpriced(component="standing", label="Abo", quantity=Decimal(10), unit=Unit.DAY),
    )


@pytest.mark.parametrize(
    ("per", "proration", "days", "net", "basis"),
    [
        (Per.DAY, Proration.DAYS_365, "2026-01-01/2026-02-01", ["961.00"], "basis_standing"),
        (Per.YEAR, Proration.DAYS_365, "2026-01-01/2026-02-01", ["2.63"], "basis_days"),
        (Per.YEAR, Proration.DAYS_366, "2026-01-01/2026-02-01", ["2.63"], "basis_days"),
        (Per.YEAR, Proration.BILLING_YEAR, "2027-12-01/2028-02-01", ["5.26"], "basis_standing"),
        (Per.YEAR, Proration.CALENDAR_MONTH, "2026-01-01/2026-03-01", ["5.17"], "basis_standing"),
        (Per.MONTH, Proration.CALENDAR_MONTH, "2026-01-16/2026-02-16", ["32.61"],
         "basis_standing"),
        (Per.MONTH, Proration.DAYS_365, "2026-01-01/2026-02-01", ["31.59"], "basis_standing"),
        (Per.MONTH, Proration.WHOLE, "2026-01-16/2026-02-16", ["31.00"], "basis_standing"),
        (Per.YEAR, Proration.WHOLE, "2026-01-16/2026-02-16", [], ""),
    ],
)  # fmt: skip
def test_prorations_of_31_per_time(
    per: Per, proration: Proration, days: str, net: list[str], basis: str
) -> None:
    """By hand: 31/365, 31/366, 31/365 + 31/366, two twelfths, 16/31 + 15/28, 12 * 31/365."""
    standing = Standing(key="standing", series=series("31"), per=per, proration=proration)
    made = bill(supply(contract(standing), days=days))
    assert nets(made.lines) == net
    assert all(line.basis.key == basis for line in made.lines)


def test_a_percentage_is_reckoned_on_rounded_lines_before_it() -> None:
    """Where its rate changes, the lines that it is reckoned on are cut, too."""
    of = contract(
        FLAT,
        Percent(
            key="discount", of=("energy",), series=series(("", "-0.1"), ("2026-01-11", "-0.2")),
        ),
        Percent(key="levy", of=("energy", "discount"), series=series("0.01")),
    )  # fmt: skip
    rows = [row("2026-01-02T00:00", "all", "100"), row("2026-01-12T00:00", "all", "200")]
    made = bill(supply(of, rows))
    assert [(line.component, str(line.net)) for line in made.lines] == [
        ("energy", "20.00"), ("discount", "-2.00"), ("levy", "0.50"),
        ("energy", "40.00"), ("discount", "-8.00"),
    ]  # fmt: skip
    assert made.lines[1].basis.values == {"rate": "-0.1", "base": "20.00"}
    assert (made.lines[1].unit, made.lines[1].per) == (Unit.MONEY, Unit.MONEY)


def test_a_percentage_of_nothing_is_no_line_and_an_unknown_rate_is_named() -> None:
    """The rate is known from the eleventh on."""
    of = contract(FLAT, Percent(key="levy", of=("energy",), series=series(("2026-01-11", "0.1"))))
    made = bill(supply(of, [row("2026-01-02T00:00", "all", "100")]))
    assert nets(made.lines) == ["20.00"]
    assert made.unpriced == (
        Unpriced(component="levy", label="levy", quantity=Decimal("20.00"), unit=Unit.MONEY),
    )


def test_a_minimum_holds_for_each_month_on_its_own() -> None:
    """Much use in February does not make up for little in January."""
    of = contract(FLAT, Minimum(key="minimum", of=("energy",), series=series("20")))
    rows = [row("2026-01-02T00:00", "all", "25"), row("2026-02-12T00:00", "all", "200")]
    made = bill(supply(of, rows, "2026-01-01/2026-03-01"))
    assert [(line.component, str(line.net), line.since) for line in made.lines] == [
        ("energy", "5.00", d("2026-01-01")),
        ("minimum", "15.00", d("2026-01-01")),
        ("energy", "40.00", d("2026-02-01")),
    ]
    assert (made.lines[1].per, made.lines[1].of) == (Unit.MONTH, ("energy",))


def test_a_minimum_without_a_price_is_named() -> None:
    """It is not nothing."""
    minimum = Minimum(key="minimum", of=("energy",), series=series(("2027-01-01", "20")))
    made = bill(supply(contract(FLAT, minimum)))
    assert [each.component for each in made.unpriced] == ["minimum"]


def test_amounts_typed_from_a_bill_are_charged_on_their_day() -> None:
    """One that is on the first day of the next period is in the next bill."""
    amounts = series(
        ("", "1"), ("2025-12-31", "2"), ("2026-01-01", "4"), ("2026-01-31", "-8.005"),
        ("2026-02-01", "16"),
    )  # fmt: skip
    made = bill(supply(contract(Manual(key="service", series=amounts))))
    assert nets(made.lines) == ["4.00", "-8.01"]


def test_what_is_fed_in_is_a_bill_in_the_other_direction() -> None:
    """Its amounts are what is earned."""
    of = contract(FLAT, direction=Direction.EXPORT)
    made = bill(supply(of, [row("2026-01-02T00:00", "all", "100")]))
    assert (made.direction, made.gross) == (Direction.EXPORT, Decimal("20.00"))


USED = st.tuples(
    st.integers(0, 31 * 24 - 1), st.sampled_from(["peak", "off_peak"]), st.integers(0, 40 * KWH)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(USED, max_size=30))
def test_a_bill_adds_up(used: list[tuple[int, str, int]]) -> None:
    """Gross is net and tax, no energy is lost, and each line can be reckoned again."""
    rows = [
        replace(row(f"2026-01-{hour // 24 + 1:02}T{hour % 24:02}:00", band, "0"), amount=amount)
        for hour, band, amount in used
    ]
    made = bill(supply(PEAK_OFF_PEAK, rows))
    assert made.gross == made.net + made.tax
    assert made.net == sum((line.net for line in made.lines), Decimal(0))
    excise = [line.quantity for line in made.lines if line.component == "excise"]
    assert sum(excise) * KWH == made.amount == sum(amount for _, _, amount in used)
    for line in made.lines:
        if line.unit is Unit.KWH:
            assert abs(line.net - line.quantity * line.unit_price) <= Decimal("0.005")


def test_contracts_are_not_needed_to_read_a_bill() -> None:
    """It names its contract, fluid and currency."""
    of: Contract = contract(FLAT, currency="CHF", zone="Europe/Zurich")
    made = bill(supply(of))
    assert (made.contract, made.currency, made.gross) == ("main", "CHF", Decimal(0))
    assert not made.lines

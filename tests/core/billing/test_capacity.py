"""Capacity: the highest quarter-hours of twelve months, or the power that was subscribed."""

from datetime import date
from decimal import Decimal

from custom_components.ecom.core.billing.bill import bill
from custom_components.ecom.core.billing.lines import Bill
from custom_components.ecom.core.tariffs.model import Basis, Capacity
from tests.core.billing.supplies import contract, d, nets, series, supply

PEAKS = {
    d(f"{month}-01"): Decimal(kw)
    for month, kw in {
        "2025-02": "2.1", "2025-03": "1.8", "2025-04": "2.4", "2025-05": "5.0",
        "2025-06": "6.2", "2025-07": "4.8", "2025-08": "3.9", "2025-09": "4.4",
        "2025-10": "7.1", "2025-11": "5.3", "2025-12": "4.9", "2026-01": "4.372",
    }.items()
}  # fmt: skip
"""Three months below the least of 2.5 kW: 3 * 2.5 + 45.972 = 53.472, a mean of 4.456 kW."""


def flanders(
    peaks: dict[date, Decimal], days: str = "2026-01-01/2026-02-01", **more: object
) -> Bill:
    """Return what a network charges for power."""
    values: dict[str, object] = {
        "key": "capacity", "series": series("40.4"), "floor_kw": Decimal("2.5"), **more,
    }  # fmt: skip
    component = Capacity(**values)  # type: ignore[arg-type]  # the fields are those of it
    return bill(supply(contract(component), days=days, peaks=peaks))


def test_the_mean_of_twelve_peaks_by_hand() -> None:
    """4.456 kW * 40.4 = 180.0224 a year, of which 31 days are 15.2896."""
    made = flanders({d("2024-12-01"): Decimal(99), d("2026-02-01"): Decimal(99), **PEAKS})
    assert nets(made.lines) == ["15.29"]
    line = made.lines[0]
    assert str(line.quantity) == "4.456"
    assert line.basis.values["months"] == "12"
    assert made.notes == ()


def test_a_year_of_peaks_costs_a_year() -> None:
    """The twelve months are those that end with the period."""
    assert nets(flanders(PEAKS, "2025-02-01/2026-02-01").lines) == ["180.02"]


def test_fewer_months_are_a_mean_of_those_and_a_note() -> None:
    """(2.5 + 4.372) / 2 = 3.436 kW."""
    made = flanders({d("2025-02-01"): Decimal(1), d("2026-01-01"): Decimal("4.372")})
    assert str(made.lines[0].quantity) == "3.436"
    assert [(note.key, note.values) for note in made.notes] == [
        ("note_few_months", {"known": "2", "months": "12"})
    ]


def test_no_peak_is_no_price() -> None:
    """Nothing is guessed."""
    made = flanders({})
    assert [each.quantity for each in made.unpriced] == [31]
    assert not made.lines


def test_no_price_is_no_price() -> None:
    """It is known from the eleventh on."""
    made = flanders(PEAKS, series=series(("2026-01-11", "36.5")))
    assert [each.quantity for each in made.unpriced] == [10]
    assert nets(made.lines) == ["9.36"]  # 4.456 * 36.5 * 21 / 365 = 9.3576


def test_each_month_can_have_its_own_peak() -> None:
    """A line per month, of its own days."""
    peaks = {d("2026-01-01"): Decimal(10), d("2026-02-01"): Decimal(1)}
    made = flanders(peaks, "2026-01-16/2026-03-16", basis=Basis.MONTH_PEAK, series=series("36.5"))
    assert nets(made.lines) == ["16.00", "7.00"]  # 10 * 0.1 * 16 and 2.5 * 0.1 * 28
    assert [each.quantity for each in made.unpriced] == [15]
    assert made.notes == ()


def test_a_subscribed_power_needs_no_peak() -> None:
    """6 kW at 36.5 for 31 days."""
    made = flanders({}, basis=Basis.SUBSCRIBED, subscribed_kw=Decimal(6), series=series("36.5"))
    assert nets(made.lines) == ["18.60"]
    assert made.lines[0].basis.key == "basis_capacity"

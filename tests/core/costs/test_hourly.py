"""Sums from hour to hour."""

from custom_components.ecom.core.costs.hourly import HourSum, hour_sums
from custom_components.ecom.core.costs.rows import HOUR_MS, Row, Totals


def hour(number: int, amount: int, money: int) -> HourSum:
    """Return the sums at the end of an hour."""
    return HourSum(start=number * HOUR_MS, amount=amount, money=money)


def test_sums_go_on() -> None:
    """Over all bands of an hour, and through hours in which nothing was counted."""
    rows = {
        (180, "peak"): Row(amount=1, money=5),
        (190, "off_peak"): Row(amount=2, money=1),
        (300, "peak"): Row(amount=4, money=3),
    }
    assert [*hour_sums(rows, Totals(amount=100, money=10))] == [
        hour(3, 103, 16),
        hour(4, 103, 16),
        hour(5, 107, 19),
    ]


def test_no_rows_have_no_sums() -> None:
    """Whatever lies before."""
    assert [*hour_sums({}, Totals(amount=1))] == []


def test_hours_of_which_something_was_said() -> None:
    """Have sums, before the first row and after the last one, and where there is none at all."""
    rows = {(180, "all"): Row(amount=1, money=5)}
    told = 2 * HOUR_MS, 4 * HOUR_MS
    before = Totals(amount=7, money=2)
    assert [*hour_sums(rows, before, told)] == [hour(2, 7, 2), hour(3, 8, 7), hour(4, 8, 7)]
    assert [*hour_sums({}, before, told)] == [hour(number, 7, 2) for number in (2, 3, 4)]

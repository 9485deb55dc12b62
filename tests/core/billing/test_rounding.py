"""Money is rounded half up, away from zero, and numbers are shown without idle zeros."""

from decimal import Decimal
from fractions import Fraction

import pytest

from custom_components.ecom.core.billing.rounding import decimal, half_up, to_cents


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("15.945", "15.95"), ("-15.945", "-15.95"), ("0.004", "0.00"), ("1.0049", "1.00")],
)
def test_half_a_cent_goes_away_from_zero(value: str, rounded: str) -> None:
    """A credit is rounded as the charge is that it takes back."""
    assert str(half_up(Decimal(value))) == rounded
    assert half_up(Fraction(value)) == half_up(Decimal(value))


def test_a_third_of_a_euro_is_exact_until_it_is_rounded() -> None:
    """No digits are lost on the way."""
    assert to_cents(Fraction(10**30, 3) * 3) == 10**32


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(2, 3), 3, "0.667"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(1200), 2, "1200"),
        (Fraction(5, 2), 4, "2.5"),
    ],
)
def test_numbers_are_shown_short(value: Fraction, places: int, shown: str) -> None:
    """With no exponent, whatever their size."""
    assert str(decimal(value, places)) == shown

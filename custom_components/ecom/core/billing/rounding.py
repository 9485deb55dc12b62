"""Money rounded once, half up, to the hundredth of its unit."""

from decimal import Decimal
from fractions import Fraction
from math import floor


def to_cents(value: Fraction | Decimal) -> int:
    """Return money as whole cents; half a cent goes away from zero."""
    cents = floor(abs(Fraction(value)) * 100 + Fraction(1, 2))
    return -cents if value < 0 else cents


def from_cents(cents: int) -> Decimal:
    """Return whole cents as money with two decimals."""
    return Decimal(cents).scaleb(-2)


def half_up(value: Fraction | Decimal) -> Decimal:
    """Return money rounded to the cent."""
    return from_cents(to_cents(value))


def decimal(value: Fraction, places: int) -> Decimal:
    """Return a fraction as a number to be shown, half up, without zeros at its end."""
    scaled = floor(abs(value) * 10**places + Fraction(1, 2))
    shown = Decimal(scaled).scaleb(-places).normalize()
    plain = shown.quantize(Decimal(1)) if shown == shown.to_integral_value() else shown
    return -plain if value < 0 else plain

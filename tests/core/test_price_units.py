"""Units of prices: what makes a price per kWh or m³ of each, and what is no price."""

from decimal import Decimal

import pytest

from custom_components.ecom.core.price_units import scale_of


@pytest.mark.parametrize(
    ("unit", "currency", "scale"),
    [
        (None, "EUR", "1"),
        ("", "EUR", "1"),
        ("EUR/kWh", "EUR", "1"),
        ("€/kWh", "EUR", "1"),
        ("€ / kWh", "EUR", "1"),
        ("Euro/kWh", "EUR", "1"),
        ("ct/kWh", "EUR", "0.01"),
        ("cts/kWh", "EUR", "0.01"),
        ("c€/kWh", "EUR", "0.01"),
        ("ct€/kWh", "EUR", "0.01"),
        ("€ct/kWh", "EUR", "0.01"),
        ("EUR cent/kWh", "EUR", "0.01"),
        ("eurocents/kWh", "EUR", "0.01"),
        ("¢/kWh", "USD", "0.01"),
        ("$/kWh", "USD", "1"),
        ("c$/kWh", "USD", "0.01"),
        ("Rp/kWh", "CHF", "0.01"),
        ("Fr./kWh", "CHF", "1"),
        ("p/kWh", "GBP", "0.01"),
        ("£/kWh", "GBP", "1"),
        ("öre/kWh", "SEK", "0.01"),
        ("SEK/kWh", "SEK", "1"),
        ("MXN/kWh", "MXN", "1"),
        ("EUR/MWh", "EUR", "0.001"),
        ("€/m³", "EUR", "1"),
    ],
)
def test_units_of_prices(unit: str | None, currency: str, scale: str) -> None:
    """Whatever the unit, it becomes a price per kWh or m³."""
    assert scale_of(unit, currency) == Decimal(scale)


@pytest.mark.parametrize(
    "unit",
    [
        *("kWh", "EUR", "EUR/h", "%", "/kWh", 5),
        *("USD/kWh", "$/kWh", "£/kWh", "CHF/kWh", "Rp/kWh", "p/kWh", "c$/kWh"),
        *("kW/kWh", "g/kWh", "price/kWh"),
    ],
)
def test_what_is_no_price_in_euros(unit: object) -> None:
    """Another unit, another currency, or a word that nobody knows."""
    assert scale_of(unit, "EUR") is None

"""Dates and numbers as a person types them."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from .findings import error

LARGEST_PRICE: Final = Decimal(10_000)
"""No unit costs more than this in any currency that is used: beyond it a number is a mistake."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,12})?")


_CURRENCY: Final = re.compile(
    r"(?<=[0-9])\s*(?:€|\$|£|eur|euros?|chf|usd|gbp|sek|nok|dkk|pln)"
    r"(?:\s*/\s*(?:kwh|m³|m3))?(?=[\s;]|$)",
    re.IGNORECASE,
)
"""A currency after a number; a price per anything but a kWh or m³ is not passed over."""


def without_currency(text: str) -> str:
    """Return a line without the currencies after its numbers: ``0.1952 €`` is a number."""
    return _CURRENCY.sub("", text)


def date_of(text: str, line: int) -> date:
    """Return a date such as ``2026-12-01``; raises ``ContractError`` that names the line."""
    try:
        return date.fromisoformat(text)
    except ValueError as err:
        raise error("typed_date", line=line, text=text) from err


def is_date(text: str) -> bool:
    """Return whether a text looks like a date."""
    return _DATE.fullmatch(text) is not None


def number_of(text: str, line: int) -> Decimal:
    """Return a number with a point or a comma; raises ``ContractError`` that names the line."""
    if _NUMBER.fullmatch(text) is None:
        raise error("typed_number", line=line, text=text)
    return Decimal(text.replace(",", "."))


def price_of_unit(text: str, line: int) -> Decimal:
    """Return a number that can be the price of a unit; raises ``ContractError`` likewise."""
    number = number_of(text, line)
    if abs(number) > LARGEST_PRICE:
        raise error("price_too_large", line=line, text=text)
    return number

"""A bill as data: its lines, its taxes, and what could not be priced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ..tariffs.model import Direction, Fluid
from .usage import Quality, Tally


class Unit(StrEnum):
    """What a quantity counts, or what a price is for."""

    KWH = "kwh"
    M3 = "m3"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    KW = "kw"
    KW_YEAR = "kw_year"
    MONEY = "money"
    ITEM = "item"


class Charge(StrEnum):
    """What a line follows: the amount used, the time, or other lines."""

    METERED = "metered"
    FIXED = "fixed"
    DERIVED = "derived"


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A sentence by the key of its text; values are plain numbers, ISO dates, keys or texts."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A tax and its rate, 0.2 for 20 %."""

    key: str
    rate: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What one component costs at one price.

    ``net`` is rounded to the cent; ``quantity`` is in ``unit``, ``unit_price`` for one
    ``per``. Days are ``[since, until)``; ``[start, end)`` is the same in UTC, to the moment
    at which a price changed. ``band`` is None where all bands are meant. A ``mean`` price
    is shown rounded, and ``net`` was not made from it. ``of`` names the components that a
    derived line is reckoned on. ``label`` and ``band_label`` are a key of a text, or the
    field's own words.
    """

    component: str
    label: str
    charge: Charge
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    per: Unit
    net: Decimal
    since: date
    until: date
    start: datetime
    end: datetime
    basis: Words
    band: str | None = None
    band_label: str = ""
    taxes: tuple[Rate, ...] = ()
    source: str = ""
    derived: bool = False
    provisional: bool = False
    mean: bool = False
    of: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxLine:
    """A tax on the sum of the rounded lines of its rate, rounded once."""

    key: str
    rate: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Unpriced:
    """A quantity that no price, or no rate, is known for; it is in no total."""

    component: str
    label: str
    quantity: Decimal
    unit: Unit
    band: str | None = None
    band_label: str = ""

    @property
    def is_usage(self) -> bool:
        """Whether something was used that has no price; else it is days, or other lines."""
        return bool(self.quantity) and self.unit in (Unit.KWH, Unit.M3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """What a contract comes to in the days ``[since, until)``.

    ``gross = net + tax``. ``amount`` is what was used, in mWh or ml, and ``without_price``
    how much of it lacks a price; ``bound`` is the money by which the division between bands
    can be wrong.
    """

    contract: str
    fluid: Fluid
    direction: Direction
    currency: str
    since: date
    until: date
    lines: tuple[Line, ...]
    taxes: tuple[TaxLine, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    amount: int
    unpriced: tuple[Unpriced, ...] = ()
    without_price: int = 0
    quality: Mapping[Quality, Tally] = field(default_factory=dict)
    bound: Decimal = Decimal(0)
    notes: tuple[Words, ...] = ()

"""What the ledger and the statement ask of a tariff, and what they are told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """The gross price of a unit up to ``upper`` units of a cycle; the last has no bound."""

    upper: Decimal | None
    price: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceSlice:
    """A time ``[start, end)``, in UTC, in which a unit has one price.

    ``price`` is what one kWh or m³ costs with everything that is charged by the unit, taxes
    within; None while it is not known. Where a contract has tiers their price comes on
    top: ``tiers`` holds them, for units used since ``cycle_start``. A ``provisional`` price
    may still change.
    """

    start: datetime
    end: datetime
    band: str
    price: Decimal | None
    provisional: bool = False
    tiers: tuple[Tier, ...] = ()
    cycle_start: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPrice:
    """What one component charges for a unit before tax, the days on which it does, and why.

    ``value`` is None while it is not known.
    """

    value: Decimal | None
    since: date | None
    until: date | None
    source: str = ""
    derived: bool = False
    provisional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    """A price of a curve that holds for ``[start, end)``, in UTC."""

    start: datetime
    end: datetime
    value: Decimal
    provisional: bool = False


class Curve(Protocol):
    """Prices over time that a contract does not hold itself."""

    def points(self, start: datetime, end: datetime) -> Iterator[CurvePoint]:
        """Yield what is known of ``[start, end)``, in order; what is missing is not known."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What was learned about days and prices: colours by contract day, curves by name."""

    colours: Mapping[date, str]
    curves: Mapping[str, Curve]


NOTHING_KNOWN = Known(colours={}, curves={})


class Pricing(Protocol):
    """A contract at work."""

    @property
    def zone(self) -> tzinfo:
        """The zone of its days and hours."""
        ...

    def slices(self, start: datetime, end: datetime) -> Iterator[PriceSlice]:
        """Yield the slices of ``[start, end)``, in order, without a hole between them.

        Two that follow each other differ in band or price. ``start`` and ``end`` are aware.
        """
        ...

    def price_of(self, moment: datetime, band: str) -> PriceSlice:
        """Return what a unit of a band costs at a moment, whatever band holds then.

        Its price is None where the contract knows no such band, or nothing of it by then.
        """
        ...

    def unit_prices(self, moment: datetime, band: str) -> Mapping[str, UnitPrice]:
        """Return what each component charges for a unit of that band then, by its key."""
        ...

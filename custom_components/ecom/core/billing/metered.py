"""Lines that follow what was used: prices by band, additions, curves, and tiers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ..tariffs.model import ALWAYS, Adder, Contract, Dynamic, Energy, Fluid, Tiered
from ..tariffs.pricing import Pricing, UnitPrice
from ..tariffs.rates import version_on
from .lines import Charge, Line, Unit, Unpriced, Words
from .period import Period, Span, narrowed
from .rounding import decimal, half_up
from .usage import UsageRow, units

MEAN_PLACES: Final = 6
"""Decimals with which a mean price is shown."""

_NO_PRICE: Final = UnitPrice(value=None, since=None, until=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Metered:
    """A row of usage in the units of the contract, and the prices of that moment.

    ``quantity`` is None while the coefficient is not known by which gas is priced.
    """

    row: UsageRow
    day: date
    quantity: Decimal | None
    prices: Mapping[str, UnitPrice]


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A quantity of one component at one price; ``order`` is that of its line in the component.

    ``amount`` is the same in mWh or ml, where it says what a volume of gas came to.
    """

    order: int
    band: str | None
    span: Span
    quantity: Decimal
    price: UnitPrice
    basis: Words
    amount: int = 0


@dataclass(slots=True)
class _Pot:
    """What a line will hold: units, money before it is rounded, and mWh or ml."""

    first: Piece
    quantity: Decimal = Decimal(0)
    money: Decimal = Decimal(0)
    amount: int = 0
    provisional: bool = False


def meter(period: Period, pricing: Pricing, rows: Iterable[UsageRow]) -> list[Metered]:
    """Return rows with their quantities and prices; what counted nothing is left out."""
    return [
        Metered(
            row=row,
            day=(day := period.price_day(row.start)),
            quantity=_quantity(period.contract, row, day),
            prices=pricing.unit_prices(row.start, row.band),
        )
        for row in rows
        if row.amount
    ]


def _quantity(contract: Contract, row: UsageRow, day: date) -> Decimal | None:
    """Return what a row holds in the unit that is priced."""
    if not contract.coefficient:
        return units(row.amount)
    version = version_on(contract.coefficient, day)
    return None if version is None else units(row.amount) * version.value


def unit_of(contract: Contract) -> Unit:
    """Return the unit that a contract prices: kWh, or m³ of what is not priced by energy."""
    match contract.fluid:
        case Fluid.COLD_WATER | Fluid.HOT_WATER:
            return Unit.M3
        case Fluid.GAS if not contract.coefficient:
            return Unit.M3
        case _:
            return Unit.KWH


def counted_in(contract: Contract) -> Unit:
    """Return the unit of the meter: gas that is priced by energy is counted in m³."""
    return Unit.M3 if contract.coefficient else unit_of(contract)


def lacks_price(contract: Contract, each: Metered) -> bool:
    """Return whether a component knows no price for a row, or nobody knows its quantity."""
    if each.quantity is None:
        return True
    for component in contract.components:
        match component:
            case Energy() | Adder() | Dynamic():
                if each.prices.get(component.key, _NO_PRICE).value is None:
                    return True
            case Tiered():
                if any(version_on(series, each.day) is None for _, series in component.tiers):
                    return True
            case _:
                pass
    return False


def metered_lines(
    period: Period, component: Energy | Adder | Dynamic, rows: Sequence[Metered]
) -> Iterator[Line | Unpriced]:
    """Yield a line per band and price; a curve has one line, at its mean price."""
    cuts = period.cuts(component)
    known = [_piece(period, component, cuts, row) for row in rows if row.quantity is not None]
    yield from lines_of(period, component, known)
    yield from unmeasured(period, component, rows)


def _piece(
    period: Period, component: Energy | Adder | Dynamic, cuts: frozenset[date], each: Metered
) -> Piece:
    """Return what a row is to a component."""
    price = each.prices.get(component.key, _NO_PRICE)
    order, band = 0, None
    since, until = price.since, price.until
    if isinstance(component, Energy):
        names = list(component.prices)
        band = each.row.band
        order = names.index(band) if band in names else len(names)
    if isinstance(component, Dynamic):
        since = until = None
    span = period.prices(*narrowed(since, until, cuts, each.day))
    return Piece(
        order=order,
        band=band,
        span=span,
        quantity=each.quantity or Decimal(0),
        amount=each.row.amount,
        price=price,
        basis=Words(key="basis_unit"),
    )


def lines_of(
    period: Period, component: Energy | Adder | Dynamic | Tiered, pieces: Iterable[Piece]
) -> Iterator[Line | Unpriced]:
    """Yield pieces put together where they have one price, or the price is a mean one."""
    pots: dict[object, _Pot] = {}
    unpriced: dict[str | None, Decimal] = {}
    for piece in pieces:
        if piece.price.value is None:
            held = unpriced.get(piece.band, Decimal(0))
            unpriced[piece.band] = held + piece.quantity
        else:
            pot = pots.setdefault(_key(component, piece), _Pot(first=piece))
            pot.quantity += piece.quantity
            pot.money += piece.quantity * piece.price.value
            pot.amount += piece.amount
            pot.provisional |= piece.price.provisional
    kept = [pot for pot in pots.values() if pot.quantity or pot.money]
    ordered = sorted(kept, key=lambda pot: (pot.first.span.start, pot.first.order))
    yield from (_line(period, component, pot) for pot in ordered)
    unit = unit_of(period.contract)
    for band, quantity in unpriced.items():
        yield _unpriced(period, component.key, quantity, unit, band)


def _key(component: Energy | Adder | Dynamic | Tiered, piece: Piece) -> object:
    """Return what pieces of one line have in common."""
    if isinstance(component, Dynamic):
        return piece.span
    price = piece.price
    return piece.order, piece.band, piece.span, price.value, price.source, price.derived


def _line(period: Period, component: Energy | Adder | Dynamic | Tiered, pot: _Pot) -> Line:
    first, labels = pot.first, period.contract.labels
    mean = isinstance(component, Dynamic)
    price = first.price.value or Decimal(0)
    return Line(
        component=component.key,
        label=labels.get(component.key, component.key),
        charge=Charge.METERED,
        quantity=pot.quantity.normalize() + 0,
        unit=unit_of(period.contract),
        unit_price=_mean(pot) if mean else price,
        per=unit_of(period.contract),
        net=half_up(pot.money),
        since=first.span.since,
        until=first.span.until,
        start=first.span.start,
        end=first.span.end,
        basis=_basis(period.contract, pot, mean=mean),
        band=first.band,
        band_label=_band_label(period.contract, first.band),
        source=first.price.source,
        derived=first.price.derived,
        provisional=pot.provisional,
        mean=mean,
    )


def _mean(pot: _Pot) -> Decimal:
    """Return the mean price, shown rounded; 0 where amounts cancel out."""
    if not pot.quantity:
        return Decimal(0)
    return decimal(Fraction(pot.money) / Fraction(pot.quantity), MEAN_PLACES)


def _basis(contract: Contract, pot: _Pot, *, mean: bool) -> Words:
    """Return how a line came about, unless the line says it all."""
    if contract.coefficient and pot.amount:
        volume = units(pot.amount)
        coefficient = round(pot.quantity / volume, 4)
        return Words(
            key="basis_gas", values={"volume": str(volume), "coefficient": str(coefficient)}
        )
    return Words(key="basis_mean") if mean else pot.first.basis


def unmeasured(
    period: Period, component: Energy | Adder | Dynamic | Tiered, rows: Iterable[Metered]
) -> Iterator[Unpriced]:
    """Yield the volume of gas whose energy is not known."""
    amount = sum(each.row.amount for each in rows if each.quantity is None)
    if amount:
        yield _unpriced(period, component.key, units(amount), Unit.M3, None)


def _band_label(contract: Contract, band: str | None) -> str:
    """Return what a band is called; that of all hours is none where there is no other."""
    several = any(
        isinstance(each, Energy) and set(each.prices) != {ALWAYS} for each in contract.components
    )
    if band is None or (band == ALWAYS and not several and band not in contract.labels):
        return ""
    return contract.labels.get(band, band)


def _unpriced(
    period: Period, key: str, quantity: Decimal, unit: Unit, band: str | None
) -> Unpriced:
    labels = period.contract.labels
    return Unpriced(
        component=key,
        label=labels.get(key, key),
        quantity=quantity,
        unit=unit,
        band=band,
        band_label=_band_label(period.contract, band),
    )

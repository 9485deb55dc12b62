"""What a unit costs while no series changes: the prices of one stretch of days.

Sums and products of decimals are exact: they are made with more digits than they can have,
whatever the caller's decimal context is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Final

from .model import (
    Adder,
    Component,
    Contract,
    Dynamic,
    Energy,
    Percent,
    Tiered,
    Version,
    Versions,
)
from .pricing import Tier

EXACT: Final = Context(prec=100)
"""No price, rate or coefficient has so many digits that products of a few need more."""

ONE: Final = Decimal(1)
ZERO: Final = Decimal(0)


def version_on(series: Versions, day: date) -> Version | None:
    """Return the version that holds on a day, None if there is none."""
    for version in series:
        since, until = version.since, version.until
        if (since is None or since <= day) and (until is None or day < until):
            return version
    return None


def value_on(series: Versions, day: date) -> Decimal | None:
    """Return the value that holds on a day, None if it is not known."""
    version = version_on(series, day)
    return None if version is None else version.value


def clamp(component: Dynamic, value: Decimal) -> Decimal:
    """Return what a dynamic component charges while its curve has a value."""
    with localcontext(EXACT):
        price = component.factor * value + component.offset
    if component.floor is not None:
        price = max(price, component.floor)
    return price if component.cap is None else min(price, component.cap)


def by_the_unit(contract: Contract) -> frozenset[str]:
    """Return the keys of the components that are charged by the unit.

    A percentage is one of them if all that it is taken on is.
    """
    found: set[str] = set()
    for component in contract.components:
        match component:
            case Energy() | Adder() | Dynamic() | Tiered():
                found.add(component.key)
            case Percent() if found.issuperset(component.of):
                found.add(component.key)
            case _:
                pass
    return frozenset(found)


def used_schedules(contract: Contract) -> tuple[str, ...]:
    """Return the names of the schedules by which energy is priced, in the contract's order."""
    used = {each.schedule for each in contract.components if isinstance(each, Energy)}
    return tuple(name for name in contract.schedules if name in used)


def bands_by_schedule(contract: Contract, band: str) -> Mapping[str, str]:
    """Return the band in each schedule of a slice's band, empty if it is none of the contract's.

    Where several schedules price energy, a slice's band is theirs joined by ``+``.
    """
    names = used_schedules(contract)
    parts = (band,) if len(names) == 1 else tuple(band.split("+"))
    return dict(zip(names, parts, strict=True)) if len(parts) == len(names) else {}


def series_of(component: Component) -> tuple[Versions, ...]:
    """Return all the series that a component holds."""
    match component:
        case Energy():
            return tuple(component.prices.values())
        case Tiered():
            return tuple(series for _, series in component.tiers)
        case Dynamic():
            return ()
        case _:
            return (component.series,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """What a unit of one band costs on a day, all taxes within.

    ``fixed`` is without what depends on a curve, None while it is not known; each dynamic
    component comes with the factor that makes its net price one with tax.
    """

    fixed: Decimal | None
    dynamic: tuple[tuple[Dynamic, Decimal], ...]
    tiers: tuple[Tier, ...]

    def price(self, values: Sequence[Decimal | None]) -> Decimal | None:
        """Return the price with the curves' values, None while one is not known.

        The values are in the order of the dynamic components.
        """
        if self.fixed is None or None in values:
            return None
        with localcontext(EXACT):
            charged = (
                clamp(component, value) * factor
                for (component, factor), value in zip(self.dynamic, values, strict=True)
                if value is not None
            )
            return sum(charged, self.fixed)


UNPRICED: Final = Rates(fixed=None, dynamic=(), tiers=())


def rates_of(contract: Contract, day: date, band: str) -> Rates:
    """Return what a unit of a band costs on a day; ``UNPRICED`` if something is not known.

    Each component counts with its taxes, and with the percentages that are taken on it with
    theirs. Gas that is priced by energy costs a coefficient times as much per m³.
    """
    with localcontext(EXACT):
        unit = value_on(contract.coefficient, day) if contract.coefficient else ONE
        factors = {} if unit is None else _factors(contract, day, unit)
        if not factors.keys() >= by_the_unit(contract):
            return UNPRICED
        return _rates(contract, day, bands_by_schedule(contract, band), factors)


def _rates(
    contract: Contract, day: date, bands: Mapping[str, str], factors: Mapping[str, Decimal]
) -> Rates:
    fixed = ZERO
    dynamic: list[tuple[Dynamic, Decimal]] = []
    tiers: tuple[Tier, ...] = ()
    for component in contract.components:
        match component:
            case Energy() | Adder():
                net = net_price(component, day, bands)
                if net is None:
                    return UNPRICED
                fixed += net * factors[component.key]
            case Dynamic():
                dynamic.append((component, factors[component.key]))
            case Tiered():
                priced = _tiers(component, day, factors[component.key])
                if priced is None:
                    return UNPRICED
                tiers = _add_tiers(tiers, priced)
            case _:
                pass
    return Rates(fixed=fixed, dynamic=tuple(dynamic), tiers=tiers)


def net_price(component: Energy | Adder, day: date, bands: Mapping[str, str]) -> Decimal | None:
    """Return what a component charges for a unit, before tax, None if it is not known."""
    version = net_version(component, day, bands)
    return None if version is None else version.value


def net_version(component: Energy | Adder, day: date, bands: Mapping[str, str]) -> Version | None:
    """Return the version of a component's price that holds on a day for these bands."""
    if isinstance(component, Adder):
        return version_on(component.series, day)
    return version_on(component.prices.get(bands.get(component.schedule, ""), ()), day)


def _factors(contract: Contract, day: date, unit: Decimal) -> dict[str, Decimal]:
    """Return by what the net price of each component is multiplied; without those not known.

    Percentages come after what they are taken on, so the way is from the last to the first.
    """
    keys = by_the_unit(contract)
    found: dict[str, Decimal] = {}
    for component in reversed(contract.components):
        if component.key not in keys:
            continue
        rates = [value_on(tax.series, day) for tax in contract.taxes if component.key in tax.of]
        taken = [
            _taken(each, day, found)
            for each in contract.components
            if isinstance(each, Percent) and each.key in keys and component.key in each.of
        ]
        known = [each for each in rates if each is not None]
        shares = [each for each in taken if each is not None]
        if len(known) == len(rates) and len(shares) == len(taken):
            found[component.key] = unit * (1 + sum(known, ZERO)) + sum(shares, ZERO)
    return found


def _taken(percent: Percent, day: date, factors: Mapping[str, Decimal]) -> Decimal | None:
    """Return what a percentage adds for each unit of money that it is taken on."""
    rate, factor = value_on(percent.series, day), factors.get(percent.key)
    return None if rate is None or factor is None else rate * factor


def _tiers(component: Tiered, day: date, factor: Decimal) -> tuple[Tier, ...] | None:
    """Return the tiers of a component with tax, None if one price is not known."""
    found = [
        Tier(upper=None if upper is None else upper * component.dwellings, price=price * factor)
        for upper, series in component.tiers
        if (price := value_on(series, day)) is not None
    ]
    return tuple(found) if len(found) == len(component.tiers) else None


def _add_tiers(one: tuple[Tier, ...], other: tuple[Tier, ...]) -> tuple[Tier, ...]:
    """Return the tiers that two components make together: each bound of either is one."""
    if not one:
        return other
    bounds = sorted({tier.upper for tier in (*one, *other) if tier.upper is not None})
    return tuple(
        Tier(upper=bound, price=_price_below(one, bound) + _price_below(other, bound))
        for bound in (*bounds, None)
    )


def _price_below(tiers: Iterable[Tier], bound: Decimal | None) -> Decimal:
    """Return the price of the units just below a bound, of those without end if it is None."""
    return next(
        tier.price
        for tier in tiers
        if tier.upper is None or (bound is not None and bound <= tier.upper)
    )

"""Whether a contract can be, and what is odd about it."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .check_schedules import (
    LEAP_DAY,
    check_schedules,
    check_window,
    is_day_of_year,
    odd_schedules,
)
from .findings import Notice, error
from .model import (
    Adder,
    Basis,
    Capacity,
    Component,
    Contract,
    Dynamic,
    Energy,
    Manual,
    Minimum,
    Percent,
    Tiered,
    Versions,
)
from .rates import by_the_unit, series_of
from .typed import LARGEST_PRICE

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_MONTHS_OF_YEAR: Final = 12


def check(contract: Contract) -> list[Notice]:
    """Return what a person should know of a contract; raises ``ContractError`` if it cannot be."""
    _check_frame(contract)
    _check_names(contract)
    check_schedules(contract, first_day(contract))
    for component in contract.components:
        _check_component(component)
    _check_tiers(contract)
    _check_sizes(contract)
    for key, series in _all_series(contract):
        _check_series(key, series, contract)
    return [*odd_schedules(contract, first_day(contract)), *_odd(contract)]


def first_day(contract: Contract) -> date | None:
    """Return where a contract's life begins, None if it has no beginning.

    A contract that says nothing begins with its energy's first price.
    """
    priced = [each for each in contract.components if isinstance(each, Energy)]
    firsts = [series[0].since for each in priced for series in series_of(each) if series]
    begun = [day for day in firsts if day is not None]
    if contract.since is not None or not begun or len(begun) < len(firsts):
        return contract.since
    return min(begun)


def _check_frame(contract: Contract) -> None:
    try:
        ZoneInfo(contract.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise error("unknown_zone", zone=contract.zone) from err
    if not _CURRENCY.fullmatch(contract.currency):
        raise error("currency", currency=contract.currency)
    if contract.since and contract.until and contract.since >= contract.until:
        raise error("contract_ends_before_it_begins", since=contract.since, until=contract.until)
    for clock in (contract.day_start, contract.price_change_at):
        if clock.second or clock.microsecond or clock.tzinfo is not None:
            raise error("day_begins_on_a_minute", time=clock)


def _check_names(contract: Contract) -> None:
    if not contract.components:
        raise error("contract_empty")
    seen: set[str] = set()
    for component in contract.components:
        if not component.key or component.key in seen:
            raise error("component_twice", component=component.key)
        if isinstance(component, Percent | Minimum):
            _check_of(component.key, component.of, seen)
        seen.add(component.key)
    for tax in contract.taxes:
        _check_of(tax.key, tax.of, seen)


def _check_of(key: str, of: tuple[str, ...], known: set[str]) -> None:
    """Refuse names of nothing; what is taken on a component comes after it."""
    if not of:
        raise error("of_nothing", component=key)
    for name in of:
        if name not in known:
            raise error("unknown_component", component=key, name=name)


def _check_component(component: Component) -> None:
    match component:
        case Dynamic(floor=Decimal() as floor, cap=Decimal() as cap) if floor > cap:
            raise error("floor_above_cap", component=component.key)
        case Dynamic(curve=""):
            raise error("curve_missing", component=component.key)
        case Tiered():
            _check_bounds(component)
        case Capacity():
            _check_capacity(component)
        case Manual(series=series) if any(each.since is None for each in series):
            raise error("amount_without_day", component=component.key)
        case _:
            pass


def _check_bounds(component: Tiered) -> None:
    bounds = [bound for bound, _ in component.tiers]
    inner = [bound for bound in bounds[:-1] if bound is not None]
    rising = all(low < high for low, high in pairwise([Decimal(0), *inner]))
    if not bounds or bounds[-1] is not None or len(inner) < len(bounds) - 1 or not rising:
        raise error("tier_bounds", component=component.key)
    month, day = component.anchor
    if component.dwellings < 1 or not is_day_of_year(month, day) or (month, day) == LEAP_DAY:
        raise error("tier_cycle", component=component.key)


def _check_capacity(component: Capacity) -> None:
    for window in component.windows:
        check_window(component.key, window)
    if component.minutes < 1 or not 1 <= component.months <= _MONTHS_OF_YEAR:
        raise error("capacity_times", component=component.key)
    if component.basis is Basis.SUBSCRIBED and component.subscribed_kw <= 0:
        raise error("subscribed_power", component=component.key)


def _check_tiers(contract: Contract) -> None:
    """Refuse what one count of units cannot serve: other cycles, or thresholds in kWh of m³."""
    tiered = [each for each in contract.components if isinstance(each, Tiered)]
    if len({(each.per, each.anchor) for each in tiered}) > 1:
        raise error("tiers_of_several_cycles")
    if tiered and contract.coefficient:
        raise error("tiers_with_coefficient", component=tiered[0].key)


def _check_sizes(contract: Contract) -> None:
    """Refuse prices of a unit that can only be a mistake, and that no ledger could hold."""
    for component in contract.components:
        match component:
            case Energy() | Adder() | Tiered():
                held = [each.value for series in series_of(component) for each in series]
            case Dynamic():
                held = [component.factor, component.offset]
            case _:
                held = []
        for value in held:
            if value.is_finite() and abs(value) > LARGEST_PRICE:
                raise error("price_of_unit_too_large", component=component.key, value=value)


def _all_series(contract: Contract) -> Iterator[tuple[str, Versions]]:
    for component in contract.components:
        if isinstance(component, Manual):
            continue
        for series in series_of(component):
            yield component.key, series
    for tax in contract.taxes:
        yield tax.key, tax.series
    if contract.coefficient:
        yield "coefficient", contract.coefficient


def _check_series(key: str, series: Versions, contract: Contract) -> None:
    """Refuse a series with a hole or an overlap in the contract's life."""
    if not series:
        raise error("series_empty", component=key)
    for version in series:
        if version.since and version.until and version.since >= version.until:
            raise error("version_ends_before_it_begins", component=key, since=version.since)
        if not version.value.is_finite():
            raise error("value_not_finite", component=key)
    for one, other in pairwise(series):
        if one.until is None or other.since is None or one.until > other.since:
            raise error("series_overlap", component=key, day=other.since or "")
        if one.until < other.since:
            raise error("series_gap", component=key, since=one.until, until=other.since)
    first, last = series[0].since, series[-1].until
    if first is not None and contract.since is not None and first > contract.since:
        raise error("series_gap", component=key, since=contract.since, until=first)
    if last is not None and contract.until is not None and last < contract.until:
        raise error("series_gap", component=key, since=last, until=contract.until)


def _odd(contract: Contract) -> Iterator[Notice]:
    """Yield a notice for what ends, or is told in the statement alone."""
    for key, series in _all_series(contract):
        until = series[-1].until
        if until is not None and contract.until is None:
            yield Notice(key="series_ends", placeholders={"component": key, "until": str(until)})
    keys = by_the_unit(contract)
    for component in contract.components:
        match component:
            case Percent() if component.key not in keys and keys.intersection(component.of):
                yield Notice(key="percent_mixed", placeholders={"component": component.key})
            case Tiered(marginal=False):
                yield Notice(key="tier_prices_all", placeholders={"component": component.key})
            case _:
                pass

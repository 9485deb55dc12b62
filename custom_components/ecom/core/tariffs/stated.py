"""What each component charges for a unit, as a statement tells it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import localcontext
from typing import Final

from .model import Adder, Contract, Dynamic, Energy, Percent, Version
from .pricing import CurvePoint, UnitPrice
from .rates import EXACT, ZERO, clamp, net_version, version_on

NOT_KNOWN: Final = UnitPrice(value=None, since=None, until=None)


def unit_prices(
    contract: Contract,
    day: date,
    bands: Mapping[str, str],
    point: Callable[[str], CurvePoint | None],
) -> Mapping[str, UnitPrice]:
    """Return what each component charges for a unit on a day, before tax, by its key.

    ``bands`` is the band in each schedule, ``point`` tells what a curve has at the moment.
    """
    found: dict[str, UnitPrice] = {}
    for component in contract.components:
        match component:
            case Energy() | Adder():
                found[component.key] = _stated(net_version(component, day, bands))
            case Dynamic():
                found[component.key] = _dynamic(component, point(component.curve))
            case Percent() if found.keys() >= set(component.of):
                found[component.key] = _percentage(component, day, found)
            case _:
                pass
    return found


def _stated(version: Version | None) -> UnitPrice:
    if version is None:
        return NOT_KNOWN
    return UnitPrice(
        value=version.value,
        since=version.since,
        until=version.until,
        source=version.source,
        derived=version.derived,
    )


def _dynamic(component: Dynamic, point: CurvePoint | None) -> UnitPrice:
    if point is None:
        return NOT_KNOWN
    return UnitPrice(
        value=clamp(component, point.value),
        since=None,
        until=None,
        source=component.curve,
        provisional=point.provisional,
    )


def _percentage(percent: Percent, day: date, found: Mapping[str, UnitPrice]) -> UnitPrice:
    """Return what a percentage makes of a unit, on the days on which all of it holds."""
    version, bases = version_on(percent.series, day), [found[key] for key in percent.of]
    values = [base.value for base in bases if base.value is not None]
    if version is None or len(values) < len(bases):
        return NOT_KNOWN
    with localcontext(EXACT):
        value = version.value * sum(values, ZERO)
    return UnitPrice(
        value=value,
        since=_latest([version.since, *(base.since for base in bases)]),
        until=_earliest([version.until, *(base.until for base in bases)]),
        source=version.source,
        derived=version.derived or any(base.derived for base in bases),
        provisional=any(base.provisional for base in bases),
    )


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)

"""Lines that are reckoned on other lines: percentages, and what is missing to a minimum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ..tariffs.model import Minimum, Percent, Version
from ..tariffs.rates import version_on
from .fixed import UNITS
from .lines import Charge, Line, Unit, Unpriced, Words
from .period import Period, boundaries
from .proration import portion
from .rounding import half_up


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stretch:
    """Days at one rate, and the sum of the rounded lines in them."""

    since: date
    until: date
    base: Decimal
    version: Version | None


def percent_lines(
    period: Period, component: Percent, before: Sequence[Line]
) -> Iterator[Line | Unpriced]:
    """Yield a line per rate, on the rounded lines of the components that are named."""
    for stretch in _stretches(period, component, before):
        if stretch.version is None:
            yield _unpriced(period, component, stretch)
        elif stretch.base:
            rate = stretch.version.value
            yield _line(
                period,
                component,
                stretch,
                net=half_up(Fraction(stretch.base) * Fraction(rate)),
                basis=Words(
                    key="basis_percent", values={"rate": str(rate), "base": str(stretch.base)}
                ),
            )


def minimum_lines(
    period: Period, component: Minimum, before: Sequence[Line]
) -> Iterator[Line | Unpriced]:
    """Yield what is missing to the least that the named components cost, cycle by cycle."""
    for stretch in _stretches(period, component, before):
        if stretch.version is None:
            yield _unpriced(period, component, stretch)
            continue
        part = portion(
            component.per, component.proration, period.anchor, stretch.since, stretch.until
        )
        least = half_up(Fraction(stretch.version.value) * part.factor)
        if least > stretch.base:
            values = {"least": str(least), "base": str(stretch.base)}
            yield _line(
                period,
                component,
                stretch,
                net=least - stretch.base,
                basis=Words(key="basis_minimum", values=values),
            )


def _stretches(
    period: Period, component: Percent | Minimum, before: Sequence[Line]
) -> Iterator[_Stretch]:
    days = boundaries(component.series) | period.cycles(component)
    for since, until in period.stretches(component, days):
        named = (line for line in before if line.component in component.of)
        base = sum((line.net for line in named if since <= line.since < until), Decimal(0))
        version = version_on(component.series, since)
        yield _Stretch(since=since, until=until, base=base, version=version)


def _line(
    period: Period,
    component: Percent | Minimum,
    stretch: _Stretch,
    *,
    net: Decimal,
    basis: Words,
) -> Line:
    span = period.days(stretch.since, stretch.until)
    version = stretch.version or Version(value=Decimal(0))
    percent = isinstance(component, Percent)
    return Line(
        component=component.key,
        label=period.contract.labels.get(component.key, component.key),
        charge=Charge.DERIVED if percent else Charge.FIXED,
        quantity=stretch.base,
        unit=Unit.MONEY,
        unit_price=version.value,
        per=Unit.MONEY if isinstance(component, Percent) else UNITS[component.per],
        net=net,
        since=span.since,
        until=span.until,
        start=span.start,
        end=span.end,
        basis=basis,
        source=version.source,
        derived=version.derived,
        of=component.of,
    )


def _unpriced(period: Period, component: Percent | Minimum, stretch: _Stretch) -> Unpriced:
    label = period.contract.labels.get(component.key, component.key)
    return Unpriced(component=component.key, label=label, quantity=stretch.base, unit=Unit.MONEY)

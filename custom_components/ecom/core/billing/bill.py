"""From a contract, its prices and what was used, a bill."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ..tariffs.model import (
    Adder,
    Capacity,
    Component,
    Contract,
    Dynamic,
    Energy,
    Minimum,
    Percent,
    Standing,
    Tiered,
)
from ..tariffs.pricing import Pricing
from ..tariffs.rates import version_on
from .derived import minimum_lines, percent_lines
from .fixed import Found, capacity_lines, manual_lines, standing_lines
from .lines import Bill, Line, Rate, TaxLine, Unit, Unpriced, Words
from .metered import Metered, lacks_price, meter, metered_lines
from .period import Period
from .rounding import half_up
from .tiers import tiered_lines
from .usage import UsageRow, tallies, within


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """All that a bill is made of, for the local days ``[since, until)``.

    ``pricing`` states prices in the units of the contract: per kWh where a coefficient makes
    kWh of each m³ of gas. ``peaks`` are in kW by the first day of their month. ``used_before``
    is what each tiered component had used of its cycle when the period began, in its units.
    """

    contract: Contract
    pricing: Pricing
    usage: Sequence[UsageRow]
    since: date
    until: date
    peaks: Mapping[date, Decimal] = field(default_factory=dict)
    used_before: Mapping[str, Decimal] = field(default_factory=dict)


def bill(supply: Supply) -> Bill:
    """Return the bill: lines in the order of their prices' days, then of the contract.

    Each line is rounded to the cent. A tax is its rate times the sum of the rounded lines
    of that rate, rounded once; gross is net and taxes together.
    """
    contract = supply.contract
    period = Period(contract=contract, since=supply.since, until=supply.until)
    rows = within(supply.usage, period.start, period.end)
    used = meter(period, supply.pricing, rows)
    found = _found(period, supply, used)
    lines, untaxed = _taxed(contract, [each for each in found if isinstance(each, Line)])
    taxes = tax_lines(lines)
    net = sum((line.net for line in lines), Decimal("0.00"))
    tax = sum((line.amount for line in taxes), Decimal("0.00"))
    return Bill(
        contract=contract.key,
        fluid=contract.fluid,
        direction=contract.direction,
        currency=contract.currency,
        since=supply.since,
        until=supply.until,
        lines=lines,
        taxes=taxes,
        net=net,
        tax=tax,
        gross=net + tax,
        amount=sum(row.amount for row in rows),
        unpriced=(*(each for each in found if isinstance(each, Unpriced)), *untaxed),
        without_price=sum(each.row.amount for each in used if lacks_price(contract, each)),
        quality=tallies(rows),
        bound=sum((row.bound for row in rows), Decimal(0)),
        notes=tuple(each for each in found if isinstance(each, Words)),
    )


def tax_lines(lines: Iterable[Line]) -> tuple[TaxLine, ...]:
    """Return each rate's tax on the sum of the rounded lines that bear it.

    Taxes of one rate are one: it bears the name of the first that occurs.
    """
    bases: dict[Decimal, Decimal] = {}
    names: dict[Decimal, str] = {}
    for line in lines:
        for tax in line.taxes:
            bases[tax.rate] = bases.get(tax.rate, Decimal(0)) + line.net
            names.setdefault(tax.rate, tax.key)
    return tuple(
        TaxLine(
            key=names[rate],
            rate=rate,
            base=base,
            amount=half_up(Fraction(base) * Fraction(rate)),
        )
        for rate, base in bases.items()
    )


def _found(period: Period, supply: Supply, rows: Sequence[Metered]) -> list[Found]:
    """Return what all components come to, in the order in which it is shown."""
    found: list[tuple[date, int, Found]] = []
    for order, component in enumerate(supply.contract.components):
        before = [each for _, _, each in found if isinstance(each, Line)]
        found += [
            (each.since if isinstance(each, Line) else supply.until, order, each)
            for each in _of(period, supply, component, rows, before)
        ]
    return [each for _, _, each in sorted(found, key=lambda entry: entry[:2])]


def _of(
    period: Period,
    supply: Supply,
    component: Component,
    rows: Sequence[Metered],
    before: Sequence[Line],
) -> Iterator[Found]:
    """Yield what one component comes to; ``before`` are the lines that it can be reckoned on."""
    lines: Iterator[Found]
    match component:
        case Energy() | Adder() | Dynamic():
            lines = metered_lines(period, component, rows)
        case Tiered():
            used = supply.used_before.get(component.key, Decimal(0))
            lines = tiered_lines(period, component, rows, used)
        case Standing():
            lines = standing_lines(period, component)
        case Capacity():
            lines = capacity_lines(period, component, supply.peaks)
        case Minimum():
            lines = minimum_lines(period, component, before)
        case Percent():
            lines = percent_lines(period, component, before)
        case _:
            lines = manual_lines(period, component)
    return lines


def _taxed(
    contract: Contract, lines: Iterable[Line]
) -> tuple[tuple[Line, ...], tuple[Unpriced, ...]]:
    """Return lines with the rates of their first day, and what no rate is known for."""
    taxed, untaxed = [], []
    for line in lines:
        rates = []
        for tax in contract.taxes:
            if line.component not in tax.of:
                continue
            version = version_on(tax.series, line.since)
            if version is None:
                label = contract.labels.get(tax.key, tax.key)
                untaxed.append(
                    Unpriced(component=tax.key, label=label, quantity=line.net, unit=Unit.MONEY)
                )
            else:
                rates.append(Rate(key=tax.key, rate=version.value))
        taxed.append(replace(line, taxes=tuple(rates)))
    return tuple(taxed), tuple(untaxed)

"""Lines that follow the time: standing charges, capacity, and amounts typed from a bill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ..tariffs.model import Basis, Capacity, Manual, Per, Standing, Version
from ..tariffs.rates import version_on
from .lines import Charge, Line, Unit, Unpriced, Words
from .period import Period, boundaries
from .proration import Portion, cycle_starts, portion
from .rounding import decimal, half_up

type Found = Line | Unpriced | Words
"""A line, what could not be priced, or a note on how it was reckoned."""

UNITS: Final = {Per.DAY: Unit.DAY, Per.MONTH: Unit.MONTH, Per.YEAR: Unit.YEAR}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Power:
    """A power in kW, and the words for where it comes from."""

    kw: Fraction
    basis: str
    values: Mapping[str, str]


def standing_lines(period: Period, component: Standing) -> Iterator[Found]:
    """Yield a line per price of a standing charge."""
    for since, until in period.stretches(component, boundaries(component.series)):
        part = portion(component.per, component.proration, period.anchor, since, until)
        version = version_on(component.series, since)
        if version is None:
            yield _unpriced(period, component, Decimal(part.days), Unit.DAY)
        elif part.factor:
            span = period.days(since, until)
            yield Line(
                component=component.key,
                label=period.contract.labels.get(component.key, component.key),
                charge=Charge.FIXED,
                quantity=Decimal(part.days),
                unit=Unit.DAY,
                unit_price=version.value,
                per=UNITS[component.per],
                net=half_up(Fraction(version.value) * part.factor),
                since=since,
                until=until,
                start=span.start,
                end=span.end,
                basis=_standing_words(version.value, component.per, part),
                source=version.source,
                derived=version.derived,
            )


def _standing_words(price: Decimal, per: Per, part: Portion) -> Words:
    values = {"price": str(price), "per": UNITS[per].value}
    if part.of is None:
        return Words(key="basis_standing", values=values | {"sum": part.sum})
    return Words(key="basis_days", values=values | {"days": str(part.days), "of": str(part.of)})


def capacity_lines(
    period: Period, component: Capacity, peaks: Mapping[date, Decimal]
) -> Iterator[Found]:
    """Yield a line per price of a power, and per month where each month has its own.

    ``peaks`` are in kW by the first day of their month.
    """
    days = set(boundaries(component.series))
    if component.basis is Basis.MONTH_PEAK:
        days |= set(cycle_starts(Per.MONTH, (1, 1), period.since, period.until))
    for since, until in period.stretches(component, days):
        power = _power(period, component, since, peaks)
        version = version_on(component.series, since)
        if power is None or version is None:
            yield _unpriced(period, component, Decimal((until - since).days), Unit.DAY)
            continue
        yield _capacity_line(period, component, (since, until), version, power)
    if component.basis is Basis.MEAN_OF_MONTH_PEAKS:
        yield from _few_months(period, component, peaks)


def _power(
    period: Period, component: Capacity, day: date, peaks: Mapping[date, Decimal]
) -> _Power | None:
    """Return the power that is charged, None where no peak is known."""
    match component.basis:
        case Basis.SUBSCRIBED:
            return _Power(kw=Fraction(component.subscribed_kw), basis="basis_capacity", values={})
        case Basis.MONTH_PEAK:
            known = [peaks[month] for month in (day.replace(day=1),) if month in peaks]
        case _:
            known = _last_peaks(period, component, peaks)
    if not known:
        return None
    kept = [Fraction(max(peak, component.floor_kw)) for peak in known]
    return _Power(
        kw=sum(kept, Fraction(0)) / len(kept),
        basis="basis_peaks",
        values={"months": str(len(kept)), "floor": str(component.floor_kw)},
    )


def _last_peaks(
    period: Period, component: Capacity, peaks: Mapping[date, Decimal]
) -> list[Decimal]:
    """Return the peaks that are known of the months that end with the last of the period."""
    month = (period.until - timedelta(days=1)).replace(day=1)
    found = []
    for _ in range(component.months):
        if month in peaks:
            found.append(peaks[month])
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def _few_months(
    period: Period, component: Capacity, peaks: Mapping[date, Decimal]
) -> Iterator[Words]:
    known = len(_last_peaks(period, component, peaks))
    if known < component.months:
        values = {"known": str(known), "months": str(component.months)}
        yield Words(key="note_few_months", values=values)


def _capacity_line(
    period: Period,
    component: Capacity,
    days: tuple[date, date],
    version: Version,
    power: _Power,
) -> Line:
    part = portion(Per.YEAR, component.proration, period.anchor, *days)
    span = period.days(*days)
    kw = decimal(power.kw, 3)
    values = {"kw": str(kw), "price": str(version.value), "sum": part.sum, **power.values}
    return Line(
        component=component.key,
        label=period.contract.labels.get(component.key, component.key),
        charge=Charge.FIXED,
        quantity=kw,
        unit=Unit.KW,
        unit_price=version.value,
        per=Unit.KW_YEAR,
        net=half_up(power.kw * Fraction(version.value) * part.factor),
        since=span.since,
        until=span.until,
        start=span.start,
        end=span.end,
        basis=Words(key=power.basis, values=values),
        source=version.source,
        derived=version.derived,
    )


def manual_lines(period: Period, component: Manual) -> Iterator[Found]:
    """Yield the amounts whose day is in the period; one without a day belongs to no bill."""
    for version in component.series:
        if version.since is None or not period.since <= version.since < period.until:
            continue
        span = period.days(version.since, version.since + timedelta(days=1))
        yield Line(
            component=component.key,
            label=period.contract.labels.get(component.key, component.key),
            charge=Charge.FIXED,
            quantity=Decimal(1),
            unit=Unit.ITEM,
            unit_price=version.value,
            per=Unit.ITEM,
            net=half_up(version.value),
            since=span.since,
            until=span.until,
            start=span.start,
            end=span.end,
            basis=Words(key="basis_manual"),
            source=version.source,
            derived=version.derived,
        )


def _unpriced(
    period: Period, component: Standing | Capacity, quantity: Decimal, unit: Unit
) -> Unpriced:
    label = period.contract.labels.get(component.key, component.key)
    return Unpriced(component=component.key, label=label, quantity=quantity, unit=unit)

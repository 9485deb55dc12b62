"""Contracts and usage that the tests of bills share, and a plain ``Pricing`` for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.ecom.core.billing.bill import Supply
from custom_components.ecom.core.billing.lines import Line
from custom_components.ecom.core.billing.usage import UsageRow
from custom_components.ecom.core.tariffs.model import (
    Adder,
    Component,
    Contract,
    Dynamic,
    Energy,
    Fluid,
    Standing,
    Tax,
    Version,
    Versions,
)
from custom_components.ecom.core.tariffs.pricing import PriceSlice, UnitPrice

PARIS = ZoneInfo("Europe/Paris")
KWH = 1_000_000


def d(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)


def local(text: str) -> datetime:
    """Return a moment, told in the time of Paris, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def series(*steps: tuple[str, str] | str, source: str = "made up") -> Versions:
    """Return a series of (first day, value), or of one value for ever."""
    pairs = [("", step) if isinstance(step, str) else step for step in steps]
    sinces = [date.fromisoformat(day) if day else None for day, _ in pairs]
    return tuple(
        Version(value=Decimal(value), since=since, until=until, source=source)
        for (_, value), since, until in zip(pairs, sinces, [*sinces[1:], None], strict=True)
    )


def row(start: str, band: str, kwh: str, **more: Any) -> UsageRow:
    """Return usage from a local moment, in kWh or m³."""
    return UsageRow(start=local(start), band=band, amount=int(Decimal(kwh) * KWH), **more)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainPricing:
    """Prices of a contract looked up day by day; a curve is a value by the hour, in UTC."""

    contract: Contract
    curve: Mapping[datetime, Decimal] = field(default_factory=dict)
    provisional: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The contract's zone."""
        return ZoneInfo(self.contract.zone)

    def slices(self, start: datetime, end: datetime) -> Iterator[PriceSlice]:
        """Bills ask for no slices."""
        raise NotImplementedError

    def unit_prices(self, moment: datetime, band: str) -> Mapping[str, UnitPrice]:
        """Return what each component charges for a unit."""
        at = moment.astimezone(ZoneInfo(self.contract.zone))
        early = at.time() < self.contract.price_change_at
        day = at.date() - timedelta(days=early)
        found: dict[str, UnitPrice] = {}
        for component in self.contract.components:
            match component:
                case Energy() if band in component.prices:
                    found[component.key] = _price(component.prices[band], day)
                case Adder():
                    found[component.key] = _price(component.series, day)
                case Dynamic():
                    hour = moment.replace(minute=0, second=0)
                    found[component.key] = UnitPrice(
                        value=self.curve.get(hour),
                        since=day,
                        until=day + timedelta(days=1),
                        provisional=self.provisional,
                    )
                case _:
                    pass
        return found


def _price(versions: Versions, day: date) -> UnitPrice:
    for each in versions:
        if (each.since or day) <= day < (each.until or date.max):
            return UnitPrice(
                value=each.value,
                since=each.since,
                until=each.until,
                source=each.source,
                derived=each.derived,
            )
    return UnitPrice(value=None, since=None, until=None)


def contract(*components: Component, **more: Any) -> Contract:
    """Return a contract for electricity, unless it is told otherwise."""
    return Contract(key="main", components=components, **{"fluid": Fluid.ELECTRICITY, **more})


def supply(
    of: Contract, usage: Sequence[UsageRow] = (), days: str = "2026-01-01/2026-02-01", **more: Any
) -> Supply:
    """Return what a bill is made of, for days ``first/last``, the last not within."""
    since, until = days.split("/")
    return Supply(
        contract=of,
        pricing=more.pop("pricing", PlainPricing(contract=of)),
        usage=usage,
        since=d(since),
        until=d(until),
        **more,
    )


def nets(lines: Sequence[Line]) -> list[str]:
    """Return the rounded amounts of lines."""
    return [str(line.net) for line in lines]


PEAK_OFF_PEAK = contract(
    Standing(key="standing", series=series(("2025-08-01", "135.60"), ("2026-02-01", "141.60"))),
    Energy(
        key="energy",
        prices={
            "peak": series(("2025-08-01", "0.1434"), ("2026-02-01", "0.1412")),
            "off_peak": series(("2025-08-01", "0.1063"), ("2026-02-01", "0.1007")),
        },
    ),
    Standing(key="cta", series=series(("2025-08-01", "22.725"), ("2026-02-01", "15.2667"))),
    Adder(key="excise", series=series(("2025-08-01", "0.02998"), ("2026-02-01", "0.03085"))),
    taxes=(
        Tax(
            key="vat_reduced",
            series=series(("", "0.055"), ("2025-08-01", "0.2")),
            of=("standing", "cta"),
        ),
        Tax(key="vat", series=series("0.2"), of=("energy", "excise")),
    ),
)
"""The regulated peak and off-peak tariff of 6 kVA: before tax, per kWh and per year.

Prices are those of the regulator's file; the CTA is what its prices with tax imply.
"""

GOLDEN_USAGE = (
    row("2026-01-16T08:00", "peak", "300"),
    row("2026-01-20T23:00", "off_peak", "150"),
    row("2026-02-01T08:00", "peak", "280"),
    row("2026-02-14T23:00", "off_peak", "140"),
)

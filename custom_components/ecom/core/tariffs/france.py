"""The French regulated contracts for households, from July 2012 on.

From February 2023 on prices are before tax: a kWh is (price + accise) with 20 % of VAT, which
gives the published prices with tax but for two cells that were cut, not rounded. Before that
one local tax differed from town to town, so prices are with tax and nothing is added. A row
is not the law: the price at the source counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Final

from .findings import error
from .france_rows import VAT_20_ON_STANDING_FROM, Option, Row, rows
from .french_bands import TEMPO, TEMPO_DAY_START
from .model import (
    Adder,
    Component,
    Contract,
    Energy,
    Fluid,
    Schedule,
    Standing,
    Tax,
    Version,
    Versions,
)
from .windows import rules_of

BEFORE_TAX_FROM: Final = date(2023, 2, 1)

EXCISE: Final[Versions] = tuple(
    Version(
        value=Decimal(per_mwh) / 1000,
        since=None if since is None else date.fromisoformat(since),
        until=None if until is None else date.fromisoformat(until),
        source=source,
        derived=derived,
    )
    for since, until, per_mwh, source, derived in (
        (None, "2023-02-01", "0", "within prices with tax", False),
        ("2023-02-01", "2024-02-01", "1.00", "derived from CRE prices with tax (A)", True),
        ("2024-02-01", "2025-02-01", "21.00", "derived from CRE prices with tax (A)", True),
        ("2025-02-01", "2025-08-01", "33.70", "commentaider.fr; fits the prices (B)", False),
        ("2025-08-01", "2026-02-01", "29.98", "CRE 2025-155; fits the prices (A)", False),
        ("2026-02-01", "2026-08-01", "30.85", "Deloitte avocats, Enerlex; fits (B)", False),
        ("2026-08-01", None, "30.61", "derived from prices with tax; no text found", True),
    )
)
"""The accise on electricity of households up to 36 kVA, in EUR per kWh."""

_NO_TAX: Final = Version(
    value=Decimal(0), until=BEFORE_TAX_FROM, source="prices before 2023-02 are with tax"
)
VAT_ON_ENERGY: Final[Versions] = (
    _NO_TAX,
    Version(value=Decimal("0.2"), since=BEFORE_TAX_FROM, source="20 % on kWh and accise"),
)
VAT_ON_STANDING: Final[Versions] = (
    _NO_TAX,
    Version(
        value=Decimal("0.055"),
        since=BEFORE_TAX_FROM,
        until=VAT_20_ON_STANDING_FROM,
        source="5.5 % on subscription and CTA until July 2025",
    ),
    Version(value=Decimal("0.2"), since=VAT_20_ON_STANDING_FROM, source="20 % since August 2025"),
)


def regulated(  # noqa: PLR0913 - each is a choice of its own
    option: Option,
    kva: int,
    *,
    windows: str = "",
    cta: Versions = (),
    producer: Versions = (),
    key: str = "regulated",
    price_change_at: time = time(0),
    since: date | None = None,
    until: date | None = None,
) -> Contract:
    """Return the regulated contract; raises ``ContractError`` for a power without rows.

    ``windows`` are the off-peak hours as typed, for peak and off-peak. ``cta`` is what the
    household's own bill says per year: the published one is a mean, since the CTA is taken on
    a part of the network tariff that differs. ``producer`` is a yearly surcharge. Both are
    before tax; what is typed without a date counts from February 2023 on.
    """
    found = rows(option, kva)
    if not found:
        raise error("power_without_prices", option=option, kva=kva)
    standing = [Standing(key="standing", series=_standing_series(found))]
    standing.append(Standing(key="cta", series=_typed(cta) or _cta_series(found)))
    if producer:
        standing.append(Standing(key="producer", series=_typed(producer)))
    components: tuple[Component, ...] = (
        *standing[:1],
        Energy(key="energy", prices=_energy_series(found)),
        *standing[1:],
        Adder(key="excise", series=EXCISE),
    )
    return Contract(
        key=key,
        fluid=Fluid.ELECTRICITY,
        components=components,
        schedules={"main": _schedule(option, windows)},
        taxes=(
            Tax(key="vat_20", series=VAT_ON_ENERGY, of=("energy", "excise")),
            Tax(key="vat", series=VAT_ON_STANDING, of=tuple(e.key for e in standing)),
        ),
        day_start=TEMPO_DAY_START if option is Option.TEMPO else time(0),
        price_change_at=price_change_at,
        since=since,
        until=until,
    )


def _schedule(option: Option, windows: str) -> Schedule:
    match option:
        case Option.BASE:
            return Schedule()
        case Option.PEAK_OFF_PEAK:
            return Schedule(rules=rules_of(windows))
        case _:
            return TEMPO


def _spans(found: tuple[Row, ...]) -> Iterator[tuple[Row, date | None]]:
    """Yield each row with the day from which the next one holds."""
    yield from zip(found, [*(row.since for row in found[1:]), None], strict=True)


def _energy_series(found: tuple[Row, ...]) -> Mapping[str, Versions]:
    return {
        band: tuple(_version(row, until, row.prices[band]) for row, until in _spans(found))
        for band in found[0].prices
    }


def _standing_series(found: tuple[Row, ...]) -> Versions:
    return tuple(_version(row, until, row.standing) for row, until in _spans(found))


def _cta_series(found: tuple[Row, ...]) -> Versions:
    return tuple(
        Version(
            value=Decimal(0) if row.cta is None else row.cta,
            since=row.since,
            until=until,
            source=f"implied by {row.source}",
            derived=row.cta is not None,
        )
        for row, until in _spans(found)
    )


def _typed(series: Versions) -> Versions:
    """Return amounts without those of the time in which prices hold all taxes already."""
    if not series or series[0].since is not None:
        return series
    first, *later = series
    if first.until is not None and first.until <= BEFORE_TAX_FROM:
        return series
    return (_NO_TAX, replace(first, since=BEFORE_TAX_FROM), *later)


def _version(row: Row, until: date | None, value: Decimal) -> Version:
    tax = ", with tax" if row.with_tax else ""
    return Version(
        value=value, since=row.since, until=until, source=f"{row.source}{tax} ({row.confidence})"
    )

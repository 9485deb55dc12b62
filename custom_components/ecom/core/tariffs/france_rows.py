"""The rows of the French regulated tariffs: what held from which day on, and how sure that is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum
from typing import Final

from . import france_data
from .french_bands import EVERY_HOUR, TEMPO_BANDS
from .rates import EXACT

VAT_20_ON_STANDING_FROM: Final = date(2025, 8, 1)
CHECK_AFTER: Final = timedelta(days=5)
"""So long after a usual day of change the newest row is no longer trusted."""

_FOUR_DECIMALS: Final = Decimal("0.0001")


class Option(StrEnum):
    """The options that have a published history."""

    BASE = "base"
    PEAK_OFF_PEAK = "peak_off_peak"
    TEMPO = "tempo"


BANDS: Final[Mapping[Option, tuple[str, ...]]] = {
    Option.BASE: EVERY_HOUR,
    Option.PEAK_OFF_PEAK: ("peak", "off_peak"),
    Option.TEMPO: TEMPO_BANDS,
}

_TABLES: Final = {
    Option.BASE: (
        france_data.BASE_ENERGY,
        france_data.BASE_STANDING,
        france_data.BASE_STANDING_WITH_TAX,
        "Option_Base.csv",
    ),
    Option.PEAK_OFF_PEAK: (
        france_data.PEAK_OFF_PEAK_ENERGY,
        france_data.PEAK_OFF_PEAK_STANDING,
        france_data.PEAK_OFF_PEAK_STANDING_WITH_TAX,
        "Option_HPHC.csv",
    ),
    Option.TEMPO: (
        france_data.TEMPO_ENERGY,
        france_data.TEMPO_STANDING,
        france_data.TEMPO_STANDING_WITH_TAX,
        "Option_Tempo.csv",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The published prices of an option and a power from a day on, in EUR.

    ``confidence`` is A for the official file, B for several sources that agree, A/B and B+
    between them. ``cta`` is None where prices are ``with_tax``.
    """

    since: date
    prices: Mapping[str, Decimal]
    standing: Decimal
    cta: Decimal | None
    with_tax: bool
    source: str
    confidence: str


def _confidence(since: date) -> str:
    if since >= date(2026, 8, 1):
        return "B+"
    return "A/B" if since >= date(2026, 2, 1) else "A"


def rows(option: Option, kva: int) -> tuple[Row, ...]:
    """Return the rows of an option and a subscribed power, in order; they may be none."""
    energy, standing, with_tax, file = _TABLES[option]
    before, after = dict(_standing(standing, kva)), dict(_standing(with_tax, kva))
    return tuple(
        Row(
            since=since,
            prices=dict(zip(BANDS[option], prices, strict=True)),
            standing=before.get(since, after[since]),
            cta=_cta(since, before[since], after[since]) if since in before else None,
            with_tax=since not in before,
            source=f"CRE open data, {file}, row of {since}",
            confidence=_confidence(since),
        )
        for since, prices in _energy(energy, kva)
        if since in after
    )


def powers(option: Option) -> tuple[int, ...]:
    """Return the subscribed powers in kVA of which an option has rows."""
    _, heads = _TABLES[option][2].strip().splitlines()[0].split(" ", 1)
    return tuple(int(each) for each in heads.split())


def newest() -> date:
    """Return the day of the newest row that is shipped."""
    return max(row.since for option in Option for row in rows(option, 9))


def valid_until() -> date:
    """Return the next usual day of a change after the newest row: 1 February or 1 August."""
    last = newest()
    return date(last.year, 8, 1) if last.month < 8 else date(last.year + 1, 2, 1)  # noqa: PLR2004


def out_of_date(today: date) -> bool:
    """Return whether prices should be looked up: a change was usual, and is not shipped.

    The rhythm is not guaranteed, so this is a hint, no verdict.
    """
    return today >= valid_until() + CHECK_AFTER


def _energy(table: str, kva: int) -> Iterator[tuple[date, tuple[Decimal, ...]]]:
    """Yield the first day and the prices of each row that a power is in."""
    for line in table.strip().splitlines():
        since, powers_text, *prices = line.split()
        low, high = powers_text.split("-")
        if int(low) <= kva <= int(high):
            yield date.fromisoformat(since), tuple(Decimal(each) for each in prices)


def _standing(table: str, kva: int) -> Iterator[tuple[date, Decimal]]:
    """Yield the first day and the amount of each row that has one for a power."""
    head, *lines = table.strip().splitlines()
    heads = head.split()
    if str(kva) not in heads:
        return
    column = heads.index(str(kva))
    for line in lines:
        cells = line.split()
        if cells[column] != "-":
            yield date.fromisoformat(cells[0]), Decimal(cells[column])


def _cta(since: date, before_tax: Decimal, with_tax: Decimal) -> Decimal:
    """Return the CTA per year that the published prices imply, to four decimals.

    They are with_tax = (before_tax + CTA) * (1 + VAT), in cents, so more digits say nothing.
    """
    rate = Decimal("1.2") if since >= VAT_20_ON_STANDING_FROM else Decimal("1.055")
    with localcontext(EXACT):
        return (with_tax / rate - before_tax).quantize(_FOUR_DECIMALS, ROUND_HALF_EVEN)

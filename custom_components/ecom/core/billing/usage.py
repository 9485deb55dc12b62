"""What a meter counted, cut where bands and prices change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

SCALE: Final = 1_000_000
"""So many mWh make a kWh, and so many millilitres a cubic metre."""


class Quality(StrEnum):
    """How the amount of a row is known, from the best to the worst."""

    MEASURED = "measured"
    SPLIT = "split"
    ESTIMATED = "estimated"


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageRow:
    """An amount in mWh or ml from ``start``, in UTC, all of it in one band and at one price.

    ``bound`` is the money by which its division between bands can be wrong.
    """

    start: datetime
    band: str
    amount: int
    end: datetime | None = None
    quality: Quality = Quality.MEASURED
    bound: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many rows are of one quality, and how much they hold in mWh or ml."""

    rows: int
    amount: int


def units(amount: int) -> Decimal:
    """Return mWh or ml as kWh or m³, exactly."""
    return Decimal(amount).scaleb(-6)


def within(rows: Iterable[UsageRow], start: datetime, end: datetime) -> list[UsageRow]:
    """Return the rows that begin in ``[start, end)``, in the order of time."""
    found = [row for row in rows if start <= row.start < end]
    return sorted(found, key=lambda row: (row.start, row.band))


def tallies(rows: Iterable[UsageRow]) -> Mapping[Quality, Tally]:
    """Return how much is known how well; what does not occur is left out."""
    kept = list(rows)
    found: dict[Quality, Tally] = {}
    for quality in Quality:
        amounts = [row.amount for row in kept if row.quality is quality]
        if amounts:
            found[quality] = Tally(rows=len(amounts), amount=sum(amounts))
    return found

"""What the ledger holds, as bills take it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
from decimal import Decimal
from functools import cache
from itertools import pairwise

from ..costs.rows import MINUTE_MS, Flag, Row, Rows
from ..timeline import from_ms, hour_around
from .usage import Quality, UsageRow

_PICO = -12
"""The ledger's money is in 1e-12 of the currency."""


def money(amount: int) -> Decimal:
    """Return the ledger's money in the currency, exactly."""
    return Decimal(amount).scaleb(_PICO)


def usage_rows(rows: Rows, zone: tzinfo) -> list[UsageRow]:
    """Return rows in the order of time; each ends where the next one begins, or its hour ends.

    Hours are those of UTC, and those of a zone.
    """
    minutes = sorted({minute for minute, _ in rows})
    following = dict(pairwise(minutes))
    found = []
    for minute, band in sorted(rows):
        start = minute * MINUTE_MS
        _, hour = hour_around(start, zone)
        end = min(following.get(minute, hour // MINUTE_MS) * MINUTE_MS, hour)
        found.append(_usage(rows[minute, band], start, end, band))
    return found


def less(rows: Iterable[UsageRow]) -> list[UsageRow]:
    """Return rows that take away what the rows hold."""
    return [replace(row, amount=-row.amount) for row in rows]


def _usage(row: Row, start: int, end: int, band: str) -> UsageRow:
    return UsageRow(
        start=from_ms(start),
        end=from_ms(end),
        band=band,
        amount=row.amount,
        quality=_quality(row.flags),
        bound=money(row.bound),
    )


@cache
def _quality(flags: Flag) -> Quality:
    if flags & Flag.ESTIMATED:
        return Quality.ESTIMATED
    return Quality.SPLIT if flags & Flag.SPLIT else Quality.MEASURED

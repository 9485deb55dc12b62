"""What is paid in France for surplus that is fed in, by the day of the connection request.

The price is locked for twenty years at that day, and is without VAT. Only figures that two
sources give are here; for other days the contract says the price.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedIn:
    """EUR per kWh of requests in ``[since, until)``, up to 9 kWc and from there up to 100."""

    since: date
    until: date
    small: Decimal
    large: Decimal
    source: str


_SMALL_KWC: Final = Decimal(9)
_LARGE_KWC: Final = Decimal(100)

FEED_IN: Final = (
    FeedIn(
        since=date(2024, 11, 1),
        until=date(2025, 2, 1),
        small=Decimal("0.1269"),
        large=Decimal("0.0761"),
        source="S21, revolution-energetique.com 2024-10 (B)",
    ),
    FeedIn(
        since=date(2025, 3, 28),
        until=date(2025, 7, 1),
        small=Decimal("0.0400"),
        large=Decimal("0.0761"),
        source="S21, citen.fr, cre.fr (B)",
    ),
    FeedIn(
        since=date(2026, 1, 1),
        until=date(2026, 4, 1),
        small=Decimal("0.0400"),
        large=Decimal("0.0536"),
        source="S21, tecsol, pilotagegroupe, a2cenergies (B)",
    ),
)


def surplus_price(requested: date, kwc: Decimal) -> tuple[Decimal, str] | None:
    """Return EUR per kWh and its source for a request of that day and peak power, if known."""
    if not 0 < kwc <= _LARGE_KWC:
        return None
    for row in FEED_IN:
        if row.since <= requested < row.until:
            return (row.small if kwc <= _SMALL_KWC else row.large), row.source
    return None

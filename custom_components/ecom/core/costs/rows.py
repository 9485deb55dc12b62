"""What the ledger holds: amounts and money by the minute at which a stretch begins, and by band.

Amounts are whole millionths of a kWh or m³, as the quarter-hours have them, and money is
whole 1e-12 of the currency: a millionth of a unit at a price of six decimals is a whole
number of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from typing import Final

UNIT: Final = 1_000_000
"""So many of an amount make one kWh, or one m³."""

MONEY: Final = 10**12
"""So many make one euro, or whatever the currency is."""

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000

type RowKey = tuple[int, str]
"""The minute since 1970 at which the stretch begins, and the band."""


class Flag(IntFlag):
    """What is to be known of a row; those of its parts add up.

    A ``REGISTER`` of the meter counted it: its band is no guess of the clock, unless it was
    counted while a contract knew no bands, and was divided ``BY_CLOCK`` since.
    """

    SPLIT = 1
    ESTIMATED = 2
    PROVISIONAL = 4
    REGISTER = 8
    BY_CLOCK = 16


NO_FLAG: Final = Flag(0)


class Quality(StrEnum):
    """How good a row is, from the best to the worst."""

    MEASURED = "measured"
    SPLIT = "split"
    ESTIMATED = "estimated"
    PROVISIONAL = "provisional"
    UNPRICED = "unpriced"


@dataclass(slots=True)
class Row:
    """What was counted in one stretch of one band, and what it costs.

    ``unpriced`` is the part of the amount that has no price yet; it is in no money.
    ``bound`` is by how much ``money`` may be wrong, since nobody knows when between two
    readings the amount was used. ``against`` is the part of the amount that a register of
    the band counted when it was not the time of the band.
    """

    amount: int = 0
    money: int = 0
    unpriced: int = 0
    bound: int = 0
    against: int = 0
    flags: Flag = NO_FLAG

    def add(self, other: Row) -> None:
        """Add what another row of the same stretch holds."""
        self.amount += other.amount
        self.money += other.money
        self.unpriced += other.unpriced
        self.bound += other.bound
        self.against += other.against
        self.flags |= other.flags

    @property
    def quality(self) -> Quality:
        """Return how good the worst part of it is."""
        return quality(self.flags, self.unpriced)


type Rows = Mapping[RowKey, Row]
"""Rows of one account."""


@dataclass(slots=True)
class Totals:
    """What an account has counted in all, and what that costs."""

    amount: int = 0
    money: int = 0
    unpriced: int = 0

    def add(self, other: Totals | Row) -> None:
        """Add a row, or a difference."""
        self.amount += other.amount
        self.money += other.money
        self.unpriced += other.unpriced

    def less(self, other: Totals) -> Totals:
        """Return the difference."""
        return Totals(
            amount=self.amount - other.amount,
            money=self.money - other.money,
            unpriced=self.unpriced - other.unpriced,
        )


def quality(flags: Flag, unpriced: int) -> Quality:
    """Return the worst of what flags and an unpriced amount say."""
    if unpriced:
        return Quality.UNPRICED
    if flags & Flag.PROVISIONAL:
        return Quality.PROVISIONAL
    if flags & Flag.ESTIMATED:
        return Quality.ESTIMATED
    return Quality.SPLIT if flags & Flag.SPLIT else Quality.MEASURED


def total(rows: Iterable[Row]) -> Totals:
    """Return the sum of rows."""
    found = Totals()
    for row in rows:
        found.add(row)
    return found

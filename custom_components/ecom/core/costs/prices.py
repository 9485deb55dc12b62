"""Prices over time in whole numbers, cut at every hour and at every boundary of a contract.

Hours are those of UTC and of the zone of the contract, where these are not the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from math import ceil
from typing import Final

from ..tariffs.model import ALWAYS
from ..tariffs.pricing import PriceSlice, Pricing
from ..timeline import from_ms, hour_around, to_ms
from .rows import HOUR_MS, MINUTE_MS, UNIT

_SCALE: Final = 1_000_000
"""Money over amount, in their own units: a price of 1 is so much money for each millionth."""

type Ratio = tuple[int, int]


def ratio(price: Decimal) -> Ratio:
    """Return the money for a millionth of a unit, as a fraction; whole for six decimals."""
    above, below = (price * _SCALE).as_integer_ratio()
    return above, below


def cost(amount: int, each: Ratio) -> int:
    """Return what an amount costs, rounded half up where it is no whole number."""
    above, below = each
    return amount * above if below == 1 else (2 * amount * above + below) // (2 * below)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A slice's band and price, ready to be multiplied.

    ``tiers`` are upper bounds, as amounts, and the price below each; ``cycle`` is when
    the count of what they are for began, in ms.
    """

    band: str
    price: Decimal | None
    each: Ratio
    provisional: bool
    tiers: tuple[tuple[int | None, Ratio], ...]
    cycle: int

    @classmethod
    def of(cls, found: PriceSlice) -> Rate:
        """Return the rate of a slice."""
        return cls(
            band=found.band,
            price=found.price,
            each=(0, 1) if found.price is None else ratio(found.price),
            provisional=found.provisional,
            tiers=tuple(
                (None if tier.upper is None else int(tier.upper * UNIT), ratio(tier.price))
                for tier in found.tiers
            ),
            cycle=0 if found.cycle_start is None else to_ms(found.cycle_start),
        )

    def tiered(self, amount: int, used: int) -> int:
        """Return what the tiers charge for an amount after so much was ``used`` of the cycle.

        Each tier prices what lies below its bound and above the one before.
        """
        money = 0
        for upper, each in self.tiers:
            part = amount if upper is None else min(amount, max(upper - used, 0))
            money += cost(part, each)
            amount -= part
            used += part
        return money


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A time ``[start, end)`` in ms, within one hour, in which one rate holds.

    ``minute`` is where the row begins that it belongs to.
    """

    start: int
    end: int
    minute: int
    rate: Rate

    def within(self, since: int, until: int) -> Piece:
        """Return the part of it that lies in a time."""
        if since <= self.start and self.end <= until:
            return self
        start, end = max(since, self.start), min(until, self.end)
        return Piece(start=start, end=end, minute=self.minute, rate=self.rate)


def unpriced(band: str = ALWAYS) -> Rate:
    """Return the rate of an account without a contract."""
    return Rate(band=band, price=None, each=(0, 1), provisional=False, tiers=(), cycle=0)


_UNPRICED: Final = unpriced()


def steepest(pieces: Sequence[Piece]) -> int:
    """Return by how much the price of a millionth of a unit differs at most among pieces.

    It is rounded up to a whole number; where a price is not known it bounds nothing.
    """
    prices = [piece.rate.price for piece in pieces if piece.rate.price is not None]
    return ceil((max(prices) - min(prices)) * _SCALE) if len(prices) > 1 else 0


class Prices:
    """The pieces of any time; those of the hour that was asked about last are remembered."""

    def __init__(self, pricing: Pricing | None) -> None:
        """Take a contract at work, or none."""
        self.pricing = pricing
        self._since = self._until = 0
        self._known: list[Piece] = []

    def forget(self) -> None:
        """Ask anew: something has become known."""
        self._since = self._until = 0

    def pieces(self, since: int, until: int) -> list[Piece]:
        """Return the pieces of ``[since, until)``, in their order, without a hole between them."""
        if since < self._since or until > self._until:
            self._ask(since // HOUR_MS * HOUR_MS, -(-until // HOUR_MS) * HOUR_MS)
        found = [
            piece.within(since, until)
            for piece in self._known
            if piece.end > since and piece.start < until
        ]
        self._keep_last_hour()
        return found

    def boundary_after(self, moment: int) -> int:
        """Return when the piece ends that a moment is in, at the latest with the hour."""
        return self.pieces(moment, moment // HOUR_MS * HOUR_MS + HOUR_MS)[0].end

    def hour(self, moment: int) -> tuple[int, int]:
        """Return the hour that a moment is in, or the part of it in which no other one begins."""
        return hour_around(moment, UTC if self.pricing is None else self.pricing.zone)

    def cycle(self, moment: int) -> int | None:
        """Return when the cycle began in which a moment is; None where nothing is in tiers."""
        rate = self.pieces(moment, moment + 1)[0].rate
        return rate.cycle if rate.tiers else None

    def elsewhere(self, since: int, until: int, band: str) -> list[Piece]:
        """Return the hours of a time, at the price of a band that has none of it.

        Each is priced as the band is at its nearest time.
        """
        return [
            Piece(
                start=start,
                end=end,
                minute=self.hour(start)[0] // MINUTE_MS,
                rate=self._of(start, band),
            )
            for start, end in self._hours(since, until)
        ]

    def _of(self, moment: int, band: str) -> Rate:
        if self.pricing is None:
            return unpriced(band)
        return Rate.of(self.pricing.price_of(from_ms(moment), band))

    def _ask(self, first: int, last: int) -> None:
        self._since, self._until = first, last
        self._known = [
            Piece(start=start, end=end, minute=start // MINUTE_MS, rate=rate)
            for since, until, rate in self._rates(first, last)
            for start, end in self._hours(since, until)
        ]

    def _hours(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        """Yield a time cut where an hour begins."""
        while since < until:
            end = min(self.hour(since)[1], until)
            yield since, end
            since = end

    def _rates(self, first: int, last: int) -> Iterator[tuple[int, int, Rate]]:
        if self.pricing is None:
            yield first, last, _UNPRICED
            return
        for found in self.pricing.slices(from_ms(first), from_ms(last)):
            yield max(to_ms(found.start), first), min(to_ms(found.end), last), Rate.of(found)

    def _keep_last_hour(self) -> None:
        """Forget all but the last hour, in which the next reading will be."""
        last = self._until - HOUR_MS
        if self._since < last:
            self._known = [piece for piece in self._known if piece.start >= last]
            self._since = last

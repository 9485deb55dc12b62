"""An account: what one direction of a meter has counted, by band and stretch, and its price.

What lies between two readings is spread evenly over the time between, cut where an hour
or a price ends, and each part is priced by the time in which it was used, whenever the
reading came.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from ..quarters import Step
from ..tariffs.model import ALWAYS, UNKNOWN_BAND
from ..tariffs.pricing import Pricing
from .prices import Piece, Prices, Rate, cost, steepest
from .rows import MINUTE_MS, NO_FLAG, Flag, Row, RowKey, Rows, Totals, total

ENDLESS: Final = 1 << 53
"""A moment in ms after all that is counted."""

type Part = tuple[int, int]
"""When a part of a step ended, in ms, and how much of the step was used up to then."""


class Account:
    """Rows that are not stored yet, and the totals with them.

    ``used`` is what was used of each cycle, by its beginning in ms; what was used before
    the account was made is put there by whoever knows it.
    """

    def __init__(self, pricing: Pricing | None = None, totals: Totals | None = None) -> None:
        """Begin where it stood, with a contract or none."""
        self.prices = Prices(pricing)
        self.totals = Totals() if totals is None else totals
        self.pending: dict[RowKey, Row] = {}
        self.used: dict[int, int] = {}

    def count(
        self,
        step: Step,
        *,
        band: str | None = None,
        estimated: bool = False,
        within: tuple[int, int] | None = None,
    ) -> list[Part]:
        """Book a step, and return how it was spread.

        A ``band`` is that of the register that counted: the step is spread over the times of
        that band alone. Where the contract has none of it in the step it is spread over all of
        it, priced at the nearest time of the band, and noted as against the contract. ``within``
        is a longer time in which all of it may have been used, in ms.
        """
        pieces, against = self._pieces(step.since, step.until, band)
        among = pieces if within is None else self._pieces(*within, band)[0]
        flags = _timing(among, apart=step.apart or within is not None)
        if estimated:
            flags |= Flag.ESTIMATED
        if band is not None:
            flags |= Flag.REGISTER
        spread = steepest(among)
        whole = sum(piece.end - piece.start for piece in pieces)
        done_ms = done = 0
        parts = []
        for piece in pieces:
            done_ms += piece.end - piece.start
            upto = step.amount * done_ms // whole
            if upto > done:
                row = Row(amount=upto - done, bound=(upto - done) * spread, flags=flags)
                row.against = row.amount if against else 0
                self._book(piece, row)
            done = upto
            parts.append((piece.end, upto))
        return parts

    def change(self, pricing: Pricing | None, used: Mapping[int, int]) -> None:
        """Go on with another contract, or with what has become known of one.

        ``used`` is what stored rows hold of each of its cycles.
        """
        self.prices = Prices(pricing)
        self.used = {
            cycle: amount + self._waiting(cycle, until)
            for (cycle, amount), (until, _) in pairwise([*sorted(used.items()), (ENDLESS, 0)])
        }

    def _waiting(self, since: int, until: int) -> int:
        """Return what rows that are not stored yet hold of a time."""
        return sum(
            row.amount for (at, _), row in self.pending.items() if since <= at * MINUTE_MS < until
        )

    def drain(self) -> dict[RowKey, Row]:
        """Return the rows that are not stored yet, and forget them."""
        drained, self.pending = self.pending, {}
        return drained

    def put_back(self, rows: Rows) -> None:
        """Take rows back that could not be stored."""
        for key, row in rows.items():
            self.pending.setdefault(key, Row()).add(row)

    @property
    def stored(self) -> Totals:
        """Return the totals without what is not stored yet."""
        return self.totals.less(total(self.pending.values()))

    def _pieces(self, since: int, until: int, band: str | None) -> tuple[list[Piece], bool]:
        """Return the pieces of a time that a band has, or all; and whether that is against it.

        A contract that knows no bands prices what any register counted.
        """
        pieces = self.prices.pieces(since, until)
        if band is None:
            return pieces, False
        elsewhere = self.prices.elsewhere(since, until, band)
        if self.prices.pricing is None:
            return elsewhere, False
        if mine := [piece for piece in pieces if piece.rate.band in (band, ALWAYS)]:
            return mine, False
        return elsewhere, any(piece.rate.band != UNKNOWN_BAND for piece in pieces)

    def _book(self, piece: Piece, row: Row) -> None:
        """Price what was used in a piece, and add it."""
        rate = piece.rate
        if rate.price is None:
            row.unpriced, row.bound = row.amount, 0
        else:
            row.money = cost(row.amount, rate.each) + self._tiers(rate, row.amount)
        if rate.tiers:
            self.used[rate.cycle] = self.used.get(rate.cycle, 0) + row.amount
        if rate.provisional:
            row.flags |= Flag.PROVISIONAL
        self.pending.setdefault((piece.minute, rate.band), Row()).add(row)
        self.totals.add(row)

    def _tiers(self, rate: Rate, amount: int) -> int:
        return rate.tiered(amount, self.used.get(rate.cycle, 0)) if rate.tiers else 0


def _timing(pieces: Sequence[Piece], *, apart: bool) -> Flag:
    """Return how well it is known in which of the pieces an amount was used."""
    first = pieces[0].rate
    if len(pieces) == 1:
        return NO_FLAG
    if apart:
        return Flag.ESTIMATED
    same = all((each.rate.band, each.rate.price) == (first.band, first.price) for each in pieces)
    return NO_FLAG if same else Flag.SPLIT

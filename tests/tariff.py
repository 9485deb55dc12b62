"""A contract as small as one can be: bands and prices that change at stated moments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from custom_components.ecom.core.tariffs.pricing import PriceSlice, UnitPrice

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)


def price(
    start: datetime, band: str, euros: str | None = None, *, provisional: bool = False
) -> PriceSlice:
    """Return a slice that begins then; where it ends the next one says."""
    each = None if euros is None else Decimal(euros)
    return PriceSlice(start=start, end=END, band=band, price=each, provisional=provisional)


@dataclass(slots=True)
class Changes:
    """The slices as they follow each other; the first one holds since ever."""

    slices_: list[PriceSlice]
    zone: tzinfo = UTC

    @classmethod
    def of(cls, first: PriceSlice, *later: PriceSlice) -> Changes:
        """Return a contract that changes so."""
        all_ = [replace(first, start=BEGINNING), *later]
        ends = [*(each.start for each in later), END]
        return cls([replace(each, end=end) for each, end in zip(all_, ends, strict=True)])

    def slices(self, start: datetime, end: datetime) -> Iterator[PriceSlice]:
        """Yield the slices of a time."""
        for each in self.slices_:
            if each.end > start and each.start < end:
                yield replace(each, start=max(each.start, start), end=min(each.end, end))

    def price_of(self, moment: datetime, band: str) -> PriceSlice:
        """Return the nearest slice of a band."""
        mine = [each for each in self.slices_ if each.band == band]
        if not mine:
            return PriceSlice(start=moment, end=END, band=band, price=None)
        return min(mine, key=lambda each: max(each.start - moment, moment - each.end))

    def unit_prices(self, moment: datetime, band: str) -> Mapping[str, UnitPrice]:
        """Return nothing: the ledger does not ask."""
        del moment, band
        return {}

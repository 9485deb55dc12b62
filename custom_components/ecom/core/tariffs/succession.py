"""Contracts that follow each other, as one pricing: each has its own time, and nothing beyond."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from .model import UNKNOWN_BAND
from .pricing import PriceSlice, UnitPrice
from .tariff import Tariff


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """The time ``[start, end)``, aware, in which a tariff prices; None is without an end."""

    start: datetime | None
    end: datetime | None
    tariff: Tariff

    def holds(self, moment: datetime) -> bool:
        """Return whether it is the term of a moment."""
        return (self.start is None or self.start <= moment) and (
            self.end is None or moment < self.end
        )


class Succession:
    """Terms in their order, with holes where there is no contract.

    It implements ``pricing.Pricing``.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        """Take terms that do not overlap."""
        self.terms = tuple(terms)

    @property
    def tariffs(self) -> list[Tariff]:
        """Return what prices, in the order of the terms."""
        return [term.tariff for term in self.terms]

    @property
    def zone(self) -> tzinfo:
        """The zone of the first term."""
        return self.terms[0].tariff.zone if self.terms else UTC

    @property
    def bands(self) -> frozenset[str]:
        """Return the bands of all terms; see ``Tariff.bands``."""
        return frozenset[str]().union(*(tariff.bands for tariff in self.tariffs))

    def at(self, moment: datetime) -> Tariff | None:
        """Return by what a moment is priced, None where there is no contract."""
        term = self._term(moment)
        return None if term is None else term.tariff

    def in_force(self, moment: datetime) -> bool:
        """Return whether a moment is in a term, and one of the days of its contract."""
        tariff = self.at(moment)
        return tariff is not None and tariff.in_force(moment)

    def slices(self, start: datetime, end: datetime) -> Iterator[PriceSlice]:
        """Yield the slices of ``[start, end)``, in order, without a hole between them.

        Of time without a contract neither band nor price is known. Two slices that follow
        each other may be alike where a term ends.
        """
        at = start
        for term in self.terms:
            since = at if term.start is None else max(term.start, at)
            until = end if term.end is None else min(term.end, end)
            if since >= until:
                continue
            if at < since:
                yield _nothing(at, since)
            yield from term.tariff.slices(since, until)
            at = until
        if at < end:
            yield _nothing(at, end)

    def price_of(self, moment: datetime, band: str) -> PriceSlice:
        """Return what a unit of a band costs at a moment, whatever band holds then."""
        term = self._term(moment)
        if term is None:
            return replace(_nothing(moment, moment), band=band)
        found = term.tariff.price_of(moment, band)
        return replace(
            found,
            start=found.start if term.start is None else max(found.start, term.start),
            end=found.end if term.end is None else min(found.end, term.end),
        )

    def unit_prices(self, moment: datetime, band: str) -> Mapping[str, UnitPrice]:
        """Return what each component charges for a unit of that band then, by its key."""
        term = self._term(moment)
        return {} if term is None else term.tariff.unit_prices(moment, band)

    def _term(self, moment: datetime) -> Term | None:
        return next((term for term in self.terms if term.holds(moment)), None)


def _nothing(start: datetime, end: datetime) -> PriceSlice:
    return PriceSlice(
        start=start.astimezone(UTC), end=end.astimezone(UTC), band=UNKNOWN_BAND, price=None
    )

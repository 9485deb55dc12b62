"""A contract at work: which price holds when."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from ..timeline import midnight
from .bands import BandClock, boundaries, stretches
from .curve_points import NO_POINTS, CurvePoints
from .model import ALWAYS, UNKNOWN_BAND, Contract, Dynamic, Per, Tiered
from .pricing import NOTHING_KNOWN, Known, PriceSlice, UnitPrice
from .rates import (
    UNPRICED,
    Rates,
    bands_by_schedule,
    rates_of,
    series_of,
    used_schedules,
)
from .stated import NOT_KNOWN, unit_prices
from .wall import DAY, begins, day_of, minute_of

_INSTANT: Final = timedelta(microseconds=1)

type _Curves = Mapping[str, CurvePoints]


class Tariff:
    """The prices of a contract over time; it implements ``pricing.Pricing``.

    ``known`` is looked at anew with each question, so it may grow. Where several schedules
    price energy, a band is theirs joined by ``+``, in the order in which the contract has
    them, and unknown as soon as one of them is.
    """

    def __init__(self, contract: Contract, known: Known = NOTHING_KNOWN) -> None:
        """Set a contract to work; raises ``ZoneInfoNotFoundError`` for an unknown zone."""
        self.contract = contract
        self.zone: tzinfo = ZoneInfo(contract.zone)
        self._known = known
        self._clocks = [
            BandClock(contract.schedules[name], self.zone, contract.day_start, known.colours)
            for name in used_schedules(contract)
        ]
        self._minutes = frozenset(
            {0, minute_of(contract.price_change_at)}.union(*(c.minutes() for c in self._clocks))
        )
        self._curves = {e.curve for e in contract.components if isinstance(e, Dynamic)}
        self._tiered = next((e for e in contract.components if isinstance(e, Tiered)), None)
        self._changes = sorted(_changes(contract))
        self._rates: dict[tuple[int, str], Rates] = {}

    @property
    def learns_bands(self) -> bool:
        """Return whether colours that are told say which band holds."""
        used = used_schedules(self.contract)
        return any(self.contract.schedules[name].colours for name in used)

    @property
    def learns(self) -> bool:
        """Return whether it needs to be told anything: colours, or a curve."""
        return bool(self._curves) or self.learns_bands

    @property
    def bands(self) -> frozenset[str]:
        """Return the bands of the schedule that prices energy, if that is one alone."""
        used = used_schedules(self.contract)
        if len(used) != 1:
            return frozenset()
        return frozenset(rule.band for rule in self.contract.schedules[used[0]].rules)

    def of(self, contract: Contract) -> Tariff:
        """Return the tariff of another contract, told of the same things."""
        return Tariff(contract, self._known)

    def in_force(self, moment: datetime) -> bool:
        """Return whether a moment is one of the contract's days, which begin at midnight."""
        return self.contract.holds(moment.astimezone(self.zone).date())

    def slices(self, start: datetime, end: datetime) -> Iterator[PriceSlice]:
        """Yield the slices of ``[start, end)``, in order, without a hole between them.

        Two that follow each other differ in band or price. ``start`` and ``end`` are aware.
        """
        last: PriceSlice | None = None
        for since, until in stretches(start, end):
            for piece in self._pieces(since, until):
                if last is None:
                    last = piece
                elif replace(piece, start=last.start) == replace(last, end=piece.end):
                    last = replace(last, end=piece.end)
                else:
                    yield last
                    last = piece
        if last is not None:
            yield last

    def price_at(self, moment: datetime) -> PriceSlice:
        """Return the slice that a moment is in, as far as a day before and two days after it."""
        found = self.slices(moment - DAY, moment + 2 * DAY)
        return next(each for each in found if each.end > moment)

    def price_of(self, moment: datetime, band: str) -> PriceSlice:
        """Return what a unit of a band costs at a moment, even if another band holds then.

        This is for a meter's register that counts while the schedule says another band. The
        slice is a time around the moment in which nothing changes. The price is None where
        the contract knows no such band.
        """
        at = moment.astimezone(UTC)
        start, end = at - DAY, at + DAY
        curves = self._points(start, end)
        cuts = self._cuts(start, end, curves)
        index = bisect_right(cuts, at)
        return self._priced(cuts[index - 1], cuts[index], band, curves)

    def unit_prices(self, moment: datetime, band: str) -> Mapping[str, UnitPrice]:
        """Return what each component charges for a unit of that band then, by its key.

        Prices are before tax, and those of gas per kWh where the contract has a coefficient.
        Tiers are not among them: what they charge depends on what was used.
        """
        day, at = self._price_day(moment), moment.astimezone(UTC)
        points = self._points(at, at + _INSTANT)
        bands = bands_by_schedule(self.contract, band)
        found = unit_prices(self.contract, day, bands, lambda name: points[name].at(at))
        return found if self.in_force(moment) else dict.fromkeys(found, NOT_KNOWN)

    def _pieces(self, start: datetime, end: datetime) -> Iterator[PriceSlice]:
        """Yield a stretch cut wherever something may change."""
        curves = self._points(start, end)
        for since, until in pairwise(self._cuts(start, end, curves)):
            yield self._priced(since, until, self._band(since), curves)

    def _cuts(self, start: datetime, end: datetime, curves: _Curves) -> list[datetime]:
        """Return the moments of ``[start, end]`` at which something may change, with both ends."""
        cuts = {edge for each in curves.values() for edge in each.edges() if start < edge < end}
        cuts.update(boundaries(start, end, self._minutes, self.zone))
        return [*sorted(cuts), end]

    def _priced(self, start: datetime, end: datetime, band: str, curves: _Curves) -> PriceSlice:
        """Return a time in which nothing changes, with its price for a band."""
        day = self._price_day(start)
        rates = self._rates_on(day, band) if self.in_force(start) else UNPRICED
        points = [curves[component.curve].at(start) for component, _ in rates.dynamic]
        price = rates.price([None if each is None else each.value for each in points])
        return PriceSlice(
            start=start,
            end=end,
            band=band,
            price=price,
            provisional=price is not None and any(each.provisional for each in points if each),
            tiers=() if price is None else rates.tiers,
            cycle_start=None if self._tiered is None else self._cycle_start(self._tiered, day),
        )

    def _band(self, moment: datetime) -> str:
        """Return the band of a moment, joined if several schedules price energy."""
        found = [clock.band(moment) for clock in self._clocks] or [ALWAYS]
        return UNKNOWN_BAND if UNKNOWN_BAND in found else "+".join(found)

    def _rates_on(self, day: date, band: str) -> Rates:
        """Return the rates of a band on a day; they are made once for days without a change."""
        key = (bisect_right(self._changes, day), band)
        if key not in self._rates:
            self._rates[key] = rates_of(self.contract, day, band)
        return self._rates[key]

    def _points(self, start: datetime, end: datetime) -> _Curves:
        """Return what is known of each curve that the contract asks for."""
        known = self._known.curves
        return {
            name: CurvePoints(known[name].points(start, end)) if name in known else NO_POINTS
            for name in self._curves
        }

    def _price_day(self, moment: datetime) -> date:
        return day_of(moment.astimezone(self.zone), self.contract.price_change_at)

    def _cycle_start(self, tiered: Tiered, day: date) -> datetime:
        """Return when the cycle began that a day is in; prices and cycles change together.

        None begins before the contract does: what another one supplied fills no tier of it.
        """
        match tiered.per:
            case Per.DAY:
                first = day
            case Per.MONTH:
                first = day.replace(day=1)
            case _:
                month, number = tiered.anchor
                year = day.year if (day.month, day.day) >= tiered.anchor else day.year - 1
                first = date(year, month, number)
        begun = begins(first, self.contract.price_change_at, self.zone)
        since = self.contract.since
        return begun if since is None else max(begun, midnight(since, self.zone))


def _changes(contract: Contract) -> set[date]:
    """Return the days on which a series changes."""
    taxes = [tax.series for tax in contract.taxes]
    priced = [series for each in contract.components for series in series_of(each)]
    versions = [each for series in (*taxes, *priced, contract.coefficient) for each in series]
    days = {each.since for each in versions} | {each.until for each in versions}
    return {day for day in days if day is not None}

"""The days of a bill, and where they are cut."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from ..tariffs.model import Component, Contract, Minimum, Percent, Versions
from ..timeline import midnight
from .proration import Anchor, anchor_of, cycle_starts

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Days ``[since, until)`` and the moments ``[start, end)``, in UTC, that they stand for."""

    since: date
    until: date
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The days ``[since, until)`` of a contract, as its zone counts them."""

    contract: Contract
    since: date
    until: date

    @property
    def zone(self) -> ZoneInfo:
        """The contract's zone."""
        return ZoneInfo(self.contract.zone)

    @property
    def anchor(self) -> Anchor:
        """Where the contract's own years and months begin."""
        return anchor_of(self.contract.since)

    @property
    def start(self) -> datetime:
        """The first moment, in UTC."""
        return midnight(self.since, self.zone)

    @property
    def end(self) -> datetime:
        """The moment after the last one, in UTC."""
        return midnight(self.until, self.zone)

    def day(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return moment.astimezone(self.zone).date()

    def price_day(self, moment: datetime) -> date:
        """Return the day whose prices hold at a moment: they change at an hour of their own."""
        local = moment.astimezone(self.zone)
        early = local.time() < self.contract.price_change_at
        return local.date() - _DAY if early else local.date()

    def days(self, since: date, until: date) -> Span:
        """Return the span of whole days."""
        zone = self.zone
        return Span(
            since=since, until=until, start=midnight(since, zone), end=midnight(until, zone)
        )

    def prices(self, since: date | None, until: date | None) -> Span:
        """Return the span in which a price of these days holds, cut to the period."""
        start = self.start if since is None else max(self._changes(since), self.start)
        end = self.end if until is None else min(self._changes(until), self.end)
        last = self.day(end - timedelta(microseconds=1))
        return Span(since=self.day(start), until=last + _DAY, start=start, end=end)

    def _changes(self, day: date) -> datetime:
        """Return the moment at which a price of that day begins, in UTC."""
        at = datetime.combine(day, self.contract.price_change_at, self.zone)
        return at.astimezone(UTC)

    def cuts(self, component: Component) -> frozenset[date]:
        """Return the days on which something changes that is reckoned on a component.

        That is a tax, or a percentage or a minimum further down: what is reckoned on others
        comes after them.
        """
        contract = self.contract
        later = contract.components[contract.components.index(component) + 1 :]
        found = {
            day
            for tax in contract.taxes
            if component.key in tax.of
            for day in boundaries(tax.series)
        }
        for each in later:
            if isinstance(each, Percent | Minimum) and component.key in each.of:
                found |= boundaries(each.series) | self.cuts(each) | self.cycles(each)
        return frozenset(found)

    def cycles(self, component: Percent | Minimum) -> frozenset[date]:
        """Return the days on which a minimum begins anew."""
        if isinstance(component, Percent):
            return frozenset()
        return frozenset(cycle_starts(component.per, self.anchor, self.since, self.until))

    def stretches(
        self, component: Component, more: Iterable[date] = ()
    ) -> Iterator[tuple[date, date]]:
        """Yield the days of the contract in the period, cut where the component's lines are."""
        first = max(self.since, self.contract.since or self.since)
        last = min(self.until, self.contract.until or self.until)
        if first >= last:
            return
        inner = {day for day in {*more, *self.cuts(component)} if first < day < last}
        days = [first, *sorted(inner), last]
        yield from pairwise(days)


def boundaries(series: Versions) -> frozenset[date]:
    """Return the days on which a series changes."""
    ends = {day for version in series for day in (version.since, version.until)}
    return frozenset(day for day in ends if day is not None)


def narrowed(
    since: date | None, until: date | None, cuts: Iterable[date], day: date
) -> tuple[date | None, date | None]:
    """Return the stretch around ``day`` that neither leaves ``[since, until)`` nor has a cut."""
    before = [each for each in cuts if each <= day]
    after = [each for each in cuts if each > day]
    starts = [*before, *([since] if since else [])]
    ends = [*after, *([until] if until else [])]
    return max(starts, default=None), min(ends, default=None)

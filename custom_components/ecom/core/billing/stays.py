"""Members who were there on some of the days only: their lines bear those days and no others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from .keys import Member
from .lines import Line, Unit
from .period import Period, Span
from .rounding import decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareByDays:
    """The share that somebody had on ``days`` of the ``of`` days of a period."""

    share: Decimal
    days: int
    of: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """The days of somebody in a period that has ``of`` days."""

    span: Span
    of: int

    def share(self, weight: Fraction) -> ShareByDays:
        """Return the share on these days whose mean over all of them is ``weight``."""
        days = (self.span.until - self.span.since).days
        return ShareByDays(share=decimal(weight * self.of / days, 4), days=days, of=self.of)

    def cut(self, line: Line) -> Line:
        """Return a line without other days; a quantity that counts days counts these."""
        since, until = max(line.since, self.span.since), min(line.until, self.span.until)
        if since >= until:
            return line
        days = (until - since).days
        return replace(
            line,
            since=since,
            until=until,
            start=max(line.start, self.span.start),
            end=min(line.end, self.span.end),
            quantity=Decimal(days) if line.unit is Unit.DAY else line.quantity,
        )


def stays_of(residents: Iterable[Member], period: Period) -> Mapping[str, Stay]:
    """Return the stays of those who were there on some days, and not on all of a period."""
    found: dict[str, Stay] = {}
    for member in residents:
        since = max(member.moved_in or period.since, period.since)
        until = min(member.moved_out or period.until, period.until)
        if since < until and (since, until) != (period.since, period.until):
            days = (period.until - period.since).days
            found[member.key] = Stay(span=period.days(since, until), of=days)
    return found

"""Lines of a price that depends on what was used since a cycle began."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..tariffs.model import Per, Tiered
from ..tariffs.pricing import UnitPrice
from ..tariffs.rates import version_on
from .lines import Line, Unpriced, Words
from .metered import Metered, Piece, lines_of, unmeasured
from .period import Period, boundaries, narrowed
from .proration import cycle_of, cycle_starts


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tier:
    """A tier between two amounts of a cycle, in units for all dwellings."""

    number: int
    lower: Decimal
    upper: Decimal | None


def tiered_lines(
    period: Period, component: Tiered, rows: Sequence[Metered], used_before: Decimal
) -> Iterator[Line | Unpriced]:
    """Yield a line per tier and price.

    ``used_before`` is what the cycle had used when the period began. Where the tier that is
    reached prices everything, it prices all that this period holds of the cycle; what an
    earlier bill has charged for the cycle stays as it was charged.
    """
    known = [row for row in rows if row.quantity is not None]
    pieces: list[Piece] = []
    for cycle, held in _by_cycle(period, component, known).items():
        used = used_before if cycle <= period.since else Decimal(0)
        pieces += _pieces(period, component, held, used)
    yield from lines_of(period, component, pieces)
    yield from unmeasured(period, component, rows)


def _by_cycle(
    period: Period, component: Tiered, rows: Sequence[Metered]
) -> Mapping[date, list[Metered]]:
    found: dict[date, list[Metered]] = {}
    for row in rows:
        day = period.day(row.row.start)
        found.setdefault(cycle_of(component.per, component.anchor, day), []).append(row)
    return found


def _pieces(
    period: Period, component: Tiered, rows: Sequence[Metered], used: Decimal
) -> Iterator[Piece]:
    """Yield what the rows of one cycle hold of each tier."""
    tiers = _tiers(component)
    total = used + sum((row.quantity or Decimal(0) for row in rows), Decimal(0))
    reached = next(tier for tier in tiers if tier.upper is None or total <= tier.upper)
    for row in rows:
        quantity = row.quantity or Decimal(0)
        shares = _over(tiers, used, quantity) if component.marginal else [(reached, quantity)]
        yield from _of_row(period, component, row, shares)
        used += quantity


def _tiers(component: Tiered) -> list[_Tier]:
    """Return the tiers in units for all dwellings; the last one has no upper bound."""
    found, lower = [], Decimal(0)
    for number, (bound, _) in enumerate(component.tiers):
        last = number == len(component.tiers) - 1
        upper = None if bound is None or last else bound * component.dwellings
        found.append(_Tier(number=number, lower=lower, upper=upper))
        lower = lower if upper is None else upper
    return found


def _over(tiers: Sequence[_Tier], used: Decimal, quantity: Decimal) -> list[tuple[_Tier, Decimal]]:
    """Return how much of a quantity is in each tier."""
    shares = ((tier, _held(tier, used + quantity) - _held(tier, used)) for tier in tiers)
    return [(tier, share) for tier, share in shares if share]


def _held(tier: _Tier, used: Decimal) -> Decimal:
    """Return how much of what a cycle has used is in a tier."""
    top = used if tier.upper is None else min(tier.upper, used)
    return max(top - tier.lower, Decimal(0))


def _of_row(
    period: Period, component: Tiered, each: Metered, shares: Sequence[tuple[_Tier, Decimal]]
) -> Iterator[Piece]:
    """Yield the parts of a row; the lines of one cycle end with it, unless it is a day."""
    cycles = cycle_starts(component.per, component.anchor, period.since, period.until)
    ends = period.cuts(component) | set(() if component.per is Per.DAY else cycles)
    for tier, quantity in shares:
        series = component.tiers[tier.number][1]
        cuts = ends | boundaries(series)
        version = version_on(series, each.day)
        yield Piece(
            order=tier.number,
            band=None,
            span=period.prices(*narrowed(None, None, cuts, each.day)),
            quantity=quantity,
            price=UnitPrice(
                value=version.value if version else None,
                since=None,
                until=None,
                source=version.source if version else "",
                derived=version.derived if version else False,
            ),
            basis=_words(component, tier),
        )


def _words(component: Tiered, tier: _Tier) -> Words:
    values = {"tier": str(tier.number + 1), "lower": str(tier.lower)}
    if tier.upper is not None:
        values["upper"] = str(tier.upper)
    kind = "basis_tier" if component.marginal else "basis_whole_tier"
    return Words(key=kind if tier.upper is not None else f"{kind}_last", values=values)

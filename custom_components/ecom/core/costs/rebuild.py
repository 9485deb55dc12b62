"""Rows made anew: from quarter-hours where the time was cut wrongly, or from rows themselves."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from ...ports import Kind
from ..quarters import Quarter, Series, Step
from ..tariffs.model import ALWAYS, UNKNOWN_BAND
from ..tariffs.pricing import Pricing
from ..timeline import QUARTER_MS
from .exchange import IndexMark, hour_marks
from .ledger import Account
from .prices import Prices
from .rows import MINUTE_MS, Flag, Row, RowKey, Rows, Totals, total

type Used = Mapping[int, int]
"""What was used of each cycle before the rows begin, by the cycle's beginning in ms."""


def rows_from_quarters(
    quarters: Mapping[int, Quarter],
    pricing: Pricing | None,
    *,
    until: int,
    used: Used,
    made: bool = False,
) -> dict[RowKey, Row]:
    """Return the rows of quarter-hours, by number since 1970, each spread evenly.

    ``until`` is where the counter was read last, in ms: what is known of a quarter-hour that
    has not ended was counted before it. Estimated quarter-hours that follow each other are
    one time without readings, over which the bound is taken; unless they are ``made`` of power,
    which was known all the time.
    """
    account = Account(pricing)
    account.used |= used
    for run in _runs(quarters):
        within = None if made or not run[0][1].estimated else _extent(run)
        for number, quarter in run:
            start = number * QUARTER_MS
            end = until if start < until < start + QUARTER_MS else start + QUARTER_MS
            step = Step(since=start, until=end, amount=quarter.amount, index=0)
            account.count(step, estimated=quarter.estimated, within=within)
    return account.drain()


def quarters_from_steps(steps: Iterable[Step]) -> dict[int, Quarter]:
    """Return the quarter-hours of what a counter counted, by number since 1970."""
    series = Series(kind=Kind.ENERGY)
    for step in steps:
        series.add(step)
    return series.drain()


def rows_from_steps(
    steps: Iterable[Step], pricing: Pricing | None, *, used: Used, band: str | None = None
) -> tuple[dict[RowKey, Row], dict[int, IndexMark]]:
    """Return the rows of what a counter, or a register of a band, counted, and its indexes."""
    account, marks = Account(pricing), dict[int, IndexMark]()
    account.used |= used
    for step in steps:
        marks |= hour_marks(step, account.count(step, band=band))
    return account.drain(), marks


def reprice(rows: Rows, pricing: Pricing | None, *, used: Used) -> tuple[dict[RowKey, Row], Totals]:
    """Return rows priced anew, and by how much that changes their sum.

    Amounts stay where they are: for another price, or one that has become known. A row of
    an unknown band, or of none, gets the bands that its time has, and so does each that no
    register counted, where its own band is gone from its time. What a row was flagged for
    stays, and so does its bound, but for what a price alone says.
    """
    account = Account(pricing)
    account.used |= used
    made: dict[RowKey, Row] = {}
    for (minute, band), until, row in _stretches(rows, account.prices):
        step = Step(since=minute * MINUTE_MS, until=until, amount=row.amount, index=0)
        kept = _kept(account, step, band, row)
        account.count(step, band=kept)
        found = account.drain()
        _carry(row, found, by_clock=kept is None)
        for key, part in found.items():
            made.setdefault(key, Row()).add(part)
    return made, total(made.values()).less(total(rows.values()))


def _runs(quarters: Mapping[int, Quarter]) -> Iterator[list[tuple[int, Quarter]]]:
    """Yield estimated quarter-hours that follow each other together, any other by itself."""
    run: list[tuple[int, Quarter]] = []
    for number, quarter in sorted(quarters.items()):
        if run and not (quarter.estimated and run[-1][1].estimated and number == run[-1][0] + 1):
            yield run
            run = []
        run.append((number, quarter))
    if run:
        yield run


def _extent(run: list[tuple[int, Quarter]]) -> tuple[int, int]:
    return run[0][0] * QUARTER_MS, (run[-1][0] + 1) * QUARTER_MS


def _stretches(rows: Rows, prices: Prices) -> Iterator[tuple[RowKey, int, Row]]:
    """Yield rows in their order, each with the end of its time: the next row's, or the hour's."""
    minutes = sorted({minute for minute, _ in rows})
    following = dict(pairwise(minutes))
    for key in sorted(rows):
        _, hour = prices.hour(key[0] * MINUTE_MS)
        follower = following.get(key[0])
        yield key, hour if follower is None else min(follower * MINUTE_MS, hour), rows[key]


def _kept(account: Account, step: Step, band: str, row: Row) -> str | None:
    """Return the band that a row keeps, None where its time says it."""
    if band == UNKNOWN_BAND:
        return None
    if row.flags & (Flag.REGISTER | Flag.BY_CLOCK) == Flag.REGISTER and band != ALWAYS:
        return band
    bands = {piece.rate.band for piece in account.prices.pieces(step.since, step.until)}
    return band if band in bands else None


def _carry(row: Row, found: Rows, *, by_clock: bool) -> None:
    """Keep what is known of how well a row was measured; ``found`` is made of it."""
    kept = row.flags & ~Flag.PROVISIONAL
    if by_clock and kept & Flag.REGISTER:
        kept |= Flag.BY_CLOCK
    left = row.bound
    for part in found.values():
        part.flags = part.flags & ~Flag.REGISTER | kept
        part.bound += left
        left = 0

"""Makes rows of the ledger anew from what is stored, in one transaction.

Everything here blocks: Home Assistant calls it from its executor.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Final

from ..core.costs.exchange import Exchange, IndexMark, around, both, check_counted, hour_marks
from ..core.costs.prices import Prices
from ..core.costs.rebuild import (
    Used,
    quarters_from_steps,
    reprice,
    rows_from_quarters,
    rows_from_steps,
)
from ..core.costs.rows import HOUR_MS, Totals
from ..core.quarters import Quarter
from ..core.tariffs.pricing import Pricing
from ..core.timeline import QUARTER_MS, from_ms, to_ms
from ..ports import Kind
from .accounts import Source, used_now
from .pasts import is_made
from .quarter_store import KEPT, QuarterStore, Segment

LOOK_AROUND: Final = timedelta(days=7)
"""So far from an exchange a reading of either meter is looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """An account whose rows of ``[start, end)`` in ms are made anew, and what counted for it.

    ``segments`` is what counted all of it and when, ``registers`` what counted a band each.
    """

    account: str
    pricing: Pricing | None
    start: int
    end: int
    now: int
    segments: Sequence[Segment] = field(default_factory=tuple)
    registers: Sequence[Segment] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """By how much the totals of an account have changed, and what it used of its cycle.

    ``since`` is where the rows begin that were made anew, in ms.
    """

    account: str
    more: Totals
    used: Used
    since: int


def rebuild(store: QuarterStore, plan: Plan) -> list[Change]:
    """Make the rows of whole hours anew from the quarter-hours, as far back as those are kept.

    The hours of registers keep what these counted, in its bands, and are priced anew: over a
    gap quarter-hours would divide it otherwise. What is older than the quarter-hours is left
    as it is.
    """
    first, end = plan.start // HOUR_MS, -(-plan.end // HOUR_MS)
    oldest = -(-to_ms(from_ms(plan.now) - KEPT) // HOUR_MS)
    with store.db.writing():
        changes = list[Change]()
        for since, until, by_register in _runs(first, end, plan.registers):
            at = since if by_register else max(since, oldest)
            if at < until:
                part = replace(plan, start=at * HOUR_MS, end=until * HOUR_MS)
                make = reprice_rows if by_register else _from_quarters
                changes += make(store, part)
        return changes


def _runs(first: int, end: int, registers: Iterable[Segment]) -> Iterator[tuple[int, int, bool]]:
    """Yield the hours of a time in order, those together in which registers counted, or not."""
    spans = [
        (each.since // HOUR_MS, end if each.until is None else -(-each.until // HOUR_MS))
        for each in registers
    ]
    edges = {min(max(edge, first), end) for span in spans for edge in span}
    for since, until in pairwise(sorted({first, end, *edges})):
        yield since, until, any(begun <= since < ended for begun, ended in spans)


def _from_quarters(store: QuarterStore, plan: Plan) -> list[Change]:
    """Make rows anew from quarter-hours; a plan is of whole hours here."""
    quarters, until = quarters_of(store, plan.segments, plan.start, plan.end)
    rows = rows_from_quarters(
        quarters,
        plan.pricing,
        until=until,
        used=used_before(store, plan, plan.start),
        made=any(is_made(segment.key) for segment in plan.segments),
    )
    more = store.ledger.replace(plan.account, plan.start, plan.end, rows)
    return [change(store, plan, more)]


def reprice_rows(store: QuarterStore, plan: Plan) -> list[Change]:
    """Price the rows of whole hours anew, each where it is."""
    start, end = plan.start // HOUR_MS * HOUR_MS, -(-plan.end // HOUR_MS) * HOUR_MS
    with store.db.writing():
        rows, _ = reprice(
            store.ledger.rows(plan.account, start, end),
            plan.pricing,
            used=used_before(store, plan, start),
        )
        more = store.ledger.replace(plan.account, start, end, rows)
        return [change(store, plan, more)]


def exchanged(
    store: QuarterStore,
    key: str,
    exchange: Exchange,
    sources: Iterable[tuple[Source, Plan]],
    *,
    kind: Kind,
) -> list[Change]:
    """Book a counter anew around an exchange that is stated afterwards, and keep that.

    The quarter-hours, the indexes and the rows of the accounts that it feeds become those
    of both meters. Raises ExchangeError where no readings fit.
    """
    marks = store.ledger.marks(key, *_of_both(store.ledger.exchanges(key), exchange.at))
    before, after = around(marks, exchange)
    steps = both(before, after, exchange)
    for step in steps:
        check_counted(kind, step.since, step.until, step.amount)
    with store.db.writing():
        store.ledger.add_exchange(key, exchange)
        store.put(key, quarters_from_steps(steps))
        changes, marks = list[Change](), dict[int, IndexMark]()
        for step in steps:
            marks |= hour_marks(step)
        for source, plan in sources:
            mine = [each for step in steps if (each := step.after(source.since))]
            start = max(before.at, -(-source.since // HOUR_MS) * HOUR_MS)
            used = used_before(store, plan, start)
            rows, found = rows_from_steps(mine, plan.pricing, used=used, band=source.band)
            marks |= found
            more = store.ledger.replace(source.account, start, after.at, rows, band=source.band)
            changes.append(change(store, replace(plan, start=start), more))
            if changes[-1].used:  # What was used since is in other tiers now.
                changes += reprice_rows(store, replace(plan, start=after.at))
        store.put_marks(key, marks)
        return changes


def _of_both(known: Iterable[Exchange], at: int) -> tuple[int, int]:
    """Return the time around an exchange in which a reading of either meter is looked for.

    What was read beyond another exchange is of a third meter.
    """
    reach = LOOK_AROUND // timedelta(milliseconds=1)
    others = [each.at for each in known]
    return (
        max([at - reach, *(each + 1 for each in others if each < at)]),
        min([at + reach, *(each for each in others if each > at)]),
    )


def quarters_of(
    store: QuarterStore, segments: Sequence[Segment], start: int, end: int
) -> tuple[dict[int, Quarter], int]:
    """Return the quarter-hours of an account, and when what counts it was read last.

    Times are in ms. Blocks.
    """
    found: dict[int, Quarter] = {}
    marks, last = store.marks(), start
    for segment in segments:
        first = max(start, segment.since // QUARTER_MS * QUARTER_MS)
        until = end if segment.until is None else min(end, segment.until + QUARTER_MS - 1)
        if first >= until:
            continue
        if segment.key in marks:
            last = max(last, marks[segment.key].at)
        for number, each in store.quarters(segment.key, from_ms(first), from_ms(until)).items():
            known = found.setdefault(number, Quarter())
            known.amount += each.amount
            known.covered_ms += each.covered_ms
            known.estimated |= each.estimated
    return found, last


def used_before(store: QuarterStore, plan: Plan, start: int) -> dict[int, int]:
    """Return what was used before a time of the cycle that it begins in."""
    cycle = Prices(plan.pricing).cycle(start)
    return {} if cycle is None else {cycle: store.ledger.used(plan.account, cycle, start)}


def change(store: QuarterStore, plan: Plan, more: Totals) -> Change:
    """Return what has become of an account whose rows of a plan were made anew."""
    used = used_now(store.ledger, plan.account, plan.pricing, plan.now)
    return Change(account=plan.account, more=more, used=used, since=plan.start)

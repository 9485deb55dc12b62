"""Brings readings of the past into the books: quarter-hours, indexes, and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from homeassistant.core import HomeAssistant

from ..core.costs.exchange import Exchange, IndexMark
from ..core.costs.readings import (
    Read,
    beside,
    overlaps,
    steps_of,
    with_edges,
)
from ..core.costs.rebuild import quarters_from_steps, rows_from_steps
from ..core.costs.rows import HOUR_MS, MINUTE_MS, Totals, total
from ..core.costs.stretches import before_exchanges, kept
from ..core.quarters import Mark, Quarter
from ..core.timeline import QUARTER_MS, from_ms, to_ms
from ..ports import Kind
from .anchors import Past, known
from .begun import Begun
from .edges import by_series, key_at, told
from .ledger import LedgerBook
from .pasts import is_made
from .quarter_store import KEPT, QuarterStore, Segment
from .quarters import QuarterBook
from .rebuilding import Change, Plan, change, reprice_rows, used_before


class AlreadyCounted(Exception):
    """Some of the time is counted already, and was not to be replaced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What readings are brought to: an account, and what counts it, or the band of a register.

    ``registers`` are the series whose sum a meter with registers counts in all, and ``whole``
    is what counts that; both are empty for what is no register.
    """

    account: str
    kind: Kind
    segments: Sequence[Segment]
    band: str | None = None
    registers: Sequence[str] = ()
    whole: Sequence[Segment] = ()

    @property
    def key(self) -> str:
        """Return the series that counts it now, or did last."""
        return self.segments[-1].key


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Readings to be brought to a target, ``over`` what is known already or only where nothing is.

    ``hours`` are those in which the account began to be shown, in ms. ``whole`` is where the
    counter of the total stands, for a register; None where it has never been read.
    """

    target: Target
    readings: Sequence[Read]
    over: bool
    plan: Plan
    hours: Mapping[str, int]
    whole: Mark | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What was brought in, what that changed, and by how much it changed the first hours."""

    amount: int
    rows: int
    changes: Sequence[Change]
    early: Mapping[str, Totals]


class Imports:
    """Brings readings in, all of them or none."""

    def __init__(
        self, hass: HomeAssistant, quarters: QuarterBook, ledger: LedgerBook, begun: Begun
    ) -> None:
        """Take the books that are open."""
        self._hass = hass
        self._quarters = quarters
        self._ledger = ledger
        self._begun = begun

    async def bring(self, target: Target, readings: Sequence[Read], *, over: bool) -> Brought:
        """Bring readings in.

        Where they go on later than the counter itself was read, it goes on from the last of
        them, and what it counted up to the first of them is counted as well. Raises
        ReadingsError for readings that cannot be, and AlreadyCounted.
        """
        store, key = self._quarters.store, target.key
        order = Order(
            target=target,
            readings=readings,
            over=over,
            plan=self._ledger.plan(target.account, from_ms(0), None),
            hours=self._begun.hours(target.account),
            whole=self._quarters.stands(target.whole[-1].key) if target.whole else None,
        )
        await self._quarters.flush()
        await self._hass.async_add_executor_job(check, store, order)
        stood, last = self._quarters.stands(key), mark_of(readings[-1])
        if is_made(key) or (stood is not None and stood.at > last.at):
            return await self._settled(order)
        # A reading that comes while this is written counts on from the last one.
        self._quarters.place(key, last)
        try:
            return await self._settled(_joined(order, stood))
        except BaseException:
            if self._quarters.stands(key) is last:
                self._quarters.place(key, stood)
            raise

    async def _settled(self, order: Order) -> Brought:
        done: list[Brought] = []
        await self._quarters.settled(partial(bring, self._quarters.store, order), done.append)
        (found,) = done
        self._ledger.adjust(found.changes)
        self._begun.hide(order.target.account, found.early)
        return found


def mark_of(read: Read) -> Mark:
    """Return where a counter stood when it was read."""
    return Mark(at=read.at, index=read.index)


def _joined(order: Order, stood: Mark | None) -> Order:
    """Return readings with the last one of the counter itself before them, if that fits."""
    first = order.readings[0]
    if stood is None or stood.at >= first.at or stood.index > first.index:
        return order
    joined = replace(order, readings=[Read(at=stood.at, index=stood.index), *order.readings])
    try:
        steps_of(joined.readings[:2], order.target.kind)
    except ValueError:
        return order
    return joined


def check(store: QuarterStore, order: Order) -> None:
    """See that readings can be brought in. Blocks. Raises ReadingsError and AlreadyCounted."""
    steps = steps_of(order.readings, order.target.kind)
    if not order.over and _is_counted(store, order.target, steps[0].since, steps[-1].until):
        raise AlreadyCounted


def bring(store: QuarterStore, order: Order) -> Brought:
    """Bring readings in, in one transaction. Blocks."""
    target = order.target
    brought = steps_of(order.readings, target.kind)
    order = replace(order, readings=_past(store, order).widened(order.readings))
    steps = steps_of(order.readings, target.kind)
    start, end = steps[0].since, steps[-1].until
    first, last = _whole_hours(start, end)
    there = known(store, target.segments, first, last)
    register = target.band is not None
    tells = told(store, target.segments, order.readings, there, register=register)
    around = beside(there, start, end, tells)
    with store.db.writing():
        early = {what: _hour(store, target, hour) for what, hour in order.hours.items()}
        plan = replace(order.plan, start=first)
        rows, marks = rows_from_steps(
            [*around.before, *steps, *around.after],
            plan.pricing,
            used=used_before(store, plan, first),
            band=target.band,
        )
        more = store.ledger.replace(target.account, first, last, rows, band=target.band)
        _put(store, order, with_edges(quarters_from_steps(steps), around.edges))
        _put_indexes(store, order, marks)
        changes = [change(store, plan, more)]
        if changes[0].used:  # What was used since is in other tiers now.
            changes += reprice_rows(store, replace(plan, start=last))
        found = {what: _hour(store, target, hour) for what, hour in order.hours.items()}
    return Brought(
        amount=sum(step.amount for step in brought),
        rows=len(rows),
        changes=changes,
        early={what: found[what].less(early[what]) for what in found},
    )


def _past(store: QuarterStore, order: Order) -> Past:
    target = order.target
    return Past(
        store=store,
        account=target.account,
        segments=target.segments,
        kind=target.kind,
        band=target.band,
        oldest=_oldest(order),
    )


def _oldest(order: Order) -> int:
    """Return since when quarter-hours are kept, in ms."""
    return to_ms(from_ms(order.plan.now) - KEPT) // QUARTER_MS * QUARTER_MS


def _whole_hours(start: int, end: int) -> tuple[int, int]:
    return start // HOUR_MS * HOUR_MS, -(-end // HOUR_MS) * HOUR_MS


def _hour(store: QuarterStore, target: Target, hour: int) -> Totals:
    return total(store.ledger.sums(target.account, hour, hour + HOUR_MS).values())


def _is_counted(store: QuarterStore, target: Target, start: int, end: int) -> bool:
    """Return whether any of a time is counted already: by quarter-hours, or rows without them."""
    there = known(store, target.segments, *_whole_hours(start, end))
    if overlaps(there, start, end):
        return True
    shared = {number * QUARTER_MS // HOUR_MS for number in there}
    hours = {
        minute * MINUTE_MS // HOUR_MS
        for minute, band in store.ledger.rows(target.account, *_whole_hours(start, end))
        if target.band is None or band == target.band
    }
    return bool(hours - shared)


def _put(store: QuarterStore, order: Order, quarters: Mapping[int, Quarter]) -> None:
    """Keep quarter-hours, each with what counted the meter then; not those that are too old."""
    target, last = order.target, mark_of(order.readings[-1])
    start, end = min(quarters) * QUARTER_MS, (max(quarters) + 1) * QUARTER_MS
    oldest = _oldest(order) // QUARTER_MS
    young = {number: each for number, each in quarters.items() if number >= oldest}
    store.advance(target.key, last)
    _replace(store, target.segments, (start, end), young, last)
    if target.band is not None and order.whole is not None:
        _put_whole(store, target, (start, end), order.whole)


def _put_whole(store: QuarterStore, target: Target, time: tuple[int, int], mark: Mark) -> None:
    """Let a meter count what its registers do, in the quarter-hours that all of them know.

    Where its own counter stands does not follow from them, and stays.
    """
    parts = [store.quarters(key, *map(from_ms, time)) for key in target.registers]
    together = set.intersection(*map(set, parts))
    sums: dict[int, Quarter] = {}
    for part in parts:
        with_edges(sums, {number: part[number] for number in together})
    for number in together:
        sums[number].covered_ms = min(part[number].covered_ms for part in parts)
        at = number * QUARTER_MS
        _replace(store, target.whole, (at, at + QUARTER_MS), {number: sums[number]}, mark)


def _replace(
    store: QuarterStore,
    segments: Sequence[Segment],
    time: tuple[int, int],
    quarters: Mapping[int, Quarter],
    last: Mark,
) -> None:
    """Replace the quarter-hours of a time, whatever counted the meter in it."""
    for key in dict.fromkeys(segment.key for segment in segments):
        store.begin(key, last)
        store.forget(key, *map(from_ms, time))
    for key, mine in by_series(segments, quarters, QUARTER_MS).items():
        store.put(key, mine, read=True)


def _put_indexes(store: QuarterStore, order: Order, marks: Mapping[int, IndexMark]) -> None:
    """Keep where the counter stood at the hours that were read, and its exchanges."""
    target, first, last = order.target, order.readings[0], order.readings[-1]
    as_read = before_exchanges(marks, order.readings)
    within = {hour: mark for hour, mark in as_read.items() if first.at < hour * HOUR_MS <= last.at}
    if first.at % HOUR_MS == 0:
        within[first.at // HOUR_MS] = IndexMark(index=first.index)
    for key, mine in by_series(target.segments, within, HOUR_MS).items():
        store.put_marks(key, mine)
    sure = {each.at: each.index for each in kept(order.readings)}
    for key in dict.fromkeys(segment.key for segment in target.segments):
        store.ledger.forget_exchanges(key, first.at, last.at)
    for read in order.readings:
        if read.swap is not None:
            stated = Exchange(at=read.at, closing=read.swap.closing, opening=read.swap.opening)
            store.ledger.add_exchange(key_at(target.segments, read.at), stated)
    by_key = by_series(target.segments, sure, 1)
    for key in dict.fromkeys(segment.key for segment in target.segments):
        store.put_readings(key, first.at, last.at, by_key.get(key, {}))

"""The ledger of the Site: what each meter costs, kept with its quarter-hours."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..core.costs.exchange import Exchange, check_counted, is_stated
from ..core.costs.rows import HOUR_MS
from ..core.quarters import SCALES, Gap, Quarter
from ..core.tariffs.pricing import Pricing
from ..core.timeline import from_ms, to_ms
from .accounts import Accounts, used_now
from .quarters import QuarterBook
from .rebuilding import Change, Plan, exchanged, rebuild, reprice_rows

PATIENCE: Final = timedelta(minutes=1)
"""So long after a price has changed a reading is waited for before all is written."""


class LedgerBook:
    """Writes after each change of a price, and makes anew what has become known otherwise."""

    def __init__(self, hass: HomeAssistant, quarters: QuarterBook) -> None:
        """Take the book that feeds the accounts; ``start`` begins to write."""
        self._hass = hass
        self._quarters = quarters
        self._boundary: CALLBACK_TYPE | None = None
        self._late: CALLBACK_TYPE | None = None
        self._unlisten: Callable[[], None] | None = None
        self._exchanging = asyncio.Lock()
        self._unkept: dict[str, Exchange] = {}
        self.adjusted: Callable[[str], None] = lambda _account: None
        """Is told of each account whose stored rows were made anew, before its totals follow."""
        self.remade: Callable[[str, int], None] = lambda _account, _since: None
        """Is told the same, and from which moment on in ms they are others."""

    @property
    def accounts(self) -> Accounts:
        """Return the accounts: their totals, whether they have started, and who is told."""
        return self._quarters.accounts

    @callback
    def start(self) -> None:
        """Begin."""
        self._unlisten = self.accounts.listen(self._counted)
        self._await_boundary()

    @callback
    def close(self) -> None:
        """Write no more of its own."""
        for stop in (self._boundary, self._late, self._unlisten):
            if stop is not None:
                stop()
        self._boundary = self._late = self._unlisten = None

    async def set_pricing(self, key: str, pricing: Pricing | None) -> None:
        """Price an account by a contract from now on; what is stored stays as it is."""
        account = self.accounts.of(key)
        store, now = self._quarters.store.ledger, to_ms(dt_util.utcnow())
        await self._quarters.settled(
            partial(used_now, store, key, pricing, now), partial(account.change, pricing)
        )
        self._await_boundary()

    def first(self, key: str) -> int | None:
        """Return when the first row of an account begins, in ms; None without any. Blocks."""
        return self._quarters.store.ledger.first(key)

    async def rebuild(self, key: str, since: datetime, until: datetime | None = None) -> None:
        """Make the rows of an account anew from its quarter-hours, by its contract as it is now.

        For a contract that is new, or whose bands have changed. Whole hours are made anew;
        those older than the quarter-hours that are kept stay.
        """
        await self._settled([self.plan(key, since, until)], rebuild)

    async def reprice(self, key: str, since: datetime, until: datetime | None = None) -> None:
        """Price the rows of an account anew, each where it is.

        For a price that has changed, or has become known.
        """
        await self._settled([self.plan(key, since, until)], reprice_rows)

    async def fill(self, key: str, gap: Gap, quarters: dict[int, Quarter]) -> None:
        """Replace the quarter-hours of a gap by what is better known, and the rows with them.

        A register's account keeps what its registers say.
        """
        store = self._quarters.store
        plans = [
            self.plan(source.account, gap.since, gap.until)
            for source in self.accounts.fed_by(key)
            if source.band is None
        ]

        def job() -> list[Change]:
            with store.db.writing():
                store.fill(key, gap, quarters)
                return [change for plan in plans for change in rebuild(store, plan)]

        await self._quarters.settled(job, self.adjust)

    async def exchange(self, key: str, at: datetime, closing: float, opening: float) -> None:
        """State that a counter was exchanged: where the old one ended and the new one began.

        In Wh or m³. Where the new one has not been read yet, what the old one had still counted
        is counted, and the new one goes on. Otherwise what was booked around it is replaced;
        raises ExchangeError where there are no readings of both, such as before the first full
        hour of the new one, and KeyError for a counter that is not followed. What is stated
        once more counts nothing; otherwise than before, it is an ExchangeError.
        """
        async with self._exchanging:
            await self._exchange(key, at, closing, opening)

    async def _exchange(self, key: str, at: datetime, closing: float, opening: float) -> None:
        track = self._quarters.tracks[key]
        scale, store = SCALES[track.series.kind], self._quarters.store
        stated = Exchange(
            at=to_ms(at), closing=round(closing * scale), opening=round(opening * scale)
        )
        unkept = self._unkept.get(key)
        if unkept is not None and is_stated([unkept], stated):
            await self._keep(key, stated)
            return
        known = await self._hass.async_add_executor_job(store.ledger.exchanges, key)
        if is_stated(known, stated):
            return
        mark = track.series.mark
        if mark is not None and mark.at <= stated.at and mark.index <= stated.closing:
            check_counted(track.series.kind, mark.at, stated.at, stated.closing - mark.index)
            step = track.series.exchange(at, closing, opening)
            if step is not None:
                track.book(step)
            await self._keep(key, stated)
            return
        sources = [
            (source, self.plan(source.account, at, None)) for source in self.accounts.fed_by(key)
        ]
        job = partial(exchanged, store, key, stated, sources, kind=track.series.kind)
        await self._quarters.settled(job, self.adjust)

    async def _keep(self, key: str, stated: Exchange) -> None:
        """Keep an exchange that is counted; if it cannot be kept it is known all the same."""
        self._unkept[key] = stated
        keep = partial(self._quarters.store.ledger.add_exchange, key, stated)
        await self._quarters.settled(keep, lambda _: None)
        del self._unkept[key]

    def plan(self, key: str, since: datetime, until: datetime | None) -> Plan:
        """Return an account as it is made anew in a time, up to now where no end is given."""
        now = to_ms(dt_util.utcnow())
        return Plan(
            account=key,
            pricing=self.accounts.of(key).prices.pricing,
            start=to_ms(since),
            end=now + HOUR_MS if until is None else to_ms(until),
            now=now,
            segments=tuple(self._quarters.pasts.of_account(key)),
            registers=tuple(
                segment
                for times in self._quarters.pasts.registers(key).values()
                for segment in times
            ),
        )

    async def _settled(self, plans: Sequence[Plan], make: Callable[..., list[Change]]) -> None:
        store = self._quarters.store
        for plan in plans:
            await self._quarters.settled(partial(make, store, plan), self.adjust)

    @callback
    def adjust(self, changes: Sequence[Change]) -> None:
        """Let the accounts follow their rows, which are stored, and tell of it."""
        for change in changes:
            self.adjusted(change.account)
            self.remade(change.account, change.since)
            self.accounts.adjust(change.account, change.more, change.used)

    @callback
    def _await_boundary(self) -> None:
        """Wake up when the next price of an account begins."""
        if self._boundary is not None:
            self._boundary()
            self._boundary = None
        now = to_ms(dt_util.utcnow())
        ends = [
            account.prices.boundary_after(now)
            for account in self.accounts.by_key.values()
            if account.prices.pricing is not None
        ]
        if ends:
            self._boundary = async_track_point_in_utc_time(
                self._hass, self._at_boundary, from_ms(min(ends))
            )

    @callback
    def _at_boundary(self, _now: datetime) -> None:
        """Write at the first reading from now on, or in a minute."""
        self._boundary = None
        if self._late is None:
            self._late = async_call_later(self._hass, PATIENCE, self._write_late)
        self._await_boundary()

    @callback
    def _counted(self, _key: str) -> None:
        if self._late is not None:
            self._late()
            self._late = None
            # The step that this is told of has other accounts and indexes to reach first.
            self._hass.async_create_task(self._quarters.flush(), eager_start=False)

    async def _write_late(self, _now: datetime) -> None:
        self._late = None
        await self._quarters.flush()

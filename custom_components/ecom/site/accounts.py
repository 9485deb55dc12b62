"""The accounts of all meters, as they stand now, and what feeds them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from ..core.costs.ledger import ENDLESS, Account, Part
from ..core.costs.prices import Prices
from ..core.costs.rebuild import Used
from ..core.costs.rows import MINUTE_MS, Rows, Totals
from ..core.quarters import Step
from ..core.tariffs.pricing import Pricing
from .ledger_store import LedgerBatch, LedgerStore

type RowsListener = Callable[[str, int], None]
"""Is told the key of an account whose stored rows are others now, and from when on, in ms."""

type Listener = Callable[[str], None]
"""Is told the key of an account whose totals have changed, or that has been read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A series that counts for an account: all of it, or the band of a register.

    It counts from ``since`` on, in ms. One that is ``made`` of power cannot be caught up
    with after a crash.
    """

    key: str
    account: str
    band: str | None = None
    made: bool = False
    since: int = 0


class Accounts:
    """Every account there is, fed or of the past; and who is told of them."""

    def __init__(self, accounts: Mapping[str, Account] | None = None) -> None:
        """Take the accounts as they are stored."""
        self.by_key: dict[str, Account] = dict(accounts or {})
        self._published = {key: replace(each.totals) for key, each in self.by_key.items()}
        self._sources: dict[str, list[Source]] = {}
        self._read: set[str] = set()
        self._told: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._listeners: list[Listener] = []
        self._rows_listeners: list[RowsListener] = []
        self.renamed: Callable[[str, str], None] = lambda _old, _new: None
        """Is told the old and the new key of an account that goes on under another name."""
        self.rename_written: Callable[[str], None] = lambda _new: None
        """Is told the new key once the ledger has it."""

    @classmethod
    def load(cls, store: LedgerStore, pricings: Mapping[str, Pricing], now: int) -> Accounts:
        """Return the accounts of a store, with the contracts that some have. Blocks.

        They have them before anything is read: what was used while Home Assistant was away
        is priced by the time in which it was.
        """
        found = {key: Account(totals=totals) for key, totals in store.totals().items()}
        for key, pricing in pricings.items():
            account = found.setdefault(key, Account())
            account.change(pricing, used_now(store, key, pricing, now))
        return cls(found)

    def follow(self, sources: Iterable[Source]) -> None:
        """Note what feeds which account from now on."""
        self._sources = {}
        for source in sources:
            self._sources.setdefault(source.account, []).append(source)
            self.of(source.account)

    def of(self, key: str) -> Account:
        """Return an account, new or known."""
        return self.by_key.setdefault(key, Account())

    def sources(self, key: str) -> list[Source]:
        """Return what feeds an account now."""
        return self._sources.get(key, [])

    def fed_by(self, series: str) -> list[Source]:
        """Return how a series feeds accounts now."""
        return [each for found in self._sources.values() for each in found if each.key == series]

    def started(self, key: str) -> bool:
        """Return whether all that feeds an account has been read since the start.

        Before that its totals may be behind what was told of them before a crash.
        """
        found = self.sources(key)
        return bool(found) and all(each.key in self._read for each in found)

    def totals(self, key: str) -> Totals:
        """Return what an account has counted in all; what no crash can take back of it."""
        if any(each.made for each in self.sources(key)):
            return self._published.get(key, Totals())
        return self.of(key).totals

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener of each change; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def listen_to_rows(self, listener: RowsListener) -> Callable[[], None]:
        """Tell a listener of rows that were stored, or made anew; return what ends that."""
        self._rows_listeners.append(listener)
        return lambda: self._rows_listeners.remove(listener)

    def unstored(self, key: str) -> Rows:
        """Return the rows that are in an account's totals, and not stored yet."""
        made = any(each.made for each in self.sources(key))
        return {} if made else self.of(key).pending

    def count(self, source: Source, step: Step, *, estimated: bool) -> list[Part]:
        """Book what a source counted."""
        mine = step.after(source.since)
        if mine is None:
            return []
        parts = self.of(source.account).count(mine, band=source.band, estimated=estimated)
        if mine.amount:
            self.tell(source.account)
        return parts

    def read(self, source: Source) -> None:
        """Note that a source has been read."""
        self._read.add(source.key)
        if source.account not in self._told and self.started(source.account):
            self._told.add(source.account)
            self.tell(source.account)

    def tell(self, key: str) -> None:
        """Tell the listeners of an account."""
        for listener in tuple(self._listeners):
            listener(key)

    def adjust(self, key: str, more: Totals, used: Used) -> None:
        """Follow a change of rows that are stored."""
        account = self.of(key)
        account.totals.add(more)
        account.change(account.prices.pricing, used)
        self._published[key] = account.stored
        self._tell_of_rows(key, 0)
        self.tell(key)

    def moved(self, old: str, new: str) -> None:
        """Let an account go on under another name, unless one of that name has counted."""
        there = self.by_key.get(new)
        if old in self.by_key and (there is None or there.totals == Totals()):
            self.by_key[new] = self.by_key.pop(old)
            self._published[new] = self._published.pop(old, Totals())
            self._renamed[old] = new
            self.renamed(old, new)

    def drain(self) -> LedgerBatch:
        """Return what is not stored yet."""
        renamed, self._renamed = self._renamed, {}
        rows = {key: each.drain() for key, each in self.by_key.items() if each.pending}
        return LedgerBatch(rows=rows, renamed=renamed)

    def put_back(self, batch: LedgerBatch) -> None:
        """Take back what could not be stored."""
        self._renamed = {**batch.renamed, **self._renamed}
        for key, rows in batch.rows.items():
            self.of(self._renamed.get(key, key)).put_back(rows)

    def written(self, batch: LedgerBatch) -> None:
        """Note what is stored, and tell of accounts that are only told of then."""
        for new in batch.renamed.values():
            self.rename_written(new)
        for key in [each for each in batch.rows if each in self.by_key]:
            self._published[key] = self.of(key).stored
            self._tell_of_rows(key, min(minute for minute, _ in batch.rows[key]) * MINUTE_MS)
            if any(each.made for each in self.sources(key)):
                self.tell(key)

    def _tell_of_rows(self, key: str, since: int) -> None:
        for listener in tuple(self._rows_listeners):
            listener(key, since)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """Where a track books what it counts."""

    accounts: Accounts
    source: Source

    @property
    def band(self) -> str | None:
        """Return the band of the register, None for what counts all."""
        return self.source.band

    def count(self, step: Step, *, estimated: bool) -> list[Part]:
        """Book a step, and return how it was spread."""
        return self.accounts.count(self.source, step, estimated=estimated)

    def read(self) -> None:
        """Note that the counter has been read."""
        self.accounts.read(self.source)


def used_now(store: LedgerStore, key: str, pricing: Pricing | None, now: int) -> dict[int, int]:
    """Return what an account used of a cycle, by its beginning in ms. Blocks.

    That of now, and that of the last row: what is read next may have been used in either.
    """
    prices, last = Prices(pricing), store.last(key)
    moments = [now] if last is None else [last, now]
    cycles = {cycle for each in moments if (cycle := prices.cycle(each)) is not None}
    spans = pairwise([*sorted(cycles), ENDLESS])
    return {cycle: store.used(key, cycle, until) for cycle, until in spans}

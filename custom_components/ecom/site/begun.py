"""Since when the totals of each account are published.

An account may be made anew as far back as quarter-hours go. Its entities begin when they
are first shown, and do not jump by what lies before: that is in the answers of actions
and in the statistics of the past.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..core.costs.rows import HOUR_MS, Totals, total
from .ledger_store import LedgerStore

SAVE_DELAY: Final = 5
COUNTED, PRICED = "counted", "priced"
HEADS: Final = {COUNTED: "counted_head", PRICED: "priced_head"}
"""What the hour held in which it began, when it began: its rows go on to grow."""


class Begun:
    """When each account began to be shown, in ms; kept over restarts."""

    def __init__(self, hass: HomeAssistant, store: LedgerStore) -> None:
        """Know of none yet."""
        self._hass = hass
        self._ledger = store
        self._store = Store[dict[str, Any]](hass, 1, f"{DOMAIN}.accounts")
        self._known: dict[str, dict[str, Any]] = {}
        self._before: dict[str, Totals] = {}
        self._stale: set[str] = set()
        self._asked: set[str] = set()
        self._unwritten: set[str] = set()

    async def load(self) -> None:
        """Take up what an earlier run has noted."""
        self._known = await self._store.async_load() or {}

    @callback
    def note(self, account: str, what: str, now: int) -> None:
        """Note that an account is counted, or priced, from now on, unless it was already."""
        if what not in self._known.setdefault(account, {}):
            self._known[account][what] = now
            self._stale.add(account)
            self._save()

    def has(self, account: str, what: str) -> bool:
        """Return whether an account has ever been counted, or priced."""
        return what in self._known.get(account, {})

    @callback
    def changed(self, account: str) -> None:
        """Note that what lies before may be something else now."""
        self._stale.add(account)

    @callback
    def moved(self, old: str, new: str) -> None:
        """Let what is noted of an account be that of its new name: it is shown without a jump."""
        _rename(self._known, old, new)
        _rename(self._before, old, new)
        stale = old in self._stale | self._asked
        self._stale -= {old, new}
        self._asked -= {old, new}
        if stale:
            self._stale.add(new)
        self._unwritten.add(new)
        self._save()

    @callback
    def written(self, new: str) -> None:
        """Note that the ledger has an account by its new name; before, nothing is looked up."""
        self._unwritten.discard(new)

    def hours(self, account: str) -> dict[str, int]:
        """Return when the hour began in which an account began to be shown, in ms."""
        known = self._known.get(account, {})
        return {what: known[what] // HOUR_MS * HOUR_MS for what in HEADS if what in known}

    @callback
    def hide(self, account: str, more: Mapping[str, Totals]) -> None:
        """Note that more, or less, lies before in the hour in which it began to be shown."""
        for what, each in more.items():
            head = Totals(**self._known[account].get(HEADS[what], {}))
            head.add(each)
            self._known[account][HEADS[what]] = asdict(head)
        self._stale.add(account)
        self._save()

    async def refresh(self, accounts: Iterable[str]) -> None:
        """Look up what lies before the beginning of accounts for which that is not known.

        Raises sqlite3.Error if it cannot be read now.
        """
        unknown = [each for each in accounts if each in self._stale or each not in self._before]
        wanted = [each for each in unknown if each not in self._unwritten]
        if not wanted:
            return
        self._stale.difference_update(wanted)
        self._asked.update(wanted)
        try:
            await self._note_heads(wanted)
            found = await self._hass.async_add_executor_job(self._read, wanted)
        except sqlite3.Error:
            self._stale.update(self._asked.intersection(wanted))
            raise
        finally:
            gone = {*wanted} - self._asked
            self._asked.difference_update(wanted)
        # One that has got another name meanwhile is looked up by that.
        self._before.update({key: each for key, each in found.items() if key not in gone})

    def shown(self, account: str, totals: Totals) -> Totals | None:
        """Return what is shown of an account's totals; None while that is not known."""
        if account in self._stale | self._asked or account not in self._before:
            return None
        return Totals(
            amount=totals.amount,
            money=totals.money,
            unpriced=totals.unpriced,
        ).less(self._before[account])

    async def close(self) -> None:
        """Write what is noted."""
        await self._store.async_save(self._known)

    async def _note_heads(self, accounts: Iterable[str]) -> None:
        """Note what the hours hold in which accounts begin just now."""
        missing = [
            (account, what, hour, self._known[account][what])
            for account in accounts
            for what, hour in self.hours(account).items()
            if HEADS[what] not in self._known[account]
        ]
        found = await self._hass.async_add_executor_job(self._read_heads, missing)
        for (account, what, *_), head in zip(missing, found, strict=True):
            if account in self._known:  # Else it has got another name meanwhile.
                self._known[account].setdefault(HEADS[what], asdict(head))
        if missing:
            self._save()

    def _read_heads(self, wanted: Iterable[tuple[str, str, int, int]]) -> list[Totals]:
        """Return what the ledger holds of those hours. Blocks."""
        return [
            total(self._ledger.sums(account, hour, since).values())
            for account, _, hour, since in wanted
        ]

    def _read(self, accounts: Iterable[str]) -> Mapping[str, Totals]:
        """Return what lies before. Blocks."""
        return {account: self._read_one(account) for account in accounts}

    def _read_one(self, account: str) -> Totals:
        counted, priced = (self._read_before(account, what) for what in HEADS)
        return Totals(amount=counted.amount, money=priced.money, unpriced=counted.unpriced)

    def _read_before(self, account: str, what: str) -> Totals:
        """Return what lies before the hour in which it began, and what that held before."""
        totals = self._ledger.before(account, self.hours(account).get(what, 0))
        totals.add(Totals(**self._known.get(account, {}).get(HEADS[what], {})))
        return totals

    @callback
    def _save(self) -> None:
        self._store.async_delay_save(lambda: self._known, SAVE_DELAY)


def _rename[T](known: dict[str, T], old: str, new: str) -> None:
    """Let a key have another name; what had that name before is forgotten."""
    found = known.pop(old, None)
    known.pop(new, None)
    if found is not None:
        known[new] = found

"""Lets the ledger follow the contracts: one account after the other, in the background."""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.tariffs.differences import Difference, differences, widened
from ..core.tariffs.succession import Succession
from ..core.timeline import from_ms, to_ms
from .ledger import LedgerBook
from .priced_by import PricedBy

_LOGGER = logging.getLogger(__name__)

EVER: Final = from_ms(0)
LOOK_BACK: Final = timedelta(days=60)
"""So far back what has no price is looked at when Home Assistant starts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Contracts:
    """An account gets contracts, others, or none."""

    account: str
    pricing: Succession | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Learned:
    """What an account is priced by knows something else from a moment on: bands, or prices."""

    account: str
    pricing: Succession
    since: datetime


type _Task = _Contracts | _Learned


class Repricing:
    """Knows by what each account is priced, and makes it so."""

    def __init__(self, hass: HomeAssistant, ledger: LedgerBook, priced_by: PricedBy) -> None:
        """Take the ledger, and what is noted of its accounts."""
        self._hass = hass
        self._ledger = ledger
        self._priced_by = priced_by
        self._priced: dict[str, Succession] = {}
        self._seen: set[str] = set()
        self._queue: asyncio.Queue[_Task] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None

    @callback
    def follow(self, wanted: Mapping[str, Succession]) -> None:
        """Price accounts by these from now on, and as far back as is known.

        An account that loses its contracts keeps what it cost. One that was priced by the
        same throughout, in an earlier run, is left alone.
        """
        for account in self._priced.keys() - wanted.keys():
            del self._priced[account]
            self._ask(_Contracts(account=account, pricing=None))
        for account, pricing in wanted.items():
            if self._priced.get(account) is pricing:
                continue
            # An account has its contracts from the start on, if they are those that it had.
            known = account not in self._seen and self._priced_by.throughout(account, pricing)
            self._seen.add(account)
            self._priced[account] = pricing
            if not known:
                self._ask(_Contracts(account=account, pricing=pricing))
            elif self._ledger.accounts.of(account).totals.unpriced:
                # It may have become known when there was no time to price it.
                since = dt_util.utcnow() - LOOK_BACK
                self._ask(_Learned(account=account, pricing=pricing, since=since))

    @callback
    def learned(self, since: datetime) -> None:
        """Price anew what depends on something that is known otherwise from a moment on."""
        for account, pricing in self._priced.items():
            self._ask(_Learned(account=account, pricing=pricing, since=since))

    async def settled(self) -> None:
        """Wait until everything that was asked for is done."""
        await self._queue.join()

    async def close(self) -> None:
        """Do no more; what is left over is done in the next run."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
            self._worker = None

    @callback
    def _ask(self, task: _Task) -> None:
        self._queue.put_nowait(task)
        if self._worker is None or self._worker.done():
            self._worker = self._hass.async_create_background_task(
                self._work(), f"{DOMAIN} repricing"
            )

    async def _work(self) -> None:
        """Do what is asked for until nothing is left."""
        while not self._queue.empty():
            task = self._queue.get_nowait()
            try:
                await self._do(task)
            except (OSError, OverflowError, sqlite3.Error) as err:
                _LOGGER.warning("What %s costs could not be made anew: %s", task.account, err)
            except Exception:
                _LOGGER.exception("What an account costs could not be made anew")
            finally:
                self._queue.task_done()

    async def _do(self, task: _Task) -> None:
        await self._ledger.set_pricing(task.account, task.pricing)
        match task:
            case _Learned(account=account, pricing=pricing, since=since):
                await self._learn(account, pricing, since)
            case _Contracts(account=account, pricing=None):
                self._priced_by.note_lost(account, to_ms(dt_util.utcnow()))
            case _Contracts(account=account, pricing=Succession() as pricing):
                await self._settle(account, pricing)
                self._priced_by.note(account, pricing)

    async def _learn(self, account: str, pricing: Succession, since: datetime) -> None:
        """Make anew the time of each contract that is told of prices, or of bands."""
        for term in pricing.terms:
            start = since if term.start is None else max(since, term.start)
            if not term.tariff.learns or (term.end is not None and term.end <= start):
                continue
            make = self._ledger.rebuild if term.tariff.learns_bands else self._ledger.reprice
            await make(account, start, term.end)

    async def _settle(self, account: str, pricing: Succession) -> None:
        """Make anew what contracts say otherwise than those that priced an account before.

        Everything else stays as it was counted: quarter-hours know less than what was cut as
        it came.
        """
        before, lost = self._priced_by.of(account, pricing.tariffs[0].of)
        if before is None:
            await self._ledger.rebuild(account, EVER)
            return
        now = dt_util.utcnow()
        until = now if lost is None else from_ms(lost)
        found = await self._hass.async_add_executor_job(
            self._differences, account, before, pricing, until
        )
        for each in found:
            make = self._ledger.rebuild if each.bands else self._ledger.reprice
            await make(account, each.start, each.end)
        if lost is not None:
            await self._ledger.rebuild(account, until)

    def _differences(
        self, account: str, old: Succession, new: Succession, until: datetime
    ) -> list[Difference]:
        """Return where two successions differ since an account began. Blocks."""
        first = self._ledger.first(account)
        if first is None:
            return []
        return [*widened(differences(old, new, from_ms(first), until), new)]

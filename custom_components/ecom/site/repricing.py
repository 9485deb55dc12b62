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
from ..core.tariffs.tariff import Tariff
from ..core.timeline import from_ms
from .begun import Begun
from .ledger import LedgerBook

_LOGGER = logging.getLogger(__name__)

EVER: Final = from_ms(0)
LOOK_BACK: Final = timedelta(days=60)
"""So far back what has no price is looked at when Home Assistant starts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Task:
    """An account to be priced by a tariff, and made anew from a moment on.

    Where only prices have changed its rows stay where they are.
    """

    account: str
    tariff: Tariff | None
    since: datetime = EVER
    bands: bool = True


class Repricing:
    """Knows by what each account is priced, and makes it so."""

    def __init__(self, hass: HomeAssistant, ledger: LedgerBook, begun: Begun) -> None:
        """Take the ledger, and what is noted of its accounts."""
        self._hass = hass
        self._ledger = ledger
        self._begun = begun
        self._priced: dict[str, Tariff] = {}
        self._queue: asyncio.Queue[_Task] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None

    @callback
    def follow(self, wanted: Mapping[str, Tariff]) -> None:
        """Price accounts by these tariffs from now on, and as far back as is known.

        An account that loses its contract keeps what it cost. One that was priced by the
        same contract throughout, in an earlier run, is left alone.
        """
        for account in self._priced.keys() - wanted.keys():
            del self._priced[account]
            self._ask(_Task(account=account, tariff=None))
        for account, tariff in wanted.items():
            if self._priced.get(account) is tariff:
                continue
            known = account not in self._priced and self._begun.priced_by(account, tariff.contract)
            self._priced[account] = tariff
            if not known:
                self._ask(_Task(account=account, tariff=tariff))
            elif tariff.learns and self._ledger.accounts.of(account).totals.unpriced:
                # It may have become known when there was no time to price it.
                since = dt_util.utcnow() - LOOK_BACK
                self._ask(_Task(account=account, tariff=tariff, since=since))

    @callback
    def learned(self, since: datetime) -> None:
        """Price anew what depends on something that is known otherwise from a moment on."""
        for account, tariff in self._priced.items():
            if tariff.learns:
                bands = tariff.learns_bands
                self._ask(_Task(account=account, tariff=tariff, since=since, bands=bands))

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
            except (OSError, sqlite3.Error) as err:
                _LOGGER.warning("What %s costs could not be made anew: %s", task.account, err)
            finally:
                self._queue.task_done()

    async def _do(self, task: _Task) -> None:
        await self._ledger.set_pricing(task.account, task.tariff)
        if task.tariff is None:
            return
        if task.bands:
            await self._ledger.rebuild(task.account, task.since)
        else:
            await self._ledger.reprice(task.account, task.since)
        if task.since == EVER:
            self._begun.note_contract(task.account, task.tariff.contract)

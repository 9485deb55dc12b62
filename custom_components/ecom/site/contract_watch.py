"""Looks once a day whether contracts are out of date, or contradict the meters' own bands."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from ..core.costs.rows import UNIT
from ..core.tariffs.france_rows import newest, out_of_date
from ..core.timeline import to_ms
from ..runtime import EcomConfigEntry
from .billing import is_regulated
from .books import Books, meter_configs
from .contracts import contracts_of
from .pasts import DRAWN, account_of
from .raised import Finding, Raised

ISSUE_OUT_OF_DATE: Final = "tariff_out_of_date"
ISSUE_CONTRADICTS: Final = "bands_contradict"
LOOK_BACK: Final = timedelta(days=7)
LEAST: Final = UNIT
"""A kWh, or a m³: less than that says nothing."""
TOLERATED: Final = 0.05
"""So much of what registers count may lie outside of the hours of their band."""


class ContractWatch:
    """Raises repairs, and takes them back."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry, books: Books) -> None:
        """Look at the contracts of an entry, and at what its books say."""
        self._hass = hass
        self._entry = entry
        self._books = books
        self._raised = Raised(hass)
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Look at the prices now, and at everything each night."""
        self._stop = async_track_time_change(self._hass, self.look, hour=0, minute=25, second=0)
        self._raised.settle(self._out_of_date(), ISSUE_OUT_OF_DATE)

    @callback
    def close(self) -> None:
        """Look no more."""
        if self._stop is not None:
            self._stop()
        self._raised.clear()

    async def look(self, now: datetime) -> None:
        """Look at everything."""
        self._raised.settle(self._out_of_date(), ISSUE_OUT_OF_DATE)
        try:
            shares = await self._hass.async_add_executor_job(self._shares, to_ms(now))
        except sqlite3.Error:
            return  # Whoever writes the ledger says so.
        self._raised.settle(
            [
                Finding(
                    text=ISSUE_CONTRADICTS,
                    part=meter_id,
                    placeholders={
                        "meter": self._entry.subentries[meter_id].title,
                        "share": str(round(share * 100)),
                    },
                )
                for meter_id, share in shares.items()
                if share > TOLERATED
            ],
            ISSUE_CONTRADICTS,
        )

    def _out_of_date(self) -> list[Finding]:
        """Return the repair of each contract whose regulated prices may have changed."""
        if not out_of_date(dt_util.now().date()):
            return []
        return [
            Finding(
                text=ISSUE_OUT_OF_DATE,
                part=each.subentry_id,
                placeholders={"contract": each.title, "since": newest().isoformat()},
            )
            for each in contracts_of(self._entry)
            if is_regulated(each.data)
        ]

    def _shares(self, now: int) -> Mapping[str, float]:
        """Return how much of what a meter counted its registers booked at other hours. Blocks."""
        found = {}
        for meter_id, config in meter_configs(self._entry).items():
            since = now - LOOK_BACK // timedelta(milliseconds=1)
            rows = self._books.store.ledger.sums(account_of(config, DRAWN), since, now).values()
            total = sum(row.amount for row in rows)
            if total >= LEAST:
                found[meter_id] = sum(row.against for row in rows) / total
        return found

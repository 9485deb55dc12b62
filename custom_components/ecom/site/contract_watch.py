"""Looks whether contracts are out of date, have no price, or contradict the meters' bands."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change, async_track_time_interval
from homeassistant.util import dt as dt_util

from ..core.costs.rows import UNIT
from ..core.tariffs.france_rows import newest, out_of_date
from ..core.timeline import to_ms
from ..runtime import EcomConfigEntry
from .billing import is_regulated
from .books import Books, meter_configs
from .contract_fields import CONF_CURVE
from .contracts import contracts_of
from .pasts import DRAWN, account_of
from .raised import Finding, Raised

ISSUE_OUT_OF_DATE: Final = "tariff_out_of_date"
ISSUE_NO_PRICE: Final = "price_missing"
ISSUE_CONTRADICTS: Final = "bands_contradict"
LOOK_AT_PRICES: Final = timedelta(hours=1)
"""After a start integrations take a while until they show anything."""
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
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Look at regulated prices now, at sensors each hour, and at everything each night."""
        self._stops = [
            async_track_time_change(self._hass, self.look, hour=0, minute=25, second=0),
            async_track_time_interval(self._hass, self._look_at_prices, LOOK_AT_PRICES),
        ]
        self._raised.settle(self._out_of_date(), ISSUE_OUT_OF_DATE)

    @callback
    def close(self) -> None:
        """Look no more."""
        for stop in self._stops:
            stop()
        self._stops = []
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

    @callback
    def _look_at_prices(self, now: datetime) -> None:
        """Look whether the sensors that contracts follow show prices."""
        knowledge = self._books.billing.knowledge
        self._raised.settle(
            [
                Finding(
                    text=ISSUE_NO_PRICE,
                    part=each.subentry_id,
                    placeholders={"contract": each.title},
                )
                for each in contracts_of(self._entry)
                if (curve := each.data.get(CONF_CURVE)) and not knowledge.has_price(curve, now)
            ],
            ISSUE_NO_PRICE,
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

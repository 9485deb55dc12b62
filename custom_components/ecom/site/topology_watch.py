"""Looks once a day whether the meters of the Site contradict each other."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from ..core.timeline import Slot, midnight
from ..core.topology import SITE, Doubt, doubts
from .consumption import Asked, read_meter
from .quarter_store import QuarterStore
from .raised import Finding, Raised

ISSUE_EXCEEDS: Final = "meter_exceeded"
ISSUE_REVERSED: Final = "meter_reversed"
ISSUE_PHASE: Final = "meter_on_other_phase"
ISSUE_FEEDS: Final = "meter_feeds_others"
ISSUES: Final = {
    Doubt.EXCEEDS: ISSUE_EXCEEDS,
    Doubt.REVERSED: ISSUE_REVERSED,
    Doubt.OTHER_PHASE: ISSUE_PHASE,
    Doubt.FEEDS: ISSUE_FEEDS,
}

type Meters = Callable[[], Sequence[Asked]]


class TopologyWatch:
    """Raises a repair for a meter that contradicts its parent for a day, and takes it back."""

    def __init__(self, hass: HomeAssistant, store: QuarterStore, meters: Meters) -> None:
        """Look at these meters, as they are when the time comes."""
        self._hass = hass
        self._store = store
        self._meters = meters
        self._raised = Raised(hass)
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Look each night, when the day before is stored."""
        self._stop = async_track_time_change(self._hass, self.look, hour=0, minute=20, second=0)

    @callback
    def close(self) -> None:
        """Look no more; what was raised is looked at again in the next run."""
        if self._stop is not None:
            self._stop()
        self._raised.clear()

    async def look(self, now: datetime) -> None:
        """Compare what the meters counted yesterday."""
        zone, today = dt_util.get_default_time_zone(), dt_util.as_local(now).date()
        yesterday = Slot(start=midnight(today - timedelta(days=1), zone), end=midnight(today, zone))
        meters = self._meters()
        try:
            counted = await self._hass.async_add_executor_job(
                lambda: {
                    each.node.key: read_meter(self._store, each, [yesterday])[0] for each in meters
                }
            )
        except sqlite3.Error:
            return  # Whoever writes them says so.
        names = {SITE: SITE, **{each.node.key: each.name for each in meters}}
        found = doubts([each.node for each in meters], counted)
        self._raised.settle(
            [
                Finding(text=ISSUES[doubt], part=key, placeholders={"meter": names[key]})
                for key, doubt in found.items()
            ],
            *ISSUES.values(),
        )

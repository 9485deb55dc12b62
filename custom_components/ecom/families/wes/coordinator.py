"""Reads one server on a fixed beat and at its events, and tells Home Assistant what is true."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...errors import CannotConnect
from ...polling import PollingCoordinator
from ...runtime import EcomConfigEntry
from .client import WesClient
from .models import WesState
from .names import input_name
from .protocol import Point, Value
from .protocol.page import read as read_page

ISSUE_CLOCK: Final = "wes_clock_off"
ISSUE_EXCHANGED: Final = "wes_meter_exchanged"
ISSUE_SILENT: Final = "wes_silent"

CLOCK_LIMIT: Final = timedelta(minutes=2)
CLOCK_RESOLUTION: Final = timedelta(minutes=1)
CLOCK_SAMPLES: Final = 3

SHORTEST_PAUSE: Final = 1.0
"""Seconds between two reads that events ask for: a flood of them costs no more."""


async def _believed() -> None:
    """Believe that it is the same server: nothing tells otherwise."""


class WesCoordinator(PollingCoordinator[WesState]):
    """Polls one server; ``identify`` sees after a failure that it is still that one."""

    def __init__(
        self, hass: HomeAssistant, entry: EcomConfigEntry, client: WesClient, state: WesState
    ) -> None:
        """Start with what an earlier run has stored; ``start`` begins to read."""
        super().__init__(
            hass,
            entry,
            name=f"WES {entry.title}",
            data=state,
            interval=state.settings.interval,
            silent=ISSUE_SILENT,
        )
        self.on_new: Callable[[Sequence[Point]], None] = lambda _points: None
        self.identify: Callable[[], Awaitable[None]] = _believed
        self.page = b""
        self._client = client
        self._clock: list[timedelta] = []
        self._exchanged: set[str] = set()
        self._again = False

    @callback
    def poke(self) -> None:
        """Read again as soon as may be, because something has happened.

        A server that refuses the account is left alone: each try could lock it.
        """
        if self._locked_out:
            return
        if self._task is not None:
            self._again = True
            return
        self._arm(max(self.hass.loop.time(), self._last + SHORTEST_PAUSE))

    @override
    async def verify(self) -> None:
        """See that it is still the same server; raises what the client raises."""
        await self.identify()

    @override
    async def read(self) -> None:
        """Take one page; raises EcomError."""
        self.page = await self._client.page()
        now = dt_util.utcnow()
        report = read_page(self.page, self.data.firmware)
        if not report.values:
            raise CannotConnect("the page holds nothing that can be read")
        new = self.data.take(report, now)
        if new:
            self.on_new(new)
        self._check_clock(report.clock, now)
        self.check_exchanges()
        self.publish(now)

    @callback
    def note(self, values: Mapping[Point, Value]) -> None:
        """Show at once what the answer to a command says."""
        self.data.note(values, dt_util.utcnow())
        self.async_set_updated_data(self.data)

    @callback
    def check_exchanges(self) -> None:
        """Ask about counters that seem to belong to another meter, and stop asking."""
        asking = self.data.asking
        for name in asking.keys() - self._exchanged:
            self.raise_issue(
                ISSUE_EXCHANGED,
                name,
                fixable=True,
                input=input_name(asking[name][0].point),
            )
        for name in self._exchanged - asking.keys():
            self.clear_issue(ISSUE_EXCHANGED, name)
        self._exchanged = set(asking)

    @override
    async def async_shutdown(self) -> None:
        """Stop, and take the repairs back, all but that of a silent server."""
        await super().async_shutdown()
        self.clear_issue(ISSUE_CLOCK)
        for name in self._exchanged:
            self.clear_issue(ISSUE_EXCHANGED, name)

    @override
    async def _poll_once(self) -> None:
        """Poll, and wait for the next beat, or for the event that came meanwhile."""
        await super()._poll_once()
        if self._again:
            self._again = False
            self.poke()

    def _check_clock(self, clock: datetime | None, now: datetime) -> None:
        """Compare the server's clock, whole minutes of local time, with ours."""
        if clock is None:
            return
        self._clock = [*self._clock, clock_drift(clock, now)][-CLOCK_SAMPLES:]
        drift = min(self._clock)
        if len(self._clock) == CLOCK_SAMPLES and drift > CLOCK_LIMIT:
            self.raise_issue(ISSUE_CLOCK, minutes=str(round(drift / CLOCK_RESOLUTION)))
        elif drift <= CLOCK_LIMIT:
            self.clear_issue(ISSUE_CLOCK)


def clock_drift(clock: datetime, now: datetime) -> timedelta:
    """Return how far a clock of whole minutes is off, at least."""
    zone = dt_util.get_default_time_zone()
    moments = (clock.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return min(
        max(moment - now, now - moment - CLOCK_RESOLUTION, timedelta()) for moment in moments
    )

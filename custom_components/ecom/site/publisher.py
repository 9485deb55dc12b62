"""Shows what meters have counted and cost, and what contracts cost now: at most once a minute."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..coordinator import EcomCoordinator
from ..core.costs.rows import HOUR_MS, Totals
from ..core.site_power import SUPPLY
from ..core.tariffs.tariff import Tariff
from ..core.timeline import to_ms
from ..core.topology import SITE, Node, children
from ..ports import Role
from ..runtime import EcomConfigEntry
from .accounts import Accounts
from .begun import COUNTED, PRICED, Begun
from .figures import ContractFigures, Figures, MemberFigures, MeterFigures

EVERY: Final = timedelta(minutes=1)
LOOK_AHEAD: Final = timedelta(days=2)

type Members = Callable[[datetime], Awaitable[Mapping[str, MemberFigures]]]


async def nobody(_now: datetime) -> Mapping[str, MemberFigures]:
    """Return the figures of no members."""
    return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterAccounts:
    """A meter in the tree, and the keys of its accounts by direction."""

    node: Node
    drawn: str
    fed: str


class Publisher(EcomCoordinator[Figures]):
    """Makes the figures anew each minute."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry, accounts: Accounts) -> None:
        """Start with nothing known."""
        super().__init__(hass, entry, name="ECOM figures", data=Figures())
        self.begun: Begun | None = None
        self._last: dict[str, Totals] = {}
        self._lock = asyncio.Lock()
        self.members: Members = nobody
        self._accounts = accounts
        self._meters: dict[str, MeterAccounts] = {}
        self._tariffs: Mapping[str, Tariff] = {}
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Publish from now on."""
        self._stop = async_track_time_interval(self.hass, self._publish, EVERY)

    @callback
    def follow(self, meters: Iterable[MeterAccounts], tariffs: Mapping[str, Tariff]) -> None:
        """Publish these meters and contracts from now on."""
        self._meters = {each.node.key: each for each in meters}
        self._tariffs = tariffs

    async def publish(self) -> None:
        """Make the figures anew now, one time after the other."""
        async with self._lock:
            now = dt_util.utcnow()
            await self._refresh(to_ms(now))
            members = await self.members(now)
            self.async_set_updated_data(
                Figures(
                    at=now,
                    meters={key: self._meter(each) for key, each in self._meters.items()},
                    contracts={key: _contract(each, now) for key, each in self._tariffs.items()},
                    members=members,
                )
            )

    @override
    async def async_shutdown(self) -> None:
        """Publish no more."""
        if self._stop is not None:
            self._stop()
        await super().async_shutdown()

    async def _publish(self, _now: datetime) -> None:
        try:
            await self.publish()
        except sqlite3.Error:
            return  # Whoever writes says so; it may just have been closed.

    async def _refresh(self, now: int) -> None:
        """Note what is shown for the first time, and look up what lies before this hour.

        Rows are of whole hours: that of now would lie before in part, and grow.
        """
        if self.begun is None:
            return
        hour = now // HOUR_MS * HOUR_MS
        started = [key for key in self._keys() if self._accounts.started(key)]
        for key in started:
            self.begun.note(key, COUNTED, hour)
            if self._accounts.of(key).prices.pricing is not None:
                self.begun.note(key, PRICED, hour)
        await self.begun.refresh(started)

    def _keys(self) -> Iterable[str]:
        return [key for each in self._meters.values() for key in (each.drawn, each.fed)]

    def _meter(self, meter: MeterAccounts) -> MeterFigures:
        return MeterFigures(
            drawn=self._shown(meter.drawn),
            fed=self._shown(meter.fed),
            billed=self._priced(meter.drawn),
            paid=self._priced(meter.fed),
            rest=self._rest(meter),
        )

    def _rest(self, meter: MeterAccounts) -> int | None:
        """Return what no meter below counts, None without any, or while one is not known.

        What lies below a meter of the grid is all that hangs on the site.
        """
        nodes = [each.node for each in self._meters.values()]
        if meter.node.role is Role.GRID:
            above = [each for each in self._meters.values() if each.node.role in SUPPLY]
            below = children(nodes, SITE)
        else:
            above, below = [meter], children(nodes, meter.node.key)
        if not below:
            return None
        total = [self._net(each) for each in above]
        parts = [self._net(self._meters[node.key]) for node in below]
        if None in total or None in parts:
            return None
        return sum(each or 0 for each in total) - sum(each or 0 for each in parts)

    def _net(self, meter: MeterAccounts) -> int | None:
        """Return what a meter counted, less what flowed back through it."""
        drawn, fed = self._shown(meter.drawn), self._shown(meter.fed)
        if drawn is None:
            return None
        return drawn.amount - (0 if fed is None else fed.amount)

    def _priced(self, account: str) -> bool:
        return self.begun is not None and self.begun.has(account, PRICED)

    def _shown(self, account: str) -> Totals | None:
        """Return what is shown of an account; what was, while its past is looked up anew."""
        if self.begun is None or not self._accounts.started(account):
            return None
        shown = self.begun.shown(account, self._accounts.totals(account))
        if shown is not None:
            self._last[account] = shown
        return self._last.get(account)


def _contract(tariff: Tariff, now: datetime) -> ContractFigures:
    """Return the price that holds, and the one that follows within two days."""
    found = tariff.slices(now, now + LOOK_AHEAD)
    return ContractFigures(now=next(found, None), next=next(found, None))

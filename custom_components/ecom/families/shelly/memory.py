"""Asks a Shelly meter for what it remembers, page by page."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ...errors import DeviceError, InvalidAuth
from ...plugs import Quantity
from ...ports import HourEnergy
from .client import ShellyClient
from .components import PHASES
from .history import Record, Records, hours, read_page

MOST_PAGES: Final = 3000
"""A device that remembers 60 days by the minute fills half of them."""

KEPT: Final = timedelta(minutes=1)
"""How long an answer serves the other ports of the same meter."""

COLUMNS: Final[Mapping[Quantity, str]] = {
    Quantity.ENERGY: "total_act_energy",
    Quantity.RETURNED: "total_act_ret_energy",
}


class MeterMemory:
    """The memory of one component, ``EMData`` or ``EM1Data`` of a number.

    Phases and their total are asked about one after the other for the same time, so
    that what was fetched for the first serves the others.
    """

    def __init__(
        self, client: ShellyClient, component: str, number: int, now: Callable[[], datetime]
    ) -> None:
        """Ask nothing yet."""
        self._client = client
        self._component = component
        self._number = number
        self._now = now
        self._lock = asyncio.Lock()
        self._fetched: tuple[int, int, datetime, Records] | None = None

    async def records(self, start: int, end: int) -> Records:
        """Return the records in ``[start, end)``, in Unix seconds.

        Raises CannotConnect or DeviceError.
        """
        async with self._lock:
            if self._fetched is not None:
                first, last, at, known = self._fetched
                if (first, last) == (start, end) and self._now() - at < KEPT:
                    return known
            found = await self._fetch(start, end)
            self._fetched = (start, end, self._now(), found)
            return found

    async def _fetch(self, start: int, end: int) -> Records:
        found: dict[int, Record] = {}
        keys: Sequence[str] = ()
        at = start
        for _ in range(MOST_PAGES):
            page = read_page(await self._ask(at, end), keys)
            found |= page.records
            if page.next_ts is None or not at < page.next_ts < end:
                return found
            keys, at = page.keys, page.next_ts
        raise DeviceError("the device's memory does not end")

    async def _ask(self, start: int, end: int) -> object:
        params = {"id": self._number, "ts": start, "end_ts": end - 1, "add_keys": True}
        try:
            return await self._client.call(f"{self._component}.GetData", params)
        except InvalidAuth as err:
            raise DeviceError(str(err)) from err


@dataclass(frozen=True, kw_only=True, slots=True)
class ShellyHistory:
    """A HistoryPort: the past hours of one counter, made of one column or of several."""

    memory: MeterMemory
    columns: tuple[str, ...]

    async def hours(self, start: datetime, end: datetime) -> Sequence[HourEnergy]:
        """Return the hours in ``[start, end)`` of which the device remembers anything.

        Raises CannotConnect or DeviceError if it cannot be asked.
        """
        first, last = int(start.timestamp()), int(end.timestamp())
        return hours(await self.memory.records(first, last), self.columns, first, last)


def columns_of(channel: str, quantity: Quantity) -> tuple[str, ...]:
    """Return the columns that make a counter of a channel, none if nothing remembers it."""
    column = COLUMNS.get(quantity)
    if column is None or channel.startswith(("switch", "meter")):
        return ()
    if channel.startswith("clamp"):
        return (column,)
    phases = channel[-1] if channel[-1] in PHASES else PHASES
    return tuple(f"{phase}_{column}" for phase in phases)


def component_of(channel: str) -> tuple[str, int]:
    """Return which component remembers a clamp or a three-phase meter, and its number."""
    if channel.startswith("clamp"):
        return "EM1Data", int(channel.removeprefix("clamp"))
    return "EMData", int(channel.removeprefix("em").rstrip(PHASES))

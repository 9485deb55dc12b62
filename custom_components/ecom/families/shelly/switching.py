"""Switches outputs one after the other, and believes only what is read back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ...commands import switch_and_confirm
from ...errors import DeviceError, Why
from ...plugs import PlugState, Quantity
from ...ports import NEVER
from .components import output_of

LATENCY: Final = timedelta(seconds=35)
"""The worst time until a command is confirmed or given up: two tries, both without an answer."""


class Switching:
    """Gives commands to one device."""

    def __init__(
        self,
        *,
        send: Callable[[int, bool], Awaitable[None]],
        poll: Callable[[], Awaitable[bool]],
        state: PlugState,
    ) -> None:
        """Take what sends, what reads everything, and where that is noted."""
        self._send = send
        self._poll = poll
        self._state = state
        self._lock = asyncio.Lock()

    async def switch(self, channel: str, on: bool) -> None:  # noqa: FBT001 - as the port has it
        """Switch, and return once the device says so; raise DeviceError otherwise."""
        send = partial(self._send, output_of(channel))
        try:
            async with asyncio.timeout(LATENCY.total_seconds()), self._lock:
                read_back = partial(self._read_back, channel, self._told_at(channel))
                await switch_and_confirm(send, read_back, on)
        except TimeoutError:
            raise DeviceError("no confirmation in time", Why.UNCONFIRMED) from None

    async def _read_back(self, channel: str, before: datetime) -> bool | None:
        """Return what the device says now, or has told since ``before``; None if nothing."""
        asked = await self._poll()
        reading = self._state.reading(channel, Quantity.STATE)
        if reading is None or not (asked or reading.measured_at > before):
            return None
        value: bool | None = reading.value
        return value

    def _told_at(self, channel: str) -> datetime:
        reading = self._state.reading(channel, Quantity.STATE)
        return NEVER if reading is None else reading.measured_at

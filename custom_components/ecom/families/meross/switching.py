"""Switches outlets, and believes only what the device says afterwards."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ...commands import switch_and_confirm
from ...errors import DeviceError, EcomError, Why
from .reading import MerossReader

LATENCY: Final = timedelta(seconds=60)
"""The worst time until a command is confirmed or given up: two tries, each looked up, with
the time-out of 10 s for each message, and a reading that was under way."""


class Switching:
    """Sends one command after the other; each is confirmed before the next."""

    def __init__(
        self, reader: MerossReader, *, clock: Callable[[], datetime], told: Callable[[], None]
    ) -> None:
        """Take what reads the device; ``told`` is called once it has said something new."""
        self._reader = reader
        self._clock = clock
        self._told = told
        self._lock = asyncio.Lock()

    async def switch(self, key: str, on: bool) -> None:  # noqa: FBT001 - as the port has it
        """Switch, and return once the device says so; raise DeviceError otherwise."""
        number = self._reader.numbers[key]

        async def send(wanted: bool) -> None:  # noqa: FBT001 - as above
            await self._reader.client.switch(number, on=wanted)

        async def read_back() -> bool | None:
            try:
                found = await self._reader.read_switch(key, self._clock())
            except EcomError:
                return None
            self._told()
            return found

        try:
            async with asyncio.timeout(LATENCY.total_seconds()), self._lock:
                await switch_and_confirm(send, read_back, on)
        except TimeoutError:
            raise DeviceError(f"{key}: no confirmation in time", Why.UNCONFIRMED) from None

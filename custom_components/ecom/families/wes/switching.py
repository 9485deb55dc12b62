"""Switches relays and virtual switches, and believes only what is read back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from ...errors import CannotConnect, DeviceError, InvalidAuth, Why
from .client import WesClient
from .names import input_name
from .protocol import Kind, Point, Value
from .protocol.page import read

READ_BACK: Final = (0.0, 1.0, 2.0)
"""Seconds before each look at the page: a virtual switch takes its time."""

LATENCY: Final = timedelta(seconds=30)
"""The worst time until a command is confirmed or given up: a server that answers
each of the requests just before its time-out takes longer, and has failed then."""


class Switching:
    """Sends one command after the other; each is confirmed before the next."""

    def __init__(
        self,
        client: WesClient,
        *,
        note: Callable[[Mapping[Point, Value]], None],
        poll: Callable[[], Awaitable[bool]],
        value: Callable[[Point], Value],
    ) -> None:
        """Take what shows an answer, reads the page, and tells what is known then."""
        self._client = client
        self._note = note
        self._poll = poll
        self._value = value
        self._lock = asyncio.Lock()

    async def switch(self, point: Point, on: bool) -> None:  # noqa: FBT001 - as the port has it
        """Switch, and return once the server's page says so; raise DeviceError otherwise."""
        try:
            async with asyncio.timeout(LATENCY.total_seconds()), self._lock:
                await self._switch(point, on=on)
        except TimeoutError:
            raise DeviceError(
                f"{input_name(point)}: no confirmation in time", Why.UNCONFIRMED
            ) from None

    async def _switch(self, point: Point, *, on: bool) -> None:
        await self._send(point, on=on)
        reached = False
        for pause in READ_BACK:
            await asyncio.sleep(pause)
            reached = await self._poll()
            if reached and self._value(point) is on:
                return
        asked = "on" if on else "off"
        if not reached:
            message = f"{input_name(point)}: whether it is {asked} could not be read back"
            raise DeviceError(message, Why.UNCONFIRMED)
        raise DeviceError(f"{input_name(point)} was asked to be {asked} and is not")

    async def _send(self, point: Point, *, on: bool) -> None:
        """Send the command and show what its answer says.

        A command whose answer is lost may have been done, so what is read
        back decides.
        """
        send = self._client.relay if point.kind is Kind.RELAY else self._client.virtual_switch
        try:
            body = await send(point.number, on)
        except InvalidAuth as err:
            message = f"{input_name(point)}: the account may not switch"
            raise DeviceError(message, Why.FORBIDDEN) from err
        except CannotConnect:
            return
        if values := read(body).values:
            self._note(values)

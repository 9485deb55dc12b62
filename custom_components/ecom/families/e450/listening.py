"""Finds out what a port says: tries line settings until telegrams come."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import serialx

from ...errors import CannotConnect
from .client import BY_NAME, CHUNK, LINES, Event, Line, Stream, lines_for, open_port
from .protocol.decoder import Decoder
from .protocol.security import Keys
from .protocol.values import Refusal, RefusalKind, Telegram

LISTEN: Final = 65.0
"""Seconds for the whole search: the slowest known push comes once a minute."""

LINGER: Final = 12.0
"""Seconds to go on after a telegram without a power: a meter may send several lists."""

LISTEN_SERIAL: Final = 21.0
"""Seconds for each line setting of a serial port, twice the usual slow period."""

MOST_HEARD: Final = 65536
"""Bytes kept of what was heard; a rude port cannot fill the memory."""

NEEDS_KEY: Final = frozenset({RefusalKind.KEY, RefusalKind.AUTH_KEY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What one line setting gave: bytes, so that keys can be tried on them later."""

    line: Line
    data: bytes

    @classmethod
    def of(cls, data: bytes, line: str) -> Heard:
        """Return what a running client has heard; ``line`` is its setting's name."""
        return cls(line=BY_NAME.get(line, LINES[0]), data=data)

    def decode(
        self, keys: Keys, profile: str | None = None
    ) -> tuple[list[Telegram], list[Refusal]]:
        """Return the good telegrams and the refusals with these keys."""
        decoder = Decoder(keys=keys, profile=profile)
        events = decoder.receive(self.data)
        return (
            [event for event in events if isinstance(event, Telegram)],
            [event for event in events if isinstance(event, Refusal)],
        )

    @property
    def makes_sense(self) -> bool:
        """Return whether a telegram came, be it one that needs a key."""
        good, refused = self.decode(Keys())
        return bool(good) or any(refusal.kind in NEEDS_KEY for refusal in refused)


async def listen(url: str, seconds: float | None = None) -> Heard | None:
    """Listen on a port until a telegram comes; None if only silence or noise does.

    ``seconds`` bounds each line setting; a socket has only one. Raises
    CannotConnect if the port cannot be opened at all.
    """
    lines = lines_for(url)
    each = seconds or (LISTEN if len(lines) == 1 else LISTEN_SERIAL)
    for line in lines:
        heard = await _listen_once(url, line, each)
        if heard.makes_sense:
            return heard
    return None


async def _listen_once(url: str, line: Line, seconds: float) -> Heard:
    """Return what came with one line setting, until it made sense or time was up."""
    reader, writer = await open_port(url, line)
    data = bytearray()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds) as limit:
                await _collect(reader, data, limit)
    finally:
        writer.close()
        with suppress(OSError, TimeoutError, serialx.SerialException):
            await asyncio.wait_for(writer.wait_closed(), 5)
    return Heard(line=line, data=bytes(data))


async def _collect(reader: Stream, data: bytearray, limit: asyncio.Timeout) -> None:
    """Fill ``data`` until it holds a telegram with a power, too much, or the port closes.

    After a telegram without one, ``limit`` is drawn in: there may be no other list.
    """
    decoder = Decoder()
    lingering = False
    while len(data) < MOST_HEARD:
        try:
            chunk = await reader.read(CHUNK)
        except (OSError, serialx.SerialException) as err:
            raise CannotConnect(type(err).__name__) from err
        if not chunk:
            return
        data += chunk
        events = decoder.receive(chunk)
        if any(_is_enough(event) for event in events):
            return
        if not lingering and any(isinstance(event, Telegram) for event in events):
            lingering = True
            limit.reschedule(asyncio.get_running_loop().time() + LINGER)


def _is_enough(event: Event) -> bool:
    """Return whether nothing better can be expected."""
    if isinstance(event, Telegram):
        return has_power(event)
    return event.kind in NEEDS_KEY


def has_power(telegram: Telegram) -> bool:
    """Return whether a telegram says how much power is drawn."""
    return any(
        value.register is not None and value.register.name == "power_import"
        for value in telegram.values.values()
    )


def best(telegrams: Sequence[Telegram]) -> Telegram:
    """Return the telegram that says most of its meter."""
    return max(telegrams, key=lambda each: (has_power(each), each.meter_id is not None))

"""A small asyncio shell around the decoder: opens the port, reads, reconnects."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from os import strerror
from socket import gaierror
from typing import Final, Protocol, override
from urllib.parse import urlsplit

import serialx

from ...errors import CannotConnect
from .protocol.decoder import Decoder
from .protocol.values import Refusal, Telegram

_LOGGER = logging.getLogger(__name__)

CHUNK: Final = 1024
RECENT: Final = 8192
OPEN_TIMEOUT: Final = 15.0
NETWORK_SCHEMES: Final = ("socket", "tcp")

type Event = Telegram | Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """How bytes travel on the wire."""

    baudrate: int
    parity: serialx.Parity

    @override
    def __str__(self) -> str:
        """Return the usual short form, such as ``2400 8E1``."""
        return f"{self.baudrate} 8{self.parity.name[0]}1"


LINES: Final = (
    Line(2400, serialx.Parity.EVEN),
    Line(2400, serialx.Parity.NONE),
    Line(9600, serialx.Parity.NONE),
)
"""What customer interfaces of these meters use: M-Bus first, then the optical one."""

BY_NAME: Final = {str(line): line for line in LINES}


class Stream(Protocol):
    """What is read from: the part of ``asyncio.StreamReader`` that is used here."""

    async def read(self, n: int = -1, /) -> bytes:
        """Return some bytes, none at the end of the stream."""
        ...


@dataclass(slots=True)
class Backoff:
    """Waits between attempts: doubled each time up to the most, reset by success."""

    first: float = 1.0
    most: float = 60.0
    _next: float = field(default=0.0)

    def reset(self) -> None:
        """Begin again with the first wait."""
        self._next = 0.0

    def next(self) -> float:
        """Return how many seconds to wait before the next attempt."""
        self._next = min(self._next * 2 or self.first, self.most)
        return self._next


def normalise(address: str) -> str:
    """Return a serialx URL or device path for what a person typed.

    ``host:port`` becomes ``socket://host:port``. Raises ValueError if it is
    neither that, nor a path, nor a URL with a scheme.
    """
    address = address.strip()
    if address.startswith("/") or "://" in address:
        return address
    parts = urlsplit(f"socket://{address}")
    if not parts.hostname or parts.port is None or parts.path:
        raise ValueError("neither a device path, nor a URL, nor host:port")
    return f"socket://{address}"


def lines_for(url: str) -> Sequence[Line]:
    """Return the line settings worth trying; a socket carries bytes as they are."""
    return LINES[:1] if urlsplit(url).scheme in NETWORK_SCHEMES else LINES


class MeterClient:
    """Reads one meter for ever; it never writes."""

    def __init__(
        self,
        url: str,
        line: Line,
        decoder: Callable[[], Decoder],
        *,
        backoff: Backoff | None = None,
    ) -> None:
        """Point at a port; ``decoder`` makes a fresh one for each connection."""
        self._url = url
        self._line = line
        self._decoder = decoder
        self._backoff = backoff or Backoff()
        self._writer: asyncio.StreamWriter | None = None
        self._reader: Stream | None = None
        self.recent = bytearray()
        self.connected = False

    async def connect(self) -> None:
        """Open the port; raises CannotConnect with the reason."""
        self._reader, self._writer = await open_port(self._url, self._line)
        self.connected = True

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        """Yield what each chunk of bytes gave, for ever, reconnecting with back-off.

        A pause inside a telegram ends nothing: only a lost connection does.
        """
        decoder = self._decoder()
        while True:
            data = await self._read()
            if data:
                self._backoff.reset()
                self._remember(data)
                # A port that never stops talking has its bytes ready, so that
                # reading alone would let nobody else have a turn.
                await asyncio.sleep(0)
                if events := decoder.receive(data):
                    yield events
                continue
            if events := decoder.finish():
                yield events
            await self._reconnect()
            decoder = self._decoder()

    async def close(self) -> None:
        """Close the port; a second call does nothing."""
        self.connected = False
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.close()
            with suppress(OSError, TimeoutError, serialx.SerialException):
                await asyncio.wait_for(writer.wait_closed(), 5)

    async def _read(self) -> bytes:
        """Return some bytes, none once the connection is lost."""
        if self._reader is None:
            return b""
        try:
            return await self._reader.read(CHUNK)
        except (OSError, serialx.SerialException) as err:
            _LOGGER.debug("Reading failed: %s", type(err).__name__)
            return b""

    async def _reconnect(self) -> None:
        """Try until the port is open again."""
        await self.close()
        while not self.connected:
            await asyncio.sleep(self._backoff.next())
            with suppress(CannotConnect):
                await self.connect()

    def _remember(self, data: bytes) -> None:
        """Keep the newest bytes, against which new keys can be tried."""
        self.recent += data
        del self.recent[:-RECENT]


async def open_port(url: str, line: Line) -> tuple[Stream, asyncio.StreamWriter]:
    """Open a serial port or a network address; raises CannotConnect.

    The text of the error names no address: it may hold an encryption key
    (``esphome://…?key=``).
    """
    try:
        async with asyncio.timeout(OPEN_TIMEOUT):
            return await serialx.open_serial_connection(
                url, baudrate=line.baudrate, parity=line.parity
            )
    except TimeoutError:
        raise CannotConnect("no answer in time") from None
    except Exception as err:  # noqa: BLE001 - another integration's transport may raise anything
        # The cause may hold the address, and a traceback would show it.
        raise CannotConnect(reason_of(err)) from None


def reason_of(err: Exception) -> str:
    """Return an error in words that name no address and no secret."""
    if isinstance(err, gaierror):
        return "the name is not known"
    if isinstance(err, OSError) and err.errno:
        return strerror(err.errno)  # asyncio writes the address into its own text
    return type(err).__name__

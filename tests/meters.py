"""A meter on a real TCP socket: it sends what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class TcpMeter:
    """Pushes bytes to whoever is connected, and to each newcomer what it said last."""

    def __init__(self) -> None:
        """Start with nothing to say and nobody listening."""
        self.greeting = b""
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Return where it can be reached."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"socket://127.0.0.1:{port}"

    @property
    def listening(self) -> int:
        """Return how many are connected."""
        return len(self._writers)

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def stop(self) -> None:
        """Hang up and listen no more."""
        await self.hang_up()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def hang_up(self) -> None:
        """Close every connection."""
        for writer in tuple(self._writers):
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def send(self, data: bytes) -> None:
        """Push bytes to everyone who listens."""
        for writer in tuple(self._writers):
            writer.write(data)
            await writer.drain()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        writer.write(self.greeting)
        with suppress(OSError):
            await reader.read()
        self._writers.discard(writer)
        writer.close()


@asynccontextmanager
async def tcp_meter(greeting: bytes = b"") -> AsyncIterator[TcpMeter]:
    """Run a meter for the length of a test."""
    meter = TcpMeter()
    meter.greeting = greeting
    await meter.start()
    try:
        yield meter
    finally:
        await meter.stop()

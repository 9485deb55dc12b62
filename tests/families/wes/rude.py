"""A server on a real socket that says whatever a test wants, however wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from custom_components.ecom.families.wes.client import Address

type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class RudeServer:
    """Says the same to everyone; ``heard`` is what each of them said first."""

    def __init__(self, talk: Talk) -> None:
        """Prepare; ``rude`` runs it."""
        self.heard: list[bytes] = []
        self.open = 0
        self.port = 0
        self._talk = talk
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> Address:
        """Return where it listens, for HTTP and M2M alike."""
        return Address(host="127.0.0.1", http_port=self.port, m2m_port=self.port)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear a request out, and talk."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open += 1
        try:
            with suppress(OSError):
                self.heard.append(await reader.readuntil((b"\r\n\r\n", b"\r\n")))
                while self.heard[-1].startswith(b"GET") and b"\r\n\r\n" not in self.heard[-1]:
                    self.heard[-1] += await reader.readline()
                await self._talk(reader, writer)
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()

    async def stop(self) -> None:
        """End every conversation."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def rude(talk: Talk | bytes) -> AsyncIterator[RudeServer]:
    """Run a server that says ``talk``, if it is octets, and hangs up."""

    async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(talk, bytes)
        writer.write(talk)
        await writer.drain()

    server = RudeServer(say if isinstance(talk, bytes) else talk)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await server.stop()
        await listening.wait_closed()


def http(body: bytes, *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    """Return an answer."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def for_ever(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Say nothing and stay."""
    await asyncio.Event().wait()


def repeating(first: bytes, again: bytes) -> Talk:
    """Return a talk that never ends."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(0)

    return talk


def resetting(answer: bytes) -> Talk:
    """Return a talk that says something and then tears the connection down."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        for _ in range(20):  # until the client has had its turn to read it
            await asyncio.sleep(0)
        writer.transport.abort()

    return talk

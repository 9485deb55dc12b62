"""Listens on loopback, and talks to one connection at a time; the others wait their turn."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

LOOPBACK: Final = "127.0.0.1"
_ESTABLISHED: Final = 1

type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """Several ports, and one attention that they share."""

    def __init__(self) -> None:
        """Start with no port open."""
        self.most_connections = 0
        self._turn = asyncio.Lock()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []

    @property
    def connections(self) -> int:
        """Return how many are open at this moment."""
        return sum(map(_is_open, self._open))

    async def listen(self, talk: Talk, port: int) -> int:
        """Open a port, any free one for 0, and return its number."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(talk, reader, writer)

        server = await asyncio.start_server(serve, LOOPBACK, port)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Hang up on everyone and close the ports; ``listen`` opens new ones."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in servers:
            await server.wait_closed()

    async def _serve(
        self, talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Count a connection, wait for its turn, talk, and hang up."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - the server runs this as a task
        self._tasks.add(task)
        self._open.add(writer)
        self.most_connections = max(self.most_connections, self.connections)
        try:
            async with self._turn:
                if _is_open(writer):
                    with suppress(OSError, ValueError):
                        await talk(reader, writer)
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.close()


def _is_open(writer: asyncio.StreamWriter) -> bool:
    """Return whether neither side has hung up yet.

    The system is asked, since the event loop may hear of a new connection
    before it hears that the old one has been closed.
    """
    if writer.is_closing():
        return False
    opened: socket.socket = writer.get_extra_info("socket")
    try:
        state = opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
    except OSError:
        return False
    return state[0] == _ESTABLISHED

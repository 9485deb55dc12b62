"""Where a simulated meter speaks: a TCP port on loopback, or a pseudo-terminal."""

import asyncio
import os
import tty
from contextlib import suppress
from typing import Final, Protocol

LOOPBACK: Final = "127.0.0.1"
MOST_WAITING: Final = 65536
"""Bytes that may wait for a slow listener before it is dropped."""


class Outlet(Protocol):
    """Something that carries bytes to whoever listens."""

    @property
    def address(self) -> str:
        """Return where to listen."""
        ...

    def send(self, data: bytes) -> None:
        """Pass bytes on; nobody listening is no error."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class TcpOutlet:
    """Pushes to every connection; what listeners send is thrown away."""

    def __init__(self, server: asyncio.Server, writers: set[asyncio.StreamWriter]) -> None:
        """Take a server that is already listening."""
        self._server = server
        self._writers = writers

    @classmethod
    async def open(cls, port: int) -> TcpOutlet:
        """Listen on a port of loopback; 0 takes any that is free."""
        writers: set[asyncio.StreamWriter] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.add(writer)
            with suppress(OSError):
                while await reader.read(4096):
                    pass
            writers.discard(writer)
            writer.close()

        return cls(await asyncio.start_server(serve, LOOPBACK, port), writers)

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"

    def send(self, data: bytes) -> None:
        """Push to everyone; one that does not keep up is dropped."""
        for writer in tuple(self._writers):
            if writer.transport.get_write_buffer_size() > MOST_WAITING:
                writer.transport.abort()
                self._writers.discard(writer)
            elif not writer.is_closing():
                writer.write(data)

    async def close(self) -> None:
        """Hang up on everyone and listen no more."""
        self._server.close()
        for writer in tuple(self._writers):
            writer.close()
        await self._server.wait_closed()


class PtyOutlet:
    """Speaks into a pseudo-terminal, as a serial adapter would."""

    def __init__(self) -> None:
        """Open the pair, raw, so that every byte passes as it is."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)

    @property
    def address(self) -> str:
        """Return the device's path."""
        return os.ttyname(self._slave)

    def send(self, data: bytes) -> None:
        """Write what fits: nobody reading is no error."""
        with suppress(BlockingIOError):
            os.write(self._master, data)

    async def close(self) -> None:
        """Close both ends."""
        os.close(self._master)
        os.close(self._slave)

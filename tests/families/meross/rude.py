"""Devices that answer with anything at all."""

import asyncio
import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Self, override

from scripts.simulators.meross_server import MerossServer

type Json = dict[str, Any]

ODD: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2, 3.5, float("nan"), float("inf"), 1e308, 10**40, -(10**9),
    "", "1", "ä" * 300, "../..", [], [[]], [None], {}, {"channel": 1}, {"onoff": "1"}, 4294967295,
)  # fmt: skip
"""What may stand where something else is expected."""


class RudeServer:
    """Answers every connection with the same octets, and hangs up, or not."""

    def __init__(self, answer: bytes, *, hangs_up: bool = True, repeats: bool = False) -> None:
        """Take what it says."""
        self.answer = answer
        self.port = 0
        self._hangs_up = hangs_up
        self._repeats = repeats

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everyone."""
        self._server.close()
        self._server.close_clients()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.answer)
            await writer.drain()
            while self._repeats:
                writer.write(b"x" * 65536)
                await writer.drain()
            if not self._hangs_up:
                await reader.read()
        except OSError, asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


def http(body: str | bytes, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return a whole HTTP answer."""
    octets = body.encode() if isinstance(body, str) else body
    size = len(octets) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    return head.encode() + octets


class DamagedServer(MerossServer):
    """A simulated device whose answers are damaged on their way: whole, signed, and wrong."""

    damage: Callable[[Json], Json] | None = None

    @override
    def _reply(self, header: Json, payload: Json) -> Json:
        whole = super()._reply(header, payload)
        return whole if self.damage is None else self.damage(whole)


def damaged(lots: random.Random, message: Json, *, payload_only: bool) -> Json:
    """Return a message of which some parts are something else, missing, or there twice."""
    found: Json = json.loads(json.dumps(message))
    for _ in range(lots.randint(1, 3)):
        places = list(_places(found["payload"] if payload_only else found))
        if not places:
            break
        holder, name = lots.choice(places)
        match lots.randrange(4):
            case 0 | 1:
                holder[name] = deepcopy(lots.choice(ODD))
            case 2:
                del holder[name]
            case _ if isinstance(holder, list):
                holder.append(deepcopy(holder[name]))
            case _:
                holder[f"{name}x"] = deepcopy(holder[name])
        found.setdefault("payload", {})
    return found


def _places(value: Any) -> Any:
    """Yield all places in a message, as what holds them and their names."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in list(items):
        yield value, name
        if isinstance(part, dict | list):
            yield from _places(part)

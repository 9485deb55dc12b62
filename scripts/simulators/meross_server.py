"""A simulated Meross device on a real socket, for the command line and for tests."""

import asyncio
import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final, Self

from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_trace import ABILITY, MULTIPLE, Json
from scripts.simulators.meross_wire import (
    BAD_SIGN,
    NOT_DONE,
    Aes,
    dump,
    http,
    is_signed,
    read_body,
    reply,
)
from scripts.simulators.plug_faults import AWAY_SECONDS, PULLED_AFTER, Fault, Pace, Throttle
from scripts.simulators.wes_listener import LOOPBACK, Listener

KEY: Final = "0123456789abcdef0123456789abcdef"
MOST_OCTETS: Final = 3000
"""Where a multiple answer is cut; an answer alone is as long as it is."""

IDLE_SECONDS: Final = 5.0


class MerossServer:
    """A device that is reached by HTTP; it serves one connection at a time.

    ``device``, ``faults`` and ``key`` may be changed while it runs. ``pull`` and ``plug_in``
    take and give it the mains.
    """

    def __init__(
        self,
        device: MerossDevice | None = None,
        *,
        key: str = KEY,
        port: int = 0,
        faults: Iterable[Fault] = (),
        pace: Pace | None = None,
    ) -> None:
        """Prepare a server; ``async with`` runs it."""
        self.device = device or MerossDevice()
        self.key = key
        self.faults = set(faults)
        self.pace = pace or Pace()
        self.port = port
        self.calls: list[str] = []  # "GET Appliance.…" in the order of arrival
        self._throttle = Throttle(self.pace)
        self._commands = 0
        self._listener = Listener()

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everyone and listen no more."""
        await self.stop()

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def most_connections(self) -> int:
        """Return how many connections were open at the same time at most."""
        return self._listener.most_connections

    async def start(self) -> None:
        """Listen; after a stop on the same port again."""
        self.port = await self._listener.listen(self._talk, self.port)

    async def stop(self) -> None:
        """Hang up on everyone and listen no more."""
        await self._listener.stop()

    async def pull(self) -> None:
        """Take it the mains: it is gone, and what is plugged into it stands still."""
        self.device.supply(powered=False)
        await self.stop()

    async def plug_in(self) -> None:
        """Give it the mains again."""
        self.device.supply(powered=True)
        await self.start()

    def is_away(self) -> bool:
        """Return whether a fault makes it deaf at this moment."""
        now = self.device.now()
        return (Fault.REBOOT in self.faults and int(now) % 60 in AWAY_SECONDS) or (
            Fault.PULLED in self.faults and now - self.device.started >= PULLED_AFTER
        )

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, or hang up without a word."""
        if self.is_away():
            writer.transport.abort()
            return
        async with asyncio.timeout(IDLE_SECONDS):
            body = await read_body(reader)
        if body is None:
            writer.write(http(HTTPStatus.NOT_FOUND))
            return
        text = self._answered(body)
        if text is None:
            writer.transport.abort()
            return
        if Fault.LATE in self.faults:
            await asyncio.sleep(self.pace.late_s)
        writer.write(http(HTTPStatus.OK, text))
        await writer.drain()

    def _answered(self, body: str) -> str | None:
        """Return the body of the answer, None for a request that it does not answer."""
        plain = body.lstrip().startswith("{")
        cipher = Aes(self.device.uuid, self.device.mac, self.key)
        try:
            message = json.loads(body if plain else cipher.decrypt(body))
            header = message["header"]
            namespace, method = str(header["namespace"]), str(header["method"])
        except ValueError, TypeError, KeyError:
            return None
        if plain and self.device.encrypted and namespace != ABILITY:
            return None
        if not plain and not self.device.knows_cipher:
            return None
        if not is_signed(header, self.key):
            return self._dump(header, BAD_SIGN, None if plain else cipher)
        if self._is_dropped(method):
            return None
        self.calls.append(f"{method} {namespace}")
        payload = self._done(namespace, method, message.get("payload") or {})
        return self._dump(header, payload, None if plain else cipher)

    def _dump(self, header: Json, payload: Json, cipher: Aes | None) -> str:
        """Return an answer as it travels; what is too long and wrapped up is cut."""
        text = dump(self._reply(header, payload))
        if header["namespace"] == MULTIPLE:
            text = text.encode()[:MOST_OCTETS].decode(errors="ignore")
        return text if cipher is None else cipher.encrypt(text)

    def _reply(self, header: Json, payload: Json) -> Json:
        now = int(self.device.now())
        return reply(header, payload, uuid=self.device.uuid, key=self.key, now=now)

    def _is_dropped(self, method: str) -> bool:
        """Return whether a request gets lost: one of too many, or of two commands the first."""
        if Fault.THROTTLE in self.faults and not self._throttle.admits(self.device.now()):
            return True
        if Fault.LOST not in self.faults or method != "SET":
            return False
        self._commands += 1
        return self._commands % 2 == 1

    def _done(self, namespace: str, method: str, payload: Json) -> Json:
        if namespace == MULTIPLE and MULTIPLE in self.device.ability:
            return {"multiple": self._each(payload.get("multiple", []))}
        if method == "GET":
            return self.device.tell(namespace, payload)
        if method != "SET" or Fault.REFUSE in self.faults:
            return NOT_DONE
        return self.device.command(namespace, payload)

    def _each(self, messages: Any) -> list[Json]:
        """Answer as many messages of one request as it takes."""
        most = int(self.device.ability[MULTIPLE].get("maxCmdNum", len(messages)))
        return [
            self._reply(
                message["header"],
                self._done(
                    message["header"]["namespace"],
                    message["header"]["method"],
                    message.get("payload") or {},
                ),
            )
            for message in messages[:most]
        ]

"""A simulated WES on real sockets, for the command line and for tests."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final, Self

from custom_components.ecom.families.wes.protocol.render import render
from scripts.simulators.wes_faults import Fault, Pace, garbage, rebooting, send
from scripts.simulators.wes_house import House, measure
from scripts.simulators.wes_http import Account, Accounts, Request, answer, call, read_request
from scripts.simulators.wes_listener import LOOPBACK, Listener
from scripts.simulators.wes_outputs import Outputs
from scripts.simulators.wes_page import Firmware, Page, analog, page, variables, zeroed

IDLE_SECONDS: Final = 5.0
MAC_PREFIX: Final = "02e750"
_COMMANDS: Final = ("/rl.cgx", "/rl.cgi", "/ajax.cgx")
_HTML: Final = b"<html><body>WES (simulated)</body></html>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What a simulated server is like; nothing of it changes while it runs."""

    firmware: Firmware = Firmware.FULL
    house: House = House.GRID
    serial: int = 1
    accounts: Accounts = field(default_factory=Accounts)
    port: int = 0
    m2m_port: int | None = 0  # None: its owner has not opened it
    data: Path | None = None  # serves this file's octets as the page
    webhook: str | None = None
    drift: timedelta = timedelta()
    pace: Pace = field(default_factory=Pace)


class WesServer:
    """A WES whose state may be changed at any time while it runs.

    ``outputs``, ``faults`` and ``clock`` are what they are called. ``values`` replaces
    texts of the page by ``section/tag``; None leaves the tag out. ``body``
    replaces the whole page.
    """

    def __init__(
        self,
        setup: Setup | None = None,
        *,
        faults: Iterable[Fault] = (),
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Prepare a server; ``async with`` runs it."""
        self.setup = setup or Setup()
        self.faults = set(faults)
        self.outputs = Outputs.of(self.setup.firmware)
        self.values: dict[str, str | None] = {}
        self.body: bytes | None = None
        self.requests: list[str] = []  # the targets, in lower case, in the order of arrival
        self.logins: list[bool] = []  # for each of them: did it carry an Authorization header?
        self.calls = 0  # of the webhook, those that were answered well
        self.port = self.setup.port
        self.m2m_port = self.setup.m2m_port
        self.clock = clock or _utcnow
        self._listener = Listener()

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everyone and listen no more."""
        await self.stop()

    async def start(self) -> None:
        """Listen; after a stop on the same ports again."""
        self.port = await self._listener.listen(self._http, self.port)
        if self.m2m_port is not None:
            self.m2m_port = await self._listener.listen(self._m2m, self.m2m_port)

    async def stop(self) -> None:
        """Hang up on everyone and listen no more, as if it had no power."""
        await self._listener.stop()

    @property
    def address(self) -> str:
        """Return host and HTTP port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def mac(self) -> str:
        """Return the MAC address in lower case."""
        return f"{MAC_PREFIX}{self.setup.serial:06x}"

    @property
    def connections(self) -> int:
        """Return how many connections are open at this moment, over HTTP and M2M."""
        return self._listener.connections

    @property
    def most_connections(self) -> int:
        """Return how many connections were open at the same time at most."""
        return self._listener.most_connections

    async def set_input(self, number: int, on: bool) -> None:  # noqa: FBT001 - what it becomes
        """Change an input, and tell the webhook if it is another state."""
        changed = self.outputs.inputs.get(number) is not on
        self.outputs.inputs[number] = on
        if changed and self.setup.webhook:
            self.calls += await call(self.setup.webhook)

    def page(self) -> bytes:
        """Return the page as it is now; raises OSError if its file cannot be read."""
        if self.body is not None:
            return self.body
        if self.setup.data is not None:
            return self.setup.data.read_bytes()
        return render(self._replaced(self._page(self.clock())))

    def _page(self, now: datetime) -> Page:
        setup, outputs = self.setup, self.outputs
        outputs.settle(now)
        found = page(setup.firmware, measure(setup.house, setup.serial, now), now + setup.drift)
        found |= outputs.relay_sections()
        found["entree"] = outputs.input_section()
        found["analogique"] = analog(setup.firmware)
        found["switch_virtuel"] = outputs.switch_section()
        found["variables"] = variables(setup.firmware)
        return zeroed(found) if Fault.ZERO in self.faults else found

    def _replaced(self, found: Page) -> Page:
        """Return the page with what a test wants to be different."""
        for place, text in self.values.items():
            name, _, tag = place.partition("/")
            if text is None:
                found.get(name, {}).pop(tag, None)
            else:
                found.setdefault(name, {})[tag] = text
        return found

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; whoever hangs up meanwhile is not waited for."""
        if rebooting(self.faults, self.clock()):
            writer.transport.abort()
            return
        async with asyncio.timeout(IDLE_SECONDS):
            request = await read_request(reader)
        found = answer(HTTPStatus.BAD_REQUEST) if request is None else self._answer(request)
        sending = asyncio.create_task(send(writer, found, self.faults, self.setup.pace))
        gone = asyncio.create_task(reader.read())
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)

    def _answer(self, request: Request) -> bytes:
        self.requests.append(request.target)
        self.logins.append(bool(request.authorization))
        account = self.setup.accounts.of(request.authorization)
        if account is None or Fault.UNAUTHORISED in self.faults:
            return answer(HTTPStatus.UNAUTHORIZED, _HTML)
        if account is Account.READER and request.path in {*_COMMANDS, "/infocfg.htm"}:
            return answer(HTTPStatus.FORBIDDEN, _HTML)
        if Fault.GARBAGE in self.faults:
            return answer(HTTPStatus.OK, garbage(self.clock()), "text/xml")
        if request.path in {"/", "/index.htm", "/infocfg.htm"}:
            return answer(HTTPStatus.OK, _HTML)
        if request.path not in {"/data.cgx", *_COMMANDS}:
            return answer(HTTPStatus.NOT_FOUND, _HTML)
        body = self.page() if request.path == "/data.cgx" else self._commanded(request)
        length = Fault.ENDLESS not in self.faults
        return answer(HTTPStatus.OK, body, "text/xml", length=length)

    def _commanded(self, request: Request) -> bytes:
        """Do a command and return its answer: the relays, or nothing of use."""
        now = self.clock()
        self.outputs.settle(now)
        self.outputs.command(request.query, self.faults, now)
        return render({} if request.path == "/ajax.cgx" else self.outputs.relay_sections())

    async def _m2m(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer line by line until the other side hangs up, or says nothing for a while."""
        if rebooting(self.faults, self.clock()):
            writer.transport.abort()
            return
        async with asyncio.timeout(IDLE_SECONDS):
            while line := await reader.readline():
                request = line.strip().decode("latin-1")
                text = self.mac.upper() if request == "gI000" else "???"
                writer.write(f"{request}={text}\r\n".encode())
                await writer.drain()


def _utcnow() -> datetime:
    return datetime.now(UTC)

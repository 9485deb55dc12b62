"""A simulated Shelly on a real socket, for the command line and for tests."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from copy import deepcopy
from http import HTTPStatus
from typing import Any, Final, Self

from aiohttp import WSMsgType, web

from scripts.simulators.plug_faults import AWAY_SECONDS, PULLED_AFTER, Fault, Pace, Throttle
from scripts.simulators.shelly_auth import Guard
from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_fixture import Json
from scripts.simulators.shelly_frames import difference, value_of
from scripts.simulators.shelly_methods import (
    COMMANDS,
    EXHAUSTED,
    FAILED,
    OPEN,
    RpcError,
    answer,
)
from scripts.simulators.wes_listener import LOOPBACK

MOST_CLIENTS: Final = 6
"""Source: "RPC Channels" in Shelly's Gen2 documentation."""

_UNSAID: Final = {"sys"}  # its clock would make a push of every second


class ShellyServer:
    """A device that is reached over HTTP and WebSocket.

    ``device``, ``faults`` and ``password`` may be changed while it runs; after a change of
    values ``push`` tells the clients. ``pull`` and ``plug_in`` take and give it the mains.
    """

    def __init__(
        self,
        device: ShellyDevice | None = None,
        *,
        password: str | None = None,
        port: int = 0,
        faults: Iterable[Fault] = (),
        pace: Pace | None = None,
    ) -> None:
        """Prepare a server; ``async with`` runs it."""
        self.device = device or ShellyDevice()
        self.faults = set(faults)
        self.pace = pace or Pace()
        self.port = port
        self.calls: list[str] = []  # the methods, in the order of arrival
        self.most_clients = 0
        self._guard = Guard(self.device.id, None)
        self._throttle = Throttle(self.pace)
        self._commands = 0
        self._clients: dict[web.WebSocketResponse, str] = {}  # and what each calls itself
        self._connections: set[asyncio.BaseTransport] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self._said = deepcopy(self.device.status())
        self.password = password

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
    def clients(self) -> int:
        """Return how many clients there are at this moment."""
        return len(self._clients)

    @property
    def password(self) -> str | None:
        """Return the password of ``admin``, None where nobody needs one."""
        return self._guard.password

    @password.setter
    def password(self, password: str | None) -> None:
        """Change the password; logins of before count no more."""
        self._guard = Guard(self.device.id, password)
        asks = password is not None
        self.device.info |= {"auth_en": asks, "auth_domain": self.device.id if asks else None}

    async def start(self) -> None:
        """Listen; after a stop on the same port again."""
        application = web.Application()
        application.router.add_get("/shelly", self._shelly)
        application.router.add_get("/rpc", self._socket)
        application.router.add_route("*", "/rpc/{method}", self._http)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more, and hang up on everyone without a word."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for site in tuple(runner.sites):
            await site.stop()
        self._hang_up()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await runner.cleanup()

    async def pull(self) -> None:
        """Take it the mains: it is gone, and what is plugged into it stands still."""
        self.device.supply(powered=False)
        await self.stop()

    async def plug_in(self) -> None:
        """Give it the mains again."""
        self.device.supply(powered=True)
        await self.start()

    def reboot(self) -> None:
        """Hang up on everyone and count the uptime anew; what it feeds goes on."""
        self.device.booted()
        self._hang_up()

    async def push(self) -> None:
        """Tell every client what has changed since this was last done."""
        now, before = self.device.status(), self._said
        self._said = deepcopy(now)
        changed: Json = {}
        for key, part in now.items():
            if key not in _UNSAID and part != before.get(key):
                changed[key] = difference(part, before.get(key))
        if changed:
            await self.notify("NotifyStatus", {"ts": round(self.device.now(), 2)} | changed)

    async def notify(self, method: str, params: Json) -> None:
        """Send a notification to every client that has ever said something."""
        for client, name in tuple(self._clients.items()):
            if name:
                frame = {"src": self.device.id, "dst": name, "method": method, "params": params}
                with suppress(OSError, RuntimeError):
                    await client.send_str(json.dumps(frame))

    async def rename(self, name: str | None, component: str = "sys") -> None:
        """Give it, or one of its components, another name, and say that something changed."""
        self.device.rename(name, component)
        now = round(self.device.now(), 2)
        event = {"component": component, "event": "config_changed", "ts": now}
        revision = self.device.config["sys"]["cfg_rev"]
        event |= {"restart_required": False, "cfg_rev": revision}
        await self.notify("NotifyEvent", {"ts": now, "events": [event]})

    def is_away(self) -> bool:
        """Return whether a fault makes it deaf at this moment, which ends what it was doing."""
        now = self.device.now()
        away = (Fault.REBOOT in self.faults and int(now) % 60 in AWAY_SECONDS) or (
            Fault.PULLED in self.faults and now - self.device.started >= PULLED_AFTER
        )
        if away:
            self.reboot()
        return away

    def _hang_up(self) -> None:
        for transport in tuple(self._connections):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()

    def _is_deaf(self, request: web.Request) -> bool:
        if request.transport is not None:
            self._connections.add(request.transport)
        return self.is_away()

    async def _shelly(self, request: web.Request) -> web.Response:
        if self._is_deaf(request):
            raise web.HTTPServiceUnavailable
        await self._delay()
        self._forget(request)
        return web.json_response(self.device.info)

    async def _http(self, request: web.Request) -> web.Response:
        """Answer one call in a URL, its arguments in the query or in a JSON body."""
        if self._is_deaf(request):
            raise web.HTTPServiceUnavailable
        method = request.match_info["method"]
        login = request.headers.get("Authorization", "")
        allowed = self._guard.allows_http(login, request.method, request.raw_path)
        if method not in OPEN and not allowed:
            asked = {"WWW-Authenticate": self._guard.challenge_header()}
            return web.Response(status=HTTPStatus.UNAUTHORIZED, headers=asked)
        params: Any = {name: value_of(text) for name, text in request.query.items()}
        if request.method == "POST" and request.can_read_body:
            params = await request.json()
        await self._delay()
        self._forget(request)
        try:
            result = self._called(method, params)
        except RpcError as err:
            status = HTTPStatus.NOT_FOUND if err.code > 0 else HTTPStatus.INTERNAL_SERVER_ERROR
            return web.json_response({"code": err.code, "message": str(err)}, status=status)
        await self._after(method)
        return web.json_response(result)

    def _forget(self, request: web.Request) -> None:
        if request.transport is not None:
            self._connections.discard(request.transport)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        """Talk to one client until either side hangs up."""
        if self._is_deaf(request) or len(self._clients) >= MOST_CLIENTS:
            raise web.HTTPServiceUnavailable
        client = web.WebSocketResponse(protocols=("json-rpc",))
        await client.prepare(request)
        self._clients[client] = ""
        self.most_clients = max(self.most_clients, self.clients)
        try:
            async for message in client:
                if message.type is WSMsgType.TEXT and not self.is_away():
                    self._start(client, message.data)
        finally:
            self._clients.pop(client, None)
            self._forget(request)
        return client

    def _start(self, client: web.WebSocketResponse, text: str) -> None:
        """Answer a frame; a late answer does not hold up the others."""
        task = asyncio.create_task(self._talk(client, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _talk(self, client: web.WebSocketResponse, text: str) -> None:
        try:
            frame = json.loads(text)
            method, source = str(frame["method"]), str(frame.get("src", ""))
        except ValueError, TypeError, KeyError:
            return  # a real device says nothing to what is no call
        self._clients[client] = source
        reply = {"id": frame.get("id"), "src": self.device.id, "dst": source}
        if method not in OPEN and not self._guard.allows(frame.get("auth")):
            error = {"code": HTTPStatus.UNAUTHORIZED.value, "message": self._guard.challenge_text()}
            reply["error"] = error
        elif self._is_lost(method):
            return
        else:
            await self._delay()
            try:
                reply["result"] = self._called(method, frame.get("params"))
            except RpcError as err:
                reply["error"] = {"code": err.code, "message": str(err)}
        with suppress(OSError, RuntimeError):
            await client.send_str(json.dumps(reply))
            await self._after(method)

    def _called(self, method: str, params: Any) -> Any:
        """Do a call, or refuse to; raises RpcError."""
        self.calls.append(method)
        if Fault.THROTTLE in self.faults and not self._throttle.admits(self.device.now()):
            raise RpcError(EXHAUSTED, "Too many requests")
        if Fault.REFUSE in self.faults and method in COMMANDS:
            raise RpcError(FAILED, "Overtemperature")
        return answer(self.device, method, params)

    def _is_lost(self, method: str) -> bool:
        """Return whether a command gets lost; of two of them, the first."""
        if Fault.LOST not in self.faults or method not in COMMANDS:
            return False
        self._commands += 1
        return self._commands % 2 == 1

    async def _delay(self) -> None:
        if Fault.LATE in self.faults:
            await asyncio.sleep(self.pace.late_s)

    async def _after(self, method: str) -> None:
        """Do what follows an answer."""
        if method in COMMANDS:
            await self.push()
        elif method == "Shelly.Reboot":
            self.reboot()

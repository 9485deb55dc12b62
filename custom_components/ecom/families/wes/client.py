"""Asks a WES over the network, one short connection at a time.

The server is a small microcontroller: nobody knows how many connections it
bears, so there is never more than one, and none is kept open.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from os import strerror
from socket import gaierror
from typing import Final

import aiohttp
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from ...errors import CannotConnect, DeviceError, EcomError, InvalidAuth, Unsupported, Why
from .address import Address
from .fingerprint import asks_for_wes, looks_like_a_page
from .m2m import ask_mac

__all__ = ["MOST_OCTETS", "Address", "WesClient"]

TIMEOUT: Final = 10.0
M2M_TIMEOUT: Final = 3.0

MOST_OCTETS: Final = 262_144
"""A page has some 5 to 20 thousand octets; what is longer than this is none."""

_HEADERS: Final = {"Connection": "close", "Accept-Encoding": "identity"}

_CUT_SHORT: Final = (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError, ConnectionError)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """What came back; ``challenges`` are the ways to log in that are offered."""

    status: int
    challenges: tuple[str, ...] = ()
    body: bytes = field(default=b"", repr=False)


class WesClient:
    """Reads and switches one WES.

    Whatever the network or the server does, only the errors of ``errors`` and
    a cancellation come out, and no text of theirs holds an address or a
    password.
    """

    def __init__(
        self,
        address: Address,
        username: str | None = None,
        password: str | None = None,
        *,
        timeout: float = TIMEOUT,
        m2m_timeout: float = M2M_TIMEOUT,
    ) -> None:
        """Point at a server; without a name and a password none are sent."""
        self._address = address
        self._authorization = _authorization(username, password)
        self._timeout = timeout
        self._m2m_timeout = min(m2m_timeout, timeout)
        self._lock = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def identify(self) -> None:
        """Make sure that this is a WES, without a word of who is asking.

        So a password is never sent to whatever else has the address. Raises
        Unsupported if it is something else, CannotConnect if there is nothing.
        """
        answer = await self._get("/data.cgx", anonymous=True)
        if answer.status == HTTPStatus.UNAUTHORIZED and any(map(asks_for_wes, answer.challenges)):
            return
        if answer.status == HTTPStatus.OK and looks_like_a_page(answer.body):
            return
        raise Unsupported("what answers is no WES")

    async def page(self) -> bytes:
        """Return the page with all values, as far as it came.

        Raises InvalidAuth if the account is refused, CannotConnect otherwise.
        """
        answer = await self._get("/data.cgx")
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise InvalidAuth("the account was refused")
        if answer.status != HTTPStatus.OK:
            raise CannotConnect(f"the page cannot be read: status {answer.status}")
        return answer.body

    async def is_admin(self) -> bool:
        """Return whether the account may switch.

        The read-only account is refused the configuration. A firmware without
        that page says nothing about it: there a command that fails will tell.
        """
        answer = await self._get("/INFOCFG.HTM", body=False)
        return answer.status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}

    async def relay(self, number: int, on: bool) -> bytes:  # noqa: FBT001 - what it does
        """Switch a relay and return the answer, which states all relays.

        1-Wire cards count from 101. Raises DeviceError if the server refuses,
        InvalidAuth and CannotConnect as ``page`` does.
        """
        return await self._command(f"/RL.cgx?rl{number}={_word(on)}")

    async def virtual_switch(self, number: int, on: bool) -> bytes:  # noqa: FBT001 - what it does
        """Switch a virtual switch; the answer confirms nothing, the next page does.

        Raises DeviceError if the server refuses, InvalidAuth and CannotConnect
        as ``page`` does.
        """
        return await self._command(f"/AJAX.cgx?vs{number}={_word(on)}")

    async def mac(self) -> str | None:
        """Return the MAC address as 12 hex digits in lower case.

        It comes over the M2M port, which is closed unless its owner opened it:
        None if nothing useful is heard there.
        """
        async with self._alone():
            try:
                async with asyncio.timeout(self._m2m_timeout):
                    return await ask_mac(self._address)
            except Exception:  # noqa: BLE001 - whatever stands in the way, there is no MAC then
                return None

    async def close(self) -> None:
        """Let go of the connection, if there is one, and wait until it has gone.

        What was under way fails. A second call does nothing.
        """
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        async with self._lock:
            return

    async def _command(self, target: str) -> bytes:
        answer = await self._get(target)
        match answer.status:
            case HTTPStatus.OK:
                return answer.body
            case HTTPStatus.UNAUTHORIZED:
                raise InvalidAuth("the account was refused")
            case HTTPStatus.FORBIDDEN:
                raise DeviceError("the account may not switch", Why.FORBIDDEN)
            case status:
                raise DeviceError(f"the command was refused: status {status}")

    async def _get(self, target: str, *, anonymous: bool = False, body: bool = True) -> _Answer:
        """Return the answer to one request; raises CannotConnect alone."""
        async with self._alone():
            try:
                async with asyncio.timeout(self._timeout), self._asked(target, anonymous) as found:
                    return await _answer(found, body)
            except EcomError:
                raise
            except Exception as err:  # noqa: BLE001 - a hostile server may cause anything
                # The cause may hold the address, and a traceback would show it.
                raise CannotConnect(_reason(err)) from None

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Keep everyone else from asking until this connection is closed."""
        async with self._lock:
            try:
                yield
            finally:
                # A transport closes its socket in the event loop's next turn;
                # without it the next connection could be there first.
                await asyncio.sleep(0)

    @asynccontextmanager
    async def _asked(self, target: str, anonymous: bool) -> AsyncIterator[aiohttp.ClientResponse]:  # noqa: FBT001 - private, one call
        """Give the answer as it begins; afterwards the connection is closed."""
        headers = dict(_HEADERS)
        if self._authorization and not anonymous:
            headers["Authorization"] = self._authorization
        path, _, query = target.partition("?")
        address = self._address
        url = URL.build(
            scheme="http",
            host=address.host,
            port=address.http_port,
            path=path,
            query_string=query,
        )
        response = await self._open().get(url, headers=headers, allow_redirects=False)
        try:
            yield response
        finally:
            response.close()

    def _open(self) -> aiohttp.ClientSession:
        """Return the session, made at its first use since that needs the event loop."""
        if self._closed:
            raise CannotConnect("the connection has been closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # Two attempts at once, for a name with two addresses, would be
                # two connections; and names of the house are known to the
                # system alone, not to a resolver that only speaks DNS.
                connector=aiohttp.TCPConnector(
                    limit=1,
                    force_close=True,
                    happy_eyeballs_delay=None,
                    resolver=ThreadedResolver(),
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
                middlewares=(_once,),
            )
        return self._session


async def _once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request once: aiohttp repeats a GET whose connection is lost, and ours may switch."""
    try:
        return await send(request)
    except aiohttp.ClientError as err:
        raise CannotConnect(_reason(err)) from None


async def _answer(response: aiohttp.ClientResponse, body: bool) -> _Answer:  # noqa: FBT001 - private, one call
    """Return what is of interest in an answer; raises CannotConnect or what aiohttp does."""
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() not in {"", "identity"}:
        raise CannotConnect("the answer is compressed, which was not asked for")
    return _Answer(
        status=response.status,
        challenges=tuple(response.headers.getall("WWW-Authenticate", ())),
        body=await _body(response.content) if body else b"",
    )


async def _body(content: aiohttp.StreamReader) -> bytes:
    """Return a body as far as it comes; raises CannotConnect for one without an end."""
    found = bytearray()
    try:
        while more := await content.readany():
            found += more
            if len(found) > MOST_OCTETS:
                raise CannotConnect("the answer does not end")
    except _CUT_SHORT:
        if not found:
            raise
    return bytes(found)


def _authorization(username: str | None, password: str | None) -> str | None:
    """Return the header's value, in UTF-8 as RFC 7617 has it."""
    if not username and not password:
        return None
    pair = f"{username or ''}:{password or ''}".encode(errors="surrogatepass")
    return f"Basic {b64encode(pair).decode()}"


def _word(on: bool) -> str:  # noqa: FBT001 - private
    return "ON" if on else "OFF"


def _reason(err: Exception) -> str:
    """Return an error in words that name no address and no secret."""
    err = getattr(err, "os_error", err)
    match err:
        case TimeoutError():
            return "no answer in time"
        case gaierror():
            return "the name is not known"
        case OSError(errno=int(number)):
            return strerror(number)
        case aiohttp.ServerDisconnectedError():
            return "the server hung up without an answer"
        case aiohttp.ClientResponseError():
            return "the answer is not HTTP"
        case _:
            return type(err).__name__

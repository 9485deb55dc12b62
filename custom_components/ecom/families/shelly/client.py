"""Talks to one Shelly: over HTTP to learn which one it is, then over a WebSocket that stays.

A thin shell around aioshelly's ``RpcDevice``. Each connection has a device object
of its own, without any context that Home Assistant's own Shelly integration shares.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from http import HTTPStatus
from os import strerror
from socket import gaierror
from typing import Any, Final

import aiohttp
from aioshelly.common import ConnectionOptions
from aioshelly.exceptions import (
    DeviceConnectionError,
    DeviceConnectionTimeoutError,
    InvalidAuthError,
    MacAddressMismatchError,
    NotInitialized,
    RpcCallError,
)
from aioshelly.rpc_device import RpcDevice, RpcUpdateType
from yarl import URL

from ...errors import CannotConnect, DeviceError, EcomError, InvalidAuth
from .address import Address
from .identity import Gen1, Identity, read_identity

__all__ = ["Address", "News", "ShellyClient"]

USER: Final = "admin"
IDENTIFY_TIMEOUT: Final = 10.0
CONNECT_TIMEOUT: Final = 45.0
CALL_TIMEOUT: Final = 10.0
COMMAND_TIMEOUT: Final = 5.0
"""Seconds. A command is waited for less long, since a person waits with it."""

MOST_OCTETS: Final = 65_536
"""The answer to ``GET /shelly`` has some 300 octets; what is longer than this is none."""

_OTHER: Final = "another device answers at this address"


class News(StrEnum):
    """What a device has told on its own account."""

    STATUS = "status"  # values have changed: look at ``status``
    SETTINGS = "settings"  # somebody changed its settings: ask for them
    LOST = "lost"  # the connection has ended


class ShellyClient:
    """Reads and switches one Shelly.

    Whatever the network or the device does, only the errors of ``errors`` and a
    cancellation come out, and no text of theirs holds an address or a password.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        address: Address,
        password: str | None = None,
        mac: str | None = None,
    ) -> None:
        """Point at a device; with a MAC, 12 hex digits in upper case, at that one alone."""
        self.on_news: Callable[[News], None] = _nobody_listens
        self._session = session
        self._address = address
        self._password = password
        self._mac = mac
        self._device: RpcDevice | None = None

    @property
    def connected(self) -> bool:
        """Return whether there is a connection at this moment."""
        return self._device is not None and self._device.connected

    @property
    def status(self) -> Mapping[str, object]:
        """Return the newest status by component, empty if there is none."""
        return self._part("status")

    @property
    def config(self) -> Mapping[str, object]:
        """Return the settings by component, empty if there are none."""
        return self._part("config")

    async def identify(self) -> Identity:
        """Return which device it is, without a word of who is asking.

        Raises Unsupported if it is no Shelly or one of the first generation, and
        CannotConnect if nothing answers or if it is not the one that is expected.
        """
        with _translated():
            async with asyncio.timeout(IDENTIFY_TIMEOUT):
                body = await self._get("/shelly")
            try:
                identity = read_identity(body)
            except Gen1 as err:
                self._expect(err.mac)
                raise
            self._expect(identity.mac)
            return identity

    async def connect(self) -> Identity:
        """Connect, and read settings and status; return which device it is.

        Raises InvalidAuth if the password is missing or wrong, otherwise what
        ``identify`` does. A connection that there was is closed first.
        """
        await self.close()
        identity = await self.identify()
        options = ConnectionOptions(
            ip_address=self._address.host,
            username=USER if self._password else None,
            password=self._password or None,
            device_mac=identity.mac,
            port=self._address.port,
        )
        with _translated():
            device = await RpcDevice.create(self._session, None, options)
            device.subscribe_updates(self._updated)
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT):
                    await device.initialize()
            except BaseException:
                await _shut_down(device)
                raise
        self._device = device
        if not self.status:
            await self.close()
            raise CannotConnect("the status cannot be read")
        return identity

    async def refresh(self) -> None:
        """Ask for the whole status; raises CannotConnect, InvalidAuth or DeviceError."""
        with _translated():
            async with asyncio.timeout(CALL_TIMEOUT):
                await self._connection().update_status()
        if not self.status:
            raise DeviceError("the status cannot be read")

    async def refresh_settings(self) -> None:
        """Ask for the settings; raises as ``refresh`` does."""
        with _translated():
            async with asyncio.timeout(CALL_TIMEOUT):
                await self._connection().update_config()

    async def switch(self, number: int, on: bool) -> None:  # noqa: FBT001 - what it does
        """Switch an output; raises DeviceError if it is refused, else as ``refresh`` does."""
        await self.call("Switch.Set", {"id": number, "on": on}, COMMAND_TIMEOUT)

    async def call(
        self, method: str, params: dict[str, Any], seconds: float = CALL_TIMEOUT
    ) -> object:
        """Return the result of any call; raises as ``refresh`` does."""
        with _translated():
            async with asyncio.timeout(seconds):
                result: object = await self._connection().call_rpc(method, params, seconds)
        return result

    async def close(self) -> None:
        """Let go of the connection, if there is one; a second call does nothing."""
        device, self._device = self._device, None
        if device is not None:
            await _shut_down(device)

    async def _get(self, path: str) -> bytes:
        """Return the body of a page; raises what aiohttp does, or CannotConnect."""
        url = URL.build(
            scheme="https" if self._address.is_secure else "http",
            host=self._address.host,
            port=self._address.port,
            path=path,
        )
        async with self._session.get(url, ssl=False, allow_redirects=False) as response:
            found = bytearray()
            async for part in response.content.iter_any():
                found += part
                if len(found) > MOST_OCTETS:
                    response.close()
                    raise CannotConnect("the answer does not end")
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise CannotConnect(f"it does not answer now: status {response.status}")
            return bytes(found) if response.status == HTTPStatus.OK else b""

    def _expect(self, mac: str) -> None:
        if self._mac not in (None, mac):
            raise CannotConnect(_OTHER)

    def _connection(self) -> RpcDevice:
        device = self._device
        if device is None or not device.connected:
            raise CannotConnect("there is no connection")
        return device

    def _part(self, name: str) -> Mapping[str, object]:
        """Return what aioshelly holds; a device may have sent anything in its place."""
        part: object = None
        with suppress(NotInitialized):
            part = getattr(self._device, name, None)
        return part if isinstance(part, dict) else {}

    def _updated(self, device: RpcDevice, kind: RpcUpdateType) -> None:
        """Pass on what is of interest; aioshelly calls this for everything that it hears."""
        if device is not self._device:
            return
        match kind:
            case RpcUpdateType.STATUS:
                self.on_news(News.STATUS)
            case RpcUpdateType.DISCONNECTED:
                self.on_news(News.LOST)
            case RpcUpdateType.EVENT if _tells_of_settings(device.event):
                self.on_news(News.SETTINGS)


def _nobody_listens(_news: News) -> None:
    """Hear nothing: for whoever only asks."""


def _tells_of_settings(event: object) -> bool:
    """Return whether somebody changed the settings, in Shelly's app or on its page."""
    events = event.get("events") if isinstance(event, dict) else None
    return isinstance(events, list) and any(
        isinstance(each, dict) and each.get("event") == "config_changed" for each in events
    )


async def _shut_down(device: RpcDevice) -> None:
    """Close a connection, whatever its reader died of: nobody else looks at that."""
    with suppress(Exception):
        await device.shutdown()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise ECOM's errors in the place of all others."""
    try:
        yield
    except EcomError:
        raise
    except InvalidAuthError:
        raise InvalidAuth("the password was refused") from None
    except MacAddressMismatchError:
        raise CannotConnect(_OTHER) from None
    except RpcCallError as err:
        raise DeviceError(f"the device refused: error {_number(err.code)}") from None
    except Exception as err:  # noqa: BLE001 - a hostile device may cause anything
        # The cause may hold the address, and a traceback would show it.
        raise CannotConnect(_reason(err)) from None


def _number(code: object) -> int:
    return code if isinstance(code, int) else 0


_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (TimeoutError, "no answer in time"),
    (DeviceConnectionTimeoutError, "no answer in time"),
    (gaierror, "the name is not known"),
    (aiohttp.ServerDisconnectedError, "the device hung up without an answer"),
    (aiohttp.WSServerHandshakeError, "the device takes no more connections"),
    (aiohttp.ClientResponseError, "the answer is not HTTP"),
    (DeviceConnectionError, "the connection ended"),
    (RpcCallError, "the device refuses to be read"),
)


def _reason(err: BaseException) -> str:
    """Return an error in words that name no address and no secret."""
    if isinstance(err, DeviceConnectionError) and isinstance(err.__cause__, Exception):
        return _reason(err.__cause__)
    err = getattr(err, "os_error", err)
    words = next((words for kind, words in _WORDS if isinstance(err, kind)), None)
    if words is None and isinstance(err, OSError) and err.errno is not None:
        return strerror(err.errno)
    return words or type(err).__name__

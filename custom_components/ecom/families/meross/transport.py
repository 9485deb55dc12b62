"""How messages get to a device: meross-iot builds them, our own HTTP carries them.

The library's own local transport sends the wrong body to plain devices, falls back to the
cloud, and opens a session for each message. This one posts to the device alone, one message
at a time, and believes an answer only if it is the answer to that message.
"""

import asyncio
import base64
import binascii
import json
import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, Final, override

from aiohttp import ClientError, ClientSession, ClientTimeout

from ...errors import CannotConnect, DeviceError, InvalidAuth
from .abilities import Ability
from .address import Address
from .library import EncryptionSuite, MerossManager, verify_message_signature

TIMEOUT_S: Final = 10.0
MOST_OCTETS: Final = 256 * 1024
"""No device says as much in one answer; more is not read."""

CUT_AT: Final = 2900
"""Some firmware cuts an answer near 3,000 octets, in the middle of a word."""

WRONG_KEY: Final = 5001
_FROM: Final = re.compile(r"/appliance/([0-9a-fA-F]{32})/publish")
_HEADERS: Final = {"Content-Type": "application/json", "Connection": "close"}

type Json = dict[str, Any]


class _Base:
    """Ends the chain of the library's mix-ins, which pass their arguments on."""

    def __init__(self, **_: object) -> None:
        """Take what is left of the arguments."""


class Cipher(EncryptionSuite, _Base):  # type: ignore[misc]
    """The library's cipher for one device."""

    _abilities: Final[dict[str, Json]] = {
        Ability.ENCRYPT_SUITE.value: {},
        Ability.ENCRYPT_ECDHE.value: {},
    }

    def __init__(self, uuid: str, mac: str, key: str) -> None:
        """Derive the device's own key; ``mac`` is written with colons, in lower case."""
        super().__init__(device_uuid=uuid, manager=None)
        self.set_encryption_key(uuid, key, mac)

    def open(self, text: str) -> str:
        """Return an answer deciphered; raises ValueError if it cannot be one."""
        try:
            octets: bytes = self.decrypt(base64.b64encode(base64.b64decode(text, validate=True)))
            return octets.rstrip(b"\0").decode()
        except binascii.Error as err:
            raise ValueError("not in Base64") from err


class LanManager(MerossManager):  # type: ignore[misc]
    """The library's manager, whose only way to a device is HTTP on the local network.

    It holds the owner's key as the library wants it, and has neither a token nor a broker.
    """

    def __init__(
        self, session: ClientSession, address: Address, key: str, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        """Know one device by its address; nothing is sent yet."""
        super().__init__(
            SimpleNamespace(cloud_credentials=_credentials(key)),
            mqtt_ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )
        self.cipher: Cipher | None = None
        self.uuid = ""
        self._session = session
        self._url = f"http://{_bracketed(address)}:{address.port}/config"
        self._key = key
        self._limit = ClientTimeout(total=timeout_s)
        self._turn = asyncio.Lock()

    @override
    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "LanManager()"

    async def ask(self, namespace: str, payload: Json | None = None) -> Json:
        """Return what the device says of a namespace; raises what ``async_execute_cmd`` does."""
        return await self.async_execute_cmd("", 0, self.uuid, "GET", namespace, payload or {})

    async def tell(self, namespace: str, payload: Json) -> Json:
        """Send a command; raises what ``async_execute_cmd`` does."""
        return await self.async_execute_cmd("", 0, self.uuid, "SET", namespace, payload)

    @override
    async def async_execute_cmd(
        self,
        mqtt_hostname: str,
        mqtt_port: int,
        destination_device_uuid: str,
        method: str,
        namespace: Any,
        payload: Json,
        timeout: float | None = None,
        override_transport_mode: object = None,
    ) -> Json:
        """Post one message, and return the payload of its answer.

        Raises CannotConnect if there is no answer to it in time, InvalidAuth if the
        device refuses the key, and DeviceError for another error that it states.
        """
        del mqtt_hostname, mqtt_port, timeout, override_transport_mode
        name = str(getattr(namespace, "value", namespace))
        message, message_id = self._build_mqtt_message(
            method, name, payload, destination_device_uuid
        )
        cipher = self.cipher
        async with self._turn:
            text = await self._post(message if cipher is None else cipher.encrypt(message))
        answer = _parsed(text, cipher)
        header, found = _parts(answer)
        if header.get("method") == "ERROR":
            raise _error(found)
        expected = {"messageId": message_id, "namespace": name, "method": f"{method}ACK"}
        if any(header.get(part) != value for part, value in expected.items()):
            raise CannotConnect("what answers there answers something else")
        if not _is_signed(header, self._key):
            raise CannotConnect("the answer is not signed with the device's key")
        if match := _FROM.fullmatch(str(header.get("from"))):
            self.uuid = self.uuid or match[1].lower()
        return found

    async def _post(self, body: bytes | str) -> str:
        """Return the body of the answer; raises CannotConnect."""
        try:
            async with self._session.post(
                self._url,
                data=body,
                headers=_HEADERS,
                timeout=self._limit,
                allow_redirects=False,
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise CannotConnect(f"it answers with HTTP status {response.status}")
                octets = await response.content.read(MOST_OCTETS)
                while octets and len(octets) <= MOST_OCTETS:
                    more = await response.content.read(MOST_OCTETS)
                    if not more:
                        break
                    octets += more
        except TimeoutError:
            raise CannotConnect("no answer in time") from None
        except (ClientError, OSError, ValueError) as err:
            raise CannotConnect(f"no answer ({type(err).__name__})") from None
        if len(octets) > MOST_OCTETS:
            raise CannotConnect("the answer does not end")
        try:
            return octets.decode()
        except UnicodeDecodeError:
            raise CannotConnect("the answer is no text") from None


def _credentials(key: str) -> SimpleNamespace:
    """Return what the library's manager looks at: the key, and nobody's account."""
    return SimpleNamespace(
        key=key, user_id="ecom", token="", user_email="", issued_on=datetime.now(UTC)
    )


def _bracketed(address: Address) -> str:
    return f"[{address.host}]" if ":" in address.host else address.host


def _parsed(text: str, cipher: Cipher | None) -> Mapping[str, Any]:
    """Return the answer as an object; raises CannotConnect."""
    plain = text.lstrip().startswith("{")
    try:
        found = json.loads(text if cipher is None or plain else cipher.open(text))
    except ValueError, RecursionError:
        if len(text) >= CUT_AT:
            raise CannotConnect(f"the answer is cut off after {len(text)} characters") from None
        raise CannotConnect("the answer cannot be read") from None
    if not isinstance(found, dict):
        raise CannotConnect("the answer is no message")
    return found


def _parts(answer: Mapping[str, Any]) -> tuple[Json, Json]:
    """Return header and payload; raises CannotConnect."""
    header, payload = answer.get("header"), answer.get("payload")
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise CannotConnect("the answer is no message")
    return header, payload


def _error(payload: Json) -> InvalidAuth | DeviceError:
    """Return the error that the device states."""
    stated = payload.get("error")
    code = stated.get("code") if isinstance(stated, dict) else None
    if code == WRONG_KEY:
        return InvalidAuth(f"the device refuses the key (error {WRONG_KEY})")
    number = code if isinstance(code, int) else "without a number"
    return DeviceError(f"the device answers with error {number}")


def _is_signed(header: Json, key: str) -> bool:
    """Return whether the answer was signed with the key, as every device signs."""
    if not {"messageId", "timestamp", "sign"} <= header.keys():
        return False
    return bool(verify_message_signature(header, key))

"""How Meross devices talk on the LAN: HTTP, a signature, and AES on newer firmware.

Source: the public clients meross-iot and meross_lan. The cipher is that of another
library than meross-iot's, so that the two check each other.
"""

import asyncio
import json
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import md5
from http import HTTPStatus
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PATH: Final = "/config"
BAD_SIGN: Final = {"error": {"code": 5001, "detail": "sign error"}}
NOT_DONE: Final = {"error": {"code": 5000, "detail": "not supported"}}
_VECTOR: Final = b"0" * 16
_BLOCK: Final = 16
_MOST_HEAD: Final = 64

type Json = dict[str, Any]


class Aes:
    """The cipher of one device: AES-256-CBC with a constant vector, in Base64."""

    def __init__(self, uuid: str, mac: str, key: str) -> None:
        """Derive the device's key from its names and its owner's key."""
        self._key = _md5(uuid[3:22] + key[1:9] + mac + key[10:28]).encode()

    def encrypt(self, text: str) -> str:
        """Return a text enciphered, after filling it up with zeros."""
        octets = text.encode()
        filled = octets + bytes(_BLOCK - len(octets) % _BLOCK)
        coder = self._cipher().encryptor()
        return b64encode(coder.update(filled) + coder.finalize()).decode()

    def decrypt(self, body: str) -> str:
        """Return the text in a body; raises ValueError if there is none."""
        try:
            octets = b64decode(body, validate=True)
        except Error as err:
            raise ValueError("no Base64") from err
        coder = self._cipher().decryptor()
        return (coder.update(octets) + coder.finalize()).rstrip(b"\0").decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES256(self._key), modes.CBC(_VECTOR))


def sign(message_id: str, key: str, timestamp: Any) -> str:
    """Return the signature of a message."""
    return _md5(f"{message_id}{key}{timestamp}")


def is_signed(header: Json, key: str) -> bool:
    """Return whether a message was signed with a key."""
    expected = sign(str(header.get("messageId", "")), key, header.get("timestamp", ""))
    return header.get("sign") == expected


def reply(header: Json, payload: Json, *, uuid: str, key: str, now: int) -> Json:
    """Return the answer to a message."""
    method = "ERROR" if "error" in payload else f"{header.get('method', 'GET')}ACK"
    message_id = str(header.get("messageId", ""))
    return {
        "header": {
            "messageId": message_id,
            "namespace": header.get("namespace", ""),
            "method": method,
            "payloadVersion": 1,
            "from": f"/appliance/{uuid}/publish",
            "timestamp": now,
            "timestampMs": 0,
            "sign": sign(message_id, key, now),
        },
        "payload": payload,
    }


async def read_body(reader: asyncio.StreamReader) -> str | None:
    """Return the body that is posted, None for any other request; raises OSError."""
    lines = [await reader.readline()]
    while lines[-1].strip() and len(lines) < _MOST_HEAD:
        lines.append(await reader.readline())
    method, _, rest = lines[0].decode("latin-1").partition(" ")
    headers = dict(line.decode("latin-1").lower().strip().partition(":")[::2] for line in lines[1:])
    length = int(headers.get("content-length", "0"))
    body = await reader.readexactly(length)
    if method != "POST" or rest.split(" ")[0] != PATH:
        return None
    return body.decode()


def http(status: HTTPStatus, body: str = "") -> bytes:
    """Return a whole HTTP answer, after which the device hangs up."""
    octets = body.encode()
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(octets)}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + octets


def dump(message: Json) -> str:
    """Return a message as the device writes it."""
    return json.dumps(message, separators=(",", ":"))


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()

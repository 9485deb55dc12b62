"""The little HTTP that a simulated WES speaks: one GET, one answer, and goodbye."""

import asyncio
from base64 import b64decode
from binascii import Error
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

REALM: Final = "Bienvenue sur le serveur WES"
_MOST_HEAD: Final = 64


class Account(StrEnum):
    """The two accounts of a WES."""

    ADMIN = "admin"
    READER = "reader"


@dataclass(frozen=True, kw_only=True, slots=True)
class Accounts:
    """Names and passwords; without an administrator nobody is asked for one."""

    user: str = "admin"
    password: str = "wes"  # noqa: S105 - the vendor's default, which the simulator shares
    reader_user: str = "user"
    reader_password: str = "wes"  # noqa: S105 - as above

    def of(self, authorization: str) -> Account | None:
        """Return the account behind an Authorization header."""
        if not self.user:
            return Account.ADMIN
        scheme, _, encoded = authorization.partition(" ")
        pair = ""
        with suppress(Error, UnicodeDecodeError):
            pair = b64decode(encoded, validate=True).decode()
        if scheme.lower() != "basic":
            return None
        return {
            f"{self.reader_user}:{self.reader_password}": Account.READER,
            f"{self.user}:{self.password}": Account.ADMIN,
        }.get(pair)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What was asked; the path in lower case, since the server does not mind."""

    path: str
    query: str
    authorization: str

    @property
    def target(self) -> str:
        """Return path and query, in lower case."""
        return f"{self.path}?{self.query.lower()}" if self.query else self.path


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Return the request, None for what is none; raises TimeoutError and OSError."""
    lines = [await reader.readline()]
    while lines[-1].strip() and len(lines) < _MOST_HEAD:
        lines.append(await reader.readline())
    words = lines[0].decode("latin-1").split()
    if not words or words[0] != "GET" or len(words) < 2:  # noqa: PLR2004 - a method and a target
        return None
    headers = {}
    for line in lines[1:]:
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    path, _, query = words[1].partition("?")
    return Request(path=path.lower(), query=query, authorization=headers.get("authorization", ""))


def answer(
    status: HTTPStatus, body: bytes = b"", kind: str = "text/html", *, length: bool = True
) -> bytes:
    """Return a whole answer."""
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", "Server: WES", f"Content-Type: {kind}"]
    if status is HTTPStatus.UNAUTHORIZED:
        lines.append(f'WWW-Authenticate: Basic realm="{REALM}"')
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


async def call(url: str) -> bool:
    """Get a URL as the device does, plain and at once; return whether it was answered well."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
            writer.write(f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n".encode())
            writer.write(b"Connection: close\r\n\r\n")
            status = await reader.readline()
            writer.close()
    except OSError:
        return False
    return b" 200" in status

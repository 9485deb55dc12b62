"""Where a Meross device is, as a person types it."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final, Self, override
from urllib.parse import urlsplit

HTTP_PORT: Final = 80
_MOST_PORT: Final = 65535
_MOST_NAME: Final = 253

_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_ODD: Final = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A name or an IP address, and a port, which only simulators and tunnels move."""

    host: str
    port: int = HTTP_PORT

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address in ``192.168.1.20``, ``plug:8080`` or ``http://plug/…``.

        Names become lower case. Raises ValueError for anything else, for an encrypted
        address since no Meross device has one, and for one with a password in it.
        """
        text = text.strip()
        if _ODD.search(text):
            raise ValueError("an address holds no blanks")
        scheme, found, rest = text.partition("://")
        if found and scheme.lower() != "http":
            raise ValueError("a Meross device speaks plain http only")
        parts = urlsplit(f"//{_bracketed(rest if found else text)}")
        if "@" in parts.netloc:
            raise ValueError("an address holds no user and no password")
        return cls(host=_host(parts.hostname or ""), port=_port(parts.netloc, parts.port))

    @override
    def __str__(self) -> str:
        """Return the shortest text that ``parse`` understands."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTP_PORT else f"{host}:{self.port}"


def _bracketed(text: str) -> str:
    """Return a bare IPv6 address in the brackets that it needs before a port."""
    try:
        return f"[{text}]" if isinstance(ip_address(text), IPv6Address) else text
    except ValueError:
        return text


def _host(host: str) -> str:
    """Return a host that can be looked up; what looks like an IP address must be one."""
    if ":" in host or host.rstrip(".").rpartition(".")[2].isdecimal():
        return str(ip_address(host))
    if len(host) > _MOST_NAME or not _NAME.fullmatch(host):
        raise ValueError("neither a name nor an IP address")
    return host.rstrip(".")


def _port(netloc: str, port: int | None) -> int:
    if port is None and not netloc.endswith(":"):
        return HTTP_PORT
    if port is None or not 0 < port <= _MOST_PORT:
        raise ValueError("no such port")
    return port

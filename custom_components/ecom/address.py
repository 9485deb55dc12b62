"""Where a device is, as a person types it: what all families that are reached over HTTP share.

This module is pure.
"""

import re
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

HTTP_PORT: Final = 80
HTTPS_PORT: Final = 443
PLAIN: Final[Mapping[str, int]] = MappingProxyType({"http": HTTP_PORT})
"""The schemes of a device that does not encrypt, with the port that each means."""

_MOST_PORT: Final = 65535
_MOST_NAME: Final = 253
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_ODD: Final = re.compile(r"[\x00-\x20\x7f\\]")


def read_address(text: str, schemes: Mapping[str, int] = PLAIN) -> tuple[str, int]:
    """Return host and port of ``plug``, ``192.168.1.20:8080`` or ``http://plug/…``.

    Names become lower case. Raises ValueError for anything else, for a scheme that is not
    among ``schemes``, and for an address with a password in it, which would then be stored
    and shown.
    """
    text = text.strip()
    if _ODD.search(text):
        raise ValueError("an address holds no blanks")
    scheme, found, rest = text.partition("://")
    usual = schemes.get(scheme.lower()) if found else HTTP_PORT
    if usual is None:
        raise ValueError(f"it speaks {' or '.join(schemes)} only")
    parts = urlsplit(f"//{_bracketed(rest if found else text)}")
    if "@" in parts.netloc:
        raise ValueError("an address holds no user and no password")
    return _host(parts.hostname or ""), _port(parts.netloc, parts.port, usual)


def show_address(host: str, port: int) -> str:
    """Return the shortest text that ``read_address`` understands."""
    shown = f"[{host}]" if ":" in host else host
    return shown if port == HTTP_PORT else f"{shown}:{port}"


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


def _port(netloc: str, port: int | None, usual: int) -> int:
    if port is None and not netloc.endswith(":"):
        return usual
    if port is None or not 0 < port <= _MOST_PORT:
        raise ValueError("no such port")
    return port

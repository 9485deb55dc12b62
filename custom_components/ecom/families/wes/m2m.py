"""The text protocol between machines: one line asks, one line answers, nobody logs in."""

import asyncio
import re
from typing import Final

from .address import Address

_ASK_MAC: Final = b"gI000\r\n"
_MAC: Final = re.compile(rb"\s*(?:gI000)?[\s=]*((?:[0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2})\s*")
_NO_MAC: Final = ("0" * 12, "f" * 12)
_MOST_OCTETS: Final = 128


async def ask_mac(address: Address) -> str | None:
    """Return the MAC address as 12 hex digits in lower case, None if it is not told.

    The answer may begin with an echo of the question. Raises OSError if the
    port is closed; a silent server is for the caller to give up.
    """
    reader, writer = await asyncio.open_connection(address.host, address.m2m_port)
    try:
        writer.write(_ASK_MAC)
        heard = b""
        while len(heard) < _MOST_OCTETS and (more := await reader.read(_MOST_OCTETS)):
            heard += more
            if found := _MAC.fullmatch(heard):
                mac = re.sub(r"[^0-9a-f]", "", found[1].decode().lower())
                return None if mac in _NO_MAC else mac
        return None
    finally:
        writer.transport.abort()

"""What a Shelly says of itself to anybody: the answer to ``GET /shelly``."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aioshelly.const import MODEL_NAMES

from ...errors import Unsupported

FIRST_RPC: Final = 2
"""The first generation that speaks RPC over WebSocket."""

_MAC: Final = re.compile(r"[0-9A-F]{12}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LONGEST: Final = 80


class Gen1(Unsupported):
    """A device of the first generation, which speaks another protocol."""

    def __init__(self, mac: str) -> None:
        """Keep the MAC: Home Assistant's own integration may have the device."""
        super().__init__("a Gen1 device, which is read by Home Assistant's own integration")
        self.mac = mac


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Which device it is; ``mac`` is 12 hex digits in upper case."""

    mac: str
    model: str  # as on the box, such as SNPL-00112EU
    firmware: str | None
    name: str | None  # given in Shelly's app
    asks_for_password: bool

    @property
    def title(self) -> str:
        """Return the model's name in words, its code where it has none yet."""
        return MODEL_NAMES.get(self.model, self.model)


def read_identity(body: bytes) -> Identity:
    """Return what a body identifies.

    Raises Unsupported if it is no Shelly's, and Gen1 for a device that speaks no RPC.
    """
    try:
        info = json.loads(body)
    except ValueError, RecursionError:
        info = None
    mac = _mac(info.get("mac")) if isinstance(info, dict) else None
    if mac is None:
        raise Unsupported("what answers is no Shelly")
    generation = info.get("gen", 1)
    if not isinstance(generation, int) or generation < FIRST_RPC:
        raise Gen1(mac)
    return identity_of(info, mac)


def identity_of(info: Mapping[str, object], mac: str) -> Identity:
    """Return the identity in an answer whose MAC has been read."""
    return Identity(
        mac=mac,
        model=words(info.get("model")) or words(info.get("app")) or "Shelly",
        firmware=words(info.get("ver")),
        name=words(info.get("name")),
        asks_for_password=info.get("auth_en") is True,
    )


def words(text: object) -> str | None:
    """Return a text that can be shown, None if there is none: no control characters, not long."""
    if not isinstance(text, str):
        return None
    return _CONTROL.sub(" ", text).strip()[:_LONGEST].strip() or None


def _mac(mac: object) -> str | None:
    found = mac.replace(":", "").upper() if isinstance(mac, str) else ""
    return found if _MAC.fullmatch(found) else None

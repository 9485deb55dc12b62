"""A telegram that can be shown around: the values, and nobody's name."""

import re
from typing import Final

from .protocol.encoder import CUSTOMER_INTERFACE, encode
from .protocol.values import Model, Raw, Telegram

E570_ADDRESS: Final = b"\xce\x9b"
_DIGIT: Final = re.compile(r"\w")


def anonymous(telegram: Telegram) -> str:
    """Return the frames of ``telegram`` as hex, made anew, unencrypted, without serials.

    All texts are replaced, since any of them may be a serial or a message:
    letters and digits become 0. ``scripts/probe e450 --hex`` reads the result.
    """
    return encode(
        telegram.layout,
        {code: _nameless(value.raw) for code, value in telegram.values.items()},
        invoke_id=telegram.invoke_id,
        header_time=telegram.header_time,
        destination=E570_ADDRESS if telegram.model is Model.E570 else CUSTOMER_INTERFACE,
    ).hex()


def _nameless(raw: Raw) -> Raw:
    match raw:
        case str():
            return _DIGIT.sub("0", raw)
        case bytes():
            return bytes(len(raw))
    return raw

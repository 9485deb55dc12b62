"""A telegram that can be shown around: the values, and nobody's name."""

import re
from typing import Final

from .protocol.encoder import CUSTOMER_INTERFACE, encode
from .protocol.registers import Quantity
from .protocol.values import Model, Raw, Telegram, Value

E570_ADDRESS: Final = b"\xce\x9b"
NAMING: Final = frozenset({Quantity.IDENTIFIER, Quantity.TEXT})
_MARK: Final = re.compile(r"[^ .:-]")


def anonymous(telegram: Telegram) -> str:
    """Return the frames of ``telegram`` as hex, made anew, unencrypted, without serials.

    All texts are replaced, since any of them may be a serial or a message,
    and so are numbers that name something. ``scripts/probe e450 --hex`` reads the result.
    """
    return encode(
        telegram.layout,
        {code: _nameless(value) for code, value in telegram.values.items()},
        invoke_id=telegram.invoke_id,
        header_time=telegram.header_time,
        destination=E570_ADDRESS if telegram.model is Model.E570 else CUSTOMER_INTERFACE,
    ).hex()


def _nameless(value: Value) -> Raw:
    register = value.register
    named = register is not None and register.quantity in NAMING
    match value.raw:
        case str() as text:
            return _MARK.sub("0", text)
        case bytes() as octets:
            return bytes(len(octets))
        case int() if named:
            return 0
    return value.raw

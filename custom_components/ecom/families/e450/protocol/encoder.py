"""The decoder's mirror: octets as a meter would push them, layer by layer.

``encode`` makes a whole telegram; the functions for each layer are there for
those who need a telegram that no meter would send.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from . import apdu
from .axdr import Item, Tag, length_octets
from .axdr import encode as encode_item
from .clock import format_date_time
from .gbt import BLOCK_TAG, LAST
from .hdlc import FLAG, MAX_FRAME, check_sequence
from .layouts import NAME_ATTRIBUTE, PUSH_SETUP, UNITS, VALUE_ATTRIBUTE, VALUE_ATTRIBUTES
from .obis import ObisCode
from .profiles import CLOCK, PROFILES
from .registers import Quantity, Register, lookup
from .security import Keys
from .security import seal as close
from .values import Layout, MeterTime, Raw

CUSTOMER_INTERFACE: Final = b"\xce\xff"
METER: Final = b"\x03"
AUTHENTICATED_ENCRYPTED: Final = apdu.AUTHENTICATED | apdu.ENCRYPTED
STREAMING: Final = 0x40
# What the E450's transmit buffer leaves for a frame's information.
BLOCK_SIZE: Final = 129
_BLOCK_HEADER: Final = 7
_UNNUMBERED_INFORMATION: Final = 0x13
_FORMAT: Final = 0xA000
_SEGMENTED: Final = 0x0800
_PUSH_LIST: Final = ObisCode.parse("0-8:25.9.0")
_SHORT: Final = frozenset(
    {
        Quantity.VOLTAGE,
        Quantity.CURRENT,
        Quantity.POWER_FACTOR,
        Quantity.FREQUENCY,
        Quantity.ANGLE,
    }
)
_CLASSES: Final = {
    Quantity.TIME: 8,
    Quantity.VOLUME: 4,
    Quantity.BREAKER: 70,
    Quantity.TARIFF: 1,
    Quantity.IDENTIFIER: 1,
    Quantity.TEXT: 1,
}
_SUB_METER_ID: Final = "24.1.0"
_MBUS_CLIENT: Final = 72
_REGISTER: Final = 3
_E350_SCALERS: Final = {Quantity.VOLTAGE: -1}

type Values = Mapping[ObisCode, Raw]


def encode(  # noqa: PLR0913 - a telegram has that many parts, most with a default
    layout: Layout,
    values: Values,
    *,
    invoke_id: int = 1,
    header_time: MeterTime | None = None,
    keys: Keys | None = None,
    system_title: bytes = b"LGZ\x00\x00\x00\x00\x01",
    invocation_counter: int = 1,
    security: int | None = None,
    destination: bytes = CUSTOMER_INTERFACE,
    source: bytes = METER,
    block_size: int = BLOCK_SIZE,
    gbt: bool | None = None,
) -> bytes:
    """Return the frames of one telegram with these raw ``values``.

    It is ciphered if ``security`` is given, or ``keys`` (then with all the
    keys there are). It is cut into blocks if ``gbt``, by default where it
    exceeds ``block_size`` octets of information a frame. Raises ValueError for
    a missing key, or a telegram too long for one frame and not to be cut.
    """
    unit = encode_apdu(encode_body(layout, values), invoke_id=invoke_id, header_time=header_time)
    if keys is not None and keys.encryption is not None:
        if security is None:
            security = AUTHENTICATED_ENCRYPTED if keys.authentication else apdu.ENCRYPTED
        unit = seal(
            unit, keys, system_title=system_title, counter=invocation_counter, security=security
        )
    elif security is not None:
        raise ValueError("ciphering needs an encryption key")
    if gbt is None:
        gbt = len(apdu.LLC) + len(unit) > block_size
    infos = split_blocks(unit, block_size=block_size) if gbt else [unit]
    infos[0] = apdu.LLC + infos[0]
    return b"".join(frame(info, destination=destination, source=source) for info in infos)


# -- body -----------------------------------------------------------------------------------------


def encode_body(layout: Layout, values: Values) -> Item:
    """Return the body of a notification, with the types that an E450 uses.

    A bare layout takes the columns of its first profile; what ``values`` does
    not have is sent as null.
    """
    match layout:
        case Layout.PUSH_LIST:
            return _push_list(values)
        case Layout.OBIS_PAIRS:
            return _obis_pairs(values)
        case Layout.SELF_DESCRIBING:
            return Tag.ARRAY.value, tuple(_described(code, raw) for code, raw in values.items())
    columns = next(profile.columns for profile in PROFILES if profile.layout is layout)
    return _structure(_item(code, values.get(code)) for code in columns)


def _structure(items: Iterable[Item]) -> Item:
    return Tag.STRUCTURE.value, tuple(items)


def _name(code: ObisCode) -> Item:
    return Tag.OCTETS.value, bytes(code)


def _push_list(values: Values) -> Item:
    # The list names itself twice: attribute 2 is the list, attribute 1 its name.
    objects = [
        _object(PUSH_SETUP, _PUSH_LIST, VALUE_ATTRIBUTE),
        _object(PUSH_SETUP, _PUSH_LIST, NAME_ATTRIBUTE),
    ]
    for code in values:
        class_id = _class(lookup(code))
        objects.append(_object(class_id, code, VALUE_ATTRIBUTES.get(class_id, VALUE_ATTRIBUTE)))
    return _structure(
        [
            (Tag.ARRAY.value, tuple(objects)),
            _name(_PUSH_LIST),
            *(_item(code, raw) for code, raw in values.items()),
        ]
    )


def _object(class_id: int, code: ObisCode, attribute: int) -> Item:
    return _structure(
        [
            (Tag.UINT16.value, class_id),
            _name(code),
            (Tag.INT8.value, attribute),
            (Tag.UINT16.value, 0),
        ]
    )


def _class(register: Register | None) -> int:
    if register is None:
        return _REGISTER
    if register.cde == _SUB_METER_ID:
        return _MBUS_CLIENT
    return _CLASSES.get(register.quantity, _REGISTER)


def _obis_pairs(values: Values) -> Item:
    named = [(code, raw) for code, raw in values.items() if code != CLOCK]
    items = chain.from_iterable((_name(code), _item(code, raw)) for code, raw in named)
    first = [_item(CLOCK, values[CLOCK])] if CLOCK in values else []
    return _structure([*first, *items])


def _described(code: ObisCode, raw: Raw) -> Item:
    register = lookup(code)
    if isinstance(raw, str):
        return _structure([_name(code), (Tag.TEXT.value, raw)])
    if register is None or not isinstance(raw, int) or register.unit is None:
        return _structure([_name(code), _item(code, raw)])
    scaler = _E350_SCALERS.get(register.quantity, register.scaler or 0)
    unit = next(number for number, name in UNITS.items() if name == register.unit)
    scale = _structure([(Tag.INT8.value, scaler), (Tag.ENUM.value, unit)])
    return _structure([_name(code), _item(code, raw), scale])


def _item(code: ObisCode, raw: Raw) -> Item:
    match raw:
        case None:
            return Tag.NULL.value, None
        case MeterTime():
            return Tag.OCTETS.value, format_date_time(raw)
        case str():
            return Tag.OCTETS.value, raw.encode("latin-1")
        case bytes():
            return Tag.OCTETS.value, raw
    return _number_tag(lookup(code), raw), raw


def _number_tag(register: Register | None, raw: int) -> int:
    if raw < 0:
        return Tag.INT32.value if raw >= -(2**31) else Tag.INT64.value
    if register and register.quantity in {Quantity.BREAKER, Quantity.TARIFF} and raw < 2**8:
        return Tag.ENUM.value if register.quantity is Quantity.BREAKER else Tag.UINT8.value
    if register and register.quantity in _SHORT and raw < 2**16:
        return Tag.UINT16.value
    return Tag.UINT32.value if raw < 2**32 else Tag.UINT64.value


# -- around the body ------------------------------------------------------------------------------


def encode_apdu(body: Item, *, invoke_id: int, header_time: MeterTime | None) -> bytes:
    """Return a data-notification; no ``header_time`` leaves its date-time empty."""
    time = b"" if header_time is None else format_date_time(header_time, header=True)
    head = apdu.NOTIFICATION_TAG + invoke_id.to_bytes(4)
    return head + length_octets(len(time)) + time + encode_item(body)


def seal(
    unit: bytes,
    keys: Keys,
    *,
    system_title: bytes,
    counter: int,
    security: int = AUTHENTICATED_ENCRYPTED,
) -> bytes:
    """Return a unit inside general-glo-ciphering; raises ValueError for a missing key."""
    return join_sealed(close(unit, keys, system_title, counter, security))


def join_sealed(sealed: apdu.Sealed) -> bytes:
    """Return the octets of a sealed unit, the mirror of :func:`apdu.read_sealed`."""
    content = (
        bytes((sealed.security,)) + sealed.counter.to_bytes(4) + sealed.ciphertext + sealed.tag
    )
    title = length_octets(len(sealed.system_title)) + sealed.system_title
    return apdu.CIPHER_TAG + title + length_octets(len(content)) + content


def split_blocks(
    unit: bytes, *, block_size: int = BLOCK_SIZE, sizes: Sequence[int] | None = None
) -> list[bytes]:
    """Return a unit in blocks, in order.

    ``sizes`` gives the octets of data in each; else each block fills
    ``block_size`` octets of information, the first with the LLC header.
    """
    if sizes is None:
        first, other = block_size - _BLOCK_HEADER - len(apdu.LLC), block_size - _BLOCK_HEADER
        sizes = [first, *(other for _ in range(max(0, len(unit) - first + other - 1) // other))]
    blocks, at = [], 0
    for number, size in enumerate(sizes, 1):
        blocks.append(block(unit[at : at + size], number, last=number == len(sizes)))
        at += size
    return blocks


def block(data: bytes, number: int, *, last: bool) -> bytes:
    """Return one general-block-transfer unit."""
    head = BLOCK_TAG + bytes((LAST | STREAMING if last else STREAMING,))
    return head + number.to_bytes(2) + bytes(2) + length_octets(len(data)) + data


def frame(
    info: bytes,
    *,
    destination: bytes = CUSTOMER_INTERFACE,
    source: bytes = METER,
    control: int = _UNNUMBERED_INFORMATION,
    segmented: bool = False,
) -> bytes:
    """Return one HDLC frame with its flags; raises ValueError where ``info`` is too long."""
    addresses = destination + source + bytes((control,))
    length = 2 + len(addresses) + 2 + (len(info) + 2 if info else 0)
    if length > MAX_FRAME:
        raise ValueError(f"a frame of {length} octets exceeds {MAX_FRAME}")
    header = (_FORMAT | (_SEGMENTED if segmented else 0) | length).to_bytes(2) + addresses
    header += check_sequence(header)
    body = header + info
    checked = body + check_sequence(body) if info else header
    return bytes((FLAG,)) + checked + bytes((FLAG,))

"""A-XDR: how COSEM data stands in octets, both ways (IEC 62056-6-2 4.1.5, IEC 61334-6)."""

from enum import IntEnum
from typing import Final

from .values import RefusalKind, Refused


class Tag(IntEnum):
    """The tags of the COSEM Data type that a meter of this family sends."""

    NULL = 0
    ARRAY = 1
    STRUCTURE = 2
    BOOLEAN = 3
    BIT_STRING = 4
    INT32 = 5
    UINT32 = 6
    OCTETS = 9
    TEXT = 10
    UTF8 = 12
    BCD = 13
    INT8 = 15
    INT16 = 16
    UINT8 = 17
    UINT16 = 18
    INT64 = 20
    UINT64 = 21
    ENUM = 22
    DATE_TIME = 25
    DATE = 26
    TIME = 27


# An item keeps its tag, so that what is decoded can be encoded as it was. The
# tag is a plain int while decoding: an unknown one must not raise by itself.
type Content = int | str | bytes | tuple[Item, ...] | None
type Item = tuple[int, Content]

NUMBERS: Final = {
    Tag.BOOLEAN.value: (1, False),
    Tag.INT32.value: (4, True),
    Tag.UINT32.value: (4, False),
    Tag.BCD.value: (1, False),
    Tag.INT8.value: (1, True),
    Tag.INT16.value: (2, True),
    Tag.UINT8.value: (1, False),
    Tag.UINT16.value: (2, False),
    Tag.INT64.value: (8, True),
    Tag.UINT64.value: (8, False),
    Tag.ENUM.value: (1, False),
}
_FIXED: Final = {Tag.DATE_TIME.value: 12, Tag.DATE.value: 5, Tag.TIME.value: 4}
_MAX_DEPTH: Final = 8
# Some E350 and ZMF100 firmware swaps tag and length of the logical names of
# the currents. Read as an unsigned number, the next tag would be 7, which
# does not exist: no sound telegram holds these octets at the place of a tag.
_SWAPPED: Final = frozenset(bytes((6, 9, 1, 0, c, 7, 0, 255)) for c in (31, 51, 71))
_NAME_LENGTH: Final = 6


def decode(data: bytes, at: int, depth: int = 0) -> tuple[Item, int]:
    """Return the item that starts at ``at``, and where it ends.

    Raises Refused: ``type`` for an unknown tag, ``length`` where a declared
    length or count exceeds what is there, ``layout`` beyond eight levels.
    """
    if at >= len(data):
        raise _ends()
    tag = data[at]
    at += 1
    number = NUMBERS.get(tag)
    if number is not None:
        size, signed = number
        end = at + size
        if tag == Tag.UINT32 and data[at - 1 : at + 7] in _SWAPPED:
            return (Tag.OCTETS.value, data[at + 1 : at + 7]), at + 1 + _NAME_LENGTH
        if end > len(data):
            raise _ends()
        return (tag, int.from_bytes(data[at:end], signed=signed)), end
    if tag in {Tag.ARRAY, Tag.STRUCTURE}:
        return _list(tag, data, at, depth)
    if tag == Tag.NULL:
        return (tag, None), at
    return _string(tag, data, at)


def _list(tag: int, data: bytes, at: int, depth: int) -> tuple[Item, int]:
    if depth == _MAX_DEPTH:
        raise Refused(RefusalKind.LAYOUT, f"the values are nested deeper than {_MAX_DEPTH} levels")
    count, at = read_length(data, at)
    # Each item takes at least one octet, so a lie about the count costs nothing.
    if count > len(data) - at:
        raise Refused(
            RefusalKind.LENGTH, f"a list declares {count} items, {len(data) - at} octets follow"
        )
    items = []
    for _ in range(count):
        item, at = decode(data, at, depth + 1)
        items.append(item)
    return (tag, tuple(items)), at


def _string(tag: int, data: bytes, at: int) -> tuple[Item, int]:
    if tag in _FIXED:
        length = _FIXED[tag]
    elif tag in {Tag.OCTETS, Tag.TEXT, Tag.UTF8}:
        length, at = read_length(data, at)
    elif tag == Tag.BIT_STRING:
        bits, at = read_length(data, at)
        length = (bits + 7) // 8
    else:
        raise Refused(RefusalKind.TYPE, f"a value has the unknown type {tag}")
    end = at + length
    if end > len(data):
        raise Refused(
            RefusalKind.LENGTH, f"a string declares {length} octets, {len(data) - at} follow"
        )
    content = data[at:end]
    match tag:
        case Tag.TEXT:
            return (tag, content.decode("latin-1")), end
        case Tag.UTF8:
            return (tag, content.decode(errors="replace")), end
        case Tag.BIT_STRING:
            return (tag, "".join(f"{octet:08b}" for octet in content)[:bits]), end
        case _:
            return (tag, content), end


def read_length(data: bytes, at: int) -> tuple[int, int]:
    """Return the A-XDR length at ``at`` and where it ends; raises Refused (``length``)."""
    if at >= len(data):
        raise _ends()
    first = data[at]
    if first < 0x80:  # noqa: PLR2004 - below it the octet is the length itself (A-XDR 6.1)
        return first, at + 1
    end = at + 1 + (first & 0x7F)
    if first not in {0x81, 0x82, 0x83, 0x84} or end > len(data):
        raise Refused(RefusalKind.LENGTH, f"0x{first:02x} is no length, or ends too soon")
    return int.from_bytes(data[at + 1 : end]), end


def _ends() -> Refused:
    return Refused(RefusalKind.LENGTH, "the telegram ends in the middle of a value")


def encode(item: Item) -> bytes:
    """Return the octets of an item, the mirror of :func:`decode`.

    Raises OverflowError if a number does not fit its type.
    """
    tag, content = item
    head = bytes((tag,))
    match content:
        case None:
            return head
        case int():
            size, signed = NUMBERS[tag]
            return head + content.to_bytes(size, signed=signed)
        case tuple():
            return head + length_octets(len(content)) + b"".join(map(encode, content))
        case bytes():
            return head + (b"" if tag in _FIXED else length_octets(len(content))) + content
        case str() if tag == Tag.BIT_STRING:
            padded = content.ljust(-(-len(content) // 8) * 8, "0")
            octets = int(padded or "0", 2).to_bytes(len(padded) // 8)
            return head + length_octets(len(content)) + octets
        case str():
            text = content.encode("utf-8" if tag == Tag.UTF8 else "latin-1")
            return head + length_octets(len(text)) + text


def length_octets(length: int) -> bytes:
    """Return a length as A-XDR writes it: one octet below 128, else 0x81 or 0x82 first."""
    if length < 0x80:  # noqa: PLR2004 - see read_length
        return bytes((length,))
    size = (length.bit_length() + 7) // 8
    return bytes((0x80 | size,)) + length.to_bytes(size)

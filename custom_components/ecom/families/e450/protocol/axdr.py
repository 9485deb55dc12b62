"""A-XDR: how COSEM data stands in octets, both ways (IEC 62056-6-2 4.1.5, IEC 61334-6)."""

from enum import IntEnum
from functools import lru_cache
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class
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

_FORMATS: Final = {
    Tag.BOOLEAN.value: Struct(">B"),
    Tag.INT32.value: Struct(">i"),
    Tag.UINT32.value: Struct(">I"),
    Tag.BCD.value: Struct(">B"),
    Tag.INT8.value: Struct(">b"),
    Tag.INT16.value: Struct(">h"),
    Tag.UINT8.value: Struct(">B"),
    Tag.UINT16.value: Struct(">H"),
    Tag.INT64.value: Struct(">q"),
    Tag.UINT64.value: Struct(">Q"),
    Tag.ENUM.value: Struct(">B"),
}
NUMBER_TAGS: Final = frozenset(_FORMATS)
# By tag: what reads the number, and how long it is together with its tag.
_NUMBERS: Final = {tag: (form.unpack_from, form.size + 1) for tag, form in _FORMATS.items()}
_OCTETS: Final = Tag.OCTETS.value
# A logical name: an octet string of six.
_NAME_LENGTH: Final = 6
_NAME_SIZE: Final = 2 + _NAME_LENGTH
_FIXED: Final = {Tag.DATE_TIME.value: 12, Tag.DATE.value: 5, Tag.TIME.value: 4}
_MAX_DEPTH: Final = 8
# Some E350 and ZMF100 firmware swaps tag and length of the logical names of
# the currents. Read as an unsigned number, the next tag would be 7, which
# does not exist: no sound telegram begins a structure with these octets.
_SWAPPED_START: Final = b"\x06\x09\x01\x00"
_SWAPPED: Final = frozenset(_SWAPPED_START + bytes((c, 7, 0, 255)) for c in (31, 51, 71))
# An object of a push list: structure of class, logical name, attribute and
# data index, as all meters write it.
_PUSH_OBJECT_START: Final = b"\x02\x04\x12"
_PUSH_OBJECT_LENGTH: Final = 18
_LONGEST_REMEMBERED: Final = 128 * _PUSH_OBJECT_LENGTH


def decode(data: bytes, at: int) -> tuple[Item, int]:
    """Return the item that starts at ``at``, and where it ends.

    Raises Refused: ``type`` for an unknown tag, ``length`` where a declared
    length or count exceeds what is there, ``layout`` beyond eight levels.
    """
    try:
        return _item(data, at, 0)
    except IndexError, StructError:
        raise Refused(RefusalKind.LENGTH, "the telegram ends in the middle of a value") from None


def _item(data: bytes, at: int, depth: int) -> tuple[Item, int]:
    tag = data[at]
    number = _NUMBERS.get(tag)
    if number is not None:
        unpack, size = number
        return (tag, unpack(data, at + 1)[0]), at + size
    if tag in {1, 2}:
        return _list(data, at, depth)
    if tag == 0:
        return (tag, None), at + 1
    return _string(tag, data, at + 1)


def _list(data: bytes, at: int, depth: int) -> tuple[Item, int]:
    if depth == _MAX_DEPTH:
        raise Refused(RefusalKind.LAYOUT, f"the values are nested deeper than {_MAX_DEPTH} levels")
    tag = data[at]
    count, at = read_length(data, at + 1)
    # Each item takes at least one octet, so a lie about the count costs nothing.
    if count > len(data) - at:
        raise Refused(
            RefusalKind.LENGTH, f"a list declares {count} items, {len(data) - at} octets follow"
        )
    if data.startswith(_PUSH_OBJECT_START, at):
        end = at + _PUSH_OBJECT_LENGTH * count
        remembered = _push_objects(tag, data[at:end]) if end <= len(data) else None
        if remembered is not None:
            return remembered, end
    items: list[Item] = []
    last_name = len(data) - _NAME_SIZE
    if data.startswith(_SWAPPED_START, at) and data[at : at + _NAME_SIZE] in _SWAPPED:
        items.append((_OCTETS, data[at + 2 : at + _NAME_SIZE]))
        at += _NAME_SIZE
    number_of = _NUMBERS.get
    for _ in range(count - len(items)):
        tag_of = data[at]
        number = number_of(tag_of)
        if number is not None:  # what _item does, without the call: most items are numbers
            unpack, size = number
            items.append((tag_of, unpack(data, at + 1)[0]))
            at += size
        elif tag_of == _OCTETS and data[at + 1] == _NAME_LENGTH and at <= last_name:
            items.append((tag_of, data[at + 2 : at + _NAME_SIZE]))  # or logical names
            at += _NAME_SIZE
        else:
            item, at = _item(data, at, depth + 1)
            items.append(item)
    return (tag, tuple(items)), at


# A meter lists the same objects in every telegram, and that list is most of
# what there is to read.
@lru_cache(maxsize=16)
def _push_objects(tag: int, octets: bytes) -> Item | None:
    """Return a list of push objects and nothing else, None if it is not just that."""
    if len(octets) > _LONGEST_REMEMBERED:
        return None
    items = []
    for at in range(0, len(octets), _PUSH_OBJECT_LENGTH):
        try:
            item, end = _item(octets, at, _MAX_DEPTH - 1)
        except IndexError, StructError, Refused:
            return None
        if end != at + _PUSH_OBJECT_LENGTH:
            return None
        items.append(item)
    return (tag, tuple(items))


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
        raise Refused(RefusalKind.LENGTH, "the telegram ends before a length")
    first = data[at]
    if first < 0x80:  # noqa: PLR2004 - below it the octet is the length itself (A-XDR 6.1)
        return first, at + 1
    end = at + 1 + (first & 0x7F)
    if first not in {0x81, 0x82, 0x83, 0x84} or end > len(data):
        raise Refused(RefusalKind.LENGTH, f"0x{first:02x} is no length, or ends too soon")
    return int.from_bytes(data[at + 1 : end]), end


def encode(item: Item) -> bytes:
    """Return the octets of an item, the mirror of :func:`decode`.

    Raises struct.error if a number does not fit its type.
    """
    tag, content = item
    head = bytes((tag,))
    match content:
        case None:
            return head
        case int():
            return head + _FORMATS[tag].pack(content)
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

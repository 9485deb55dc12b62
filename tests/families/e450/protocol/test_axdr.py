"""A-XDR: what is encoded is decoded, and nothing that is received does harm."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.e450.protocol.axdr import (
    Item,
    Tag,
    decode,
    encode,
    length_octets,
    read_length,
)
from custom_components.ecom.families.e450.protocol.values import Refused


def numbers(tag: Tag, bits: int, *, signed: bool = False) -> st.SearchStrategy[Item]:
    """Return all items of a number type."""
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return st.integers(low, high).map(lambda number: (tag.value, number))


SCALARS = st.one_of(
    st.just((Tag.NULL.value, None)),
    *(numbers(tag, 8) for tag in (Tag.BOOLEAN, Tag.BCD, Tag.UINT8, Tag.ENUM)),
    numbers(Tag.INT8, 8, signed=True),
    numbers(Tag.INT16, 16, signed=True),
    numbers(Tag.UINT16, 16),
    numbers(Tag.INT32, 32, signed=True),
    numbers(Tag.UINT32, 32),
    numbers(Tag.INT64, 64, signed=True),
    numbers(Tag.UINT64, 64),
    st.binary(max_size=300).map(lambda octets: (Tag.OCTETS.value, octets)),
    st.text(st.characters(max_codepoint=255), max_size=20).map(lambda t: (Tag.TEXT.value, t)),
    st.text(max_size=20).map(lambda text: (Tag.UTF8.value, text)),
    st.text("01", max_size=20).map(lambda bits: (Tag.BIT_STRING.value, bits)),
    st.binary(min_size=12, max_size=12).map(lambda octets: (Tag.DATE_TIME.value, octets)),
    st.binary(min_size=5, max_size=5).map(lambda octets: (Tag.DATE.value, octets)),
    st.binary(min_size=4, max_size=4).map(lambda octets: (Tag.TIME.value, octets)),
)
LISTS = st.sampled_from((Tag.ARRAY.value, Tag.STRUCTURE.value))
ITEMS: st.SearchStrategy[Item] = st.recursive(
    SCALARS,
    lambda items: st.tuples(LISTS, st.lists(items, max_size=5).map(tuple)),
    max_leaves=30,
)


def depth(item: Item) -> int:
    """Return how many lists are inside one another."""
    content = item[1]
    return 1 + max(map(depth, content), default=0) if isinstance(content, tuple) else 0


@given(ITEMS)
def test_an_item_survives_the_wire(item: Item) -> None:
    """Of every type that a meter of this family sends."""
    octets = encode(item)
    if depth(item) <= 8:
        assert decode(octets, 0) == (item, len(octets))
        assert decode(b"\xff" + octets + b"\xff", 1) == (item, len(octets) + 1)


@given(st.binary(max_size=200))
def test_any_octets_decode_or_are_refused(octets: bytes) -> None:
    """And what decodes was all there."""
    with suppress(Refused):
        _, end = decode(octets, 0)
        assert 0 < end <= len(octets)


@given(ITEMS, st.data())
def test_a_cut_item_is_refused(item: Item, data: st.DataObject) -> None:
    """Wherever it is cut."""
    octets = encode(item)
    cut = data.draw(st.integers(0, len(octets) - 1))
    with pytest.raises(Refused):
        decode(octets[:cut], 0)


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        ("", "length"),
        ("06 00 00 01", "length"),
        ("09 05 41 42", "length"),
        ("09", "length"),
        ("09 80", "length"),
        ("09 82 01", "length"),
        ("09 85 00 00 00 00 01", "length"),
        ("02 7F 11 01", "length"),
        ("01 84 FF FF FF FF 00", "length"),
        ("02 02 11 01 11", "length"),
        ("19 07 E5", "length"),
        ("0D", "length"),
        ("17 00 00 00 00", "type"),
        ("13 00", "type"),
        ("02 01 07", "type"),
        ("02 01" * 9 + "00", "layout"),
    ],
)
def test_what_is_wrong_has_a_kind(octets: str, kind: str) -> None:
    """Lengths that lie, types that do not exist, nesting without end."""
    with pytest.raises(Refused) as caught:
        decode(bytes.fromhex(octets), 0)
    assert caught.value.kind == kind
    assert str(caught.value).startswith(f"{kind}: ")


def test_a_nesting_bomb_is_refused_at_once() -> None:
    """However deep it is."""
    with pytest.raises(Refused, match="nested deeper"):
        decode(b"\x02\x01" * 30_000 + b"\x00", 0)


@pytest.mark.parametrize(
    ("length", "octets"), [(0, "00"), (127, "7F"), (128, "8180"), (255, "81FF"), (256, "820100")]
)
def test_lengths(length: int, octets: str) -> None:
    """As A-XDR writes them."""
    assert length_octets(length) == bytes.fromhex(octets)
    assert read_length(bytes.fromhex(octets), 0) == (length, len(octets) // 2)


SWAPPED = "0203 0609 01001F0700FF 100C6C 0202 0FFE 1621"
"""SYNTHETIC: the name of a current as E350 and ZMF100 firmware with a known fault sends it."""


def test_tag_and_length_of_a_current_may_be_swapped() -> None:
    """The fault is known and can be told from a number: tag 7 does not exist."""
    sound = bytes.fromhex(SWAPPED.replace("0609", "0906"))
    assert decode(bytes.fromhex(SWAPPED), 0) == decode(sound, 0)


def test_a_number_that_looks_swapped_is_a_number() -> None:
    """Only the three currents are meant."""
    item: Item = (Tag.STRUCTURE, ((Tag.UINT32, 0x0901001F), (Tag.NULL, None)))
    assert decode(encode(item), 0)[0] == item
    with pytest.raises(Refused):
        decode(bytes.fromhex(SWAPPED.replace("1F07", "2007")), 0)


PUSH_OBJECT = "0204 120003 0906 0100010700FF 0F02 120000"


@pytest.mark.parametrize(
    "octets",
    [
        "0103" + PUSH_OBJECT * 3,
        "0102" + PUSH_OBJECT + PUSH_OBJECT.replace("120000", "0600000000"),
        "0102" + PUSH_OBJECT + PUSH_OBJECT.replace("0F02 120000", "1100 1100"),
        "0181C8" + PUSH_OBJECT * 200,
    ],
    ids=["plain", "longer", "of another shape", "too many to remember"],
)
def test_lists_of_objects_decode_as_any_list(octets: str) -> None:
    """They are read in one go where they have the usual shape, and one by one otherwise."""
    data = bytes.fromhex(octets)
    item, end = decode(data + b"\xff", 0)
    assert (encode(item), end) == (data, len(data))


@pytest.mark.parametrize("cut", range(1, 18))
def test_a_cut_list_of_objects_is_refused(cut: int) -> None:
    """Also when the same list has been read before."""
    data = bytes.fromhex("0102" + PUSH_OBJECT * 2)
    decode(data, 0)
    with pytest.raises(Refused):
        decode(data[:-cut], 0)


def test_a_list_of_objects_with_a_fault_is_refused() -> None:
    """In the middle of an object that has the usual length."""
    with pytest.raises(Refused, match="unknown type"):
        decode(bytes.fromhex("0101" + PUSH_OBJECT.replace("0F02", "0702")), 0)

"""Block transfer: a telegram is all of its blocks in order, or it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.e450.protocol.encoder import block, split_blocks
from custom_components.ecom.families.e450.protocol.gbt import (
    MAX_TELEGRAM,
    Block,
    BlockAssembler,
    read_block,
)
from custom_components.ecom.families.e450.protocol.values import Refused


def assemble(*numbers: int, last: int, assembler: BlockAssembler | None = None) -> list[str]:
    """Return what blocks of these numbers give, each with its own number as data."""
    assembler = assembler or BlockAssembler()
    given_back = []
    for number in numbers:
        try:
            if number == 1:
                assembler.interrupt()
            telegram = assembler.add(Block(number, number == last, b"%d" % number))
        except Refused as refused:
            given_back.append(str(refused.kind))
            if number == 1:
                assembler.add(Block(1, last == 1, b"1"))
        else:
            given_back += [telegram.decode()] if telegram is not None else []
    return given_back


@given(st.binary(min_size=1, max_size=3000), st.integers(20, 300))
def test_a_telegram_survives_its_blocks(unit: bytes, block_size: int) -> None:
    """However small they are; no block's information exceeds its size."""
    assembler, telegrams = BlockAssembler(), []
    for octets in split_blocks(unit, block_size=block_size):
        assert len(octets) <= block_size
        read, end = read_block(b"\xff" + octets, 1)
        assert end == len(octets) + 1
        telegrams.append(assembler.add(read))
    assert telegrams[-1] == unit
    assert set(telegrams[:-1]) <= {None}


def test_blocks_can_have_the_sizes_of_a_capture() -> None:
    """As a replay needs them."""
    octets = split_blocks(b"abcdefg", sizes=[3, 2, 2])
    assert [read_block(each, 0)[0] for each in octets] == [
        Block(1, False, b"abc"),
        Block(2, False, b"de"),
        Block(3, True, b"fg"),
    ]


def test_a_block_on_the_wire() -> None:
    """As an E450 sends it: streaming, never acknowledged."""
    assert block(b"ab", 3, last=False) == bytes.fromhex("E0 40 0003 0000 02 6162")
    assert block(b"ab", 4, last=True) == bytes.fromhex("E0 C0 0004 0000 02 6162")
    long = block(bytes(200), 258, last=True)
    assert long[:8] == bytes.fromhex("E0 C0 0102 0000 81C8")
    assert read_block(long, 0)[0].number == 258


@pytest.mark.parametrize("octets", ["E0", "E0400001", "E0400001000005 6162", "E040000100008161"])
def test_a_block_that_is_not_all_there(octets: str) -> None:
    """Contradicts its own length."""
    with pytest.raises(Refused) as caught:
        read_block(bytes.fromhex(octets), 0)
    assert caught.value.kind == "length"


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((1, 2, 3, 4), ["1234"]),
        ((1, 2, 3, 4, 1, 2, 3, 4), ["1234", "1234"]),
        ((1, 3, 4), ["gbt"]),
        ((1, 2, 4), ["gbt"]),
        ((2, 3, 4), ["gbt"]),
        ((1, 2, 2, 3, 4), ["gbt"]),
        ((1, 2, 4, 3), ["gbt"]),
        ((1, 2, 3, 3, 4), ["gbt"]),
        ((1, 3, 2, 4), ["gbt"]),
        ((4,), ["gbt"]),
        ((0, 1, 2, 3, 4), ["gbt", "1234"]),
        ((1, 2, 1, 2, 3, 4), ["truncated", "1234"]),
        ((1, 1, 2, 3, 4), ["truncated", "1234"]),
        ((1, 3, 4, 1, 2, 3, 4), ["gbt", "1234"]),
        ((1, 2, 3, 4, 4), ["1234", "gbt"]),
        ((1, 2, 3, 4, 5, 6), ["1234", "gbt"]),
    ],
)
def test_numbering(numbers: tuple[int, ...], expected: list[str]) -> None:
    """A telegram is refused once, as a whole, and the next block 1 starts afresh."""
    assert assemble(*numbers, last=4) == expected


def test_a_single_block_is_a_telegram() -> None:
    """Its first is its last."""
    assert assemble(1, 1, last=1) == ["1", "1"]


def test_what_was_refused_already_is_not_refused_again() -> None:
    """A damaged frame has been reported; the gap that it leaves is no news."""
    assembler = BlockAssembler()
    assert assemble(1, last=4, assembler=assembler) == []
    assembler.spoil()
    assert assemble(3, 4, last=4, assembler=assembler) == []
    assembler.spoil()
    assert assemble(2, last=4, assembler=assembler) == []
    assert assemble(1, 2, 3, 4, 9, last=4, assembler=assembler) == ["1234", "gbt"]


def test_what_looks_like_a_lost_block_spoils_the_telegram() -> None:
    """Behind a damaged header the next telegram's blocks would fit as well as its own."""
    assembler = BlockAssembler()
    assemble(1, last=4, assembler=assembler)
    assembler.spoil()
    assert assemble(2, 3, 4, last=4, assembler=assembler) == []
    assert assemble(7, last=4, assembler=assembler) == ["gbt"]


def test_a_spoilt_telegram_is_interrupted_in_silence() -> None:
    """Since what spoilt it was refused."""
    assembler = BlockAssembler()
    assemble(1, 2, last=4, assembler=assembler)
    assembler.spoil()
    assembler.interrupt()
    assembler.interrupt()


def test_an_abandoned_telegram_is_dropped_to_its_end() -> None:
    """A frame that was real has taken its block with it, whatever the numbers say."""
    assembler = BlockAssembler()
    assemble(1, 2, last=4, assembler=assembler)
    assembler.abandon()
    assert assemble(3, 4, last=4, assembler=assembler) == []
    assert assemble(1, 2, 3, 4, last=4, assembler=assembler) == ["1234"]


def test_an_interruption_tells_what_was_missing() -> None:
    """Once."""
    assembler = BlockAssembler()
    assemble(1, 2, last=4, assembler=assembler)
    with pytest.raises(Refused, match="before its block 3") as caught:
        assembler.interrupt()
    assert caught.value.kind == "truncated"
    assembler.interrupt()


def test_the_refusal_says_which_block() -> None:
    """The one that came, and the one that should have come."""
    assembler = BlockAssembler()
    with pytest.raises(Refused, match="block 5 comes without the blocks before it"):
        assembler.add(Block(5, False, b""))
    assembler.add(Block(1, False, b""))
    with pytest.raises(Refused, match="block 5 comes where block 2 must follow"):
        assembler.add(Block(5, False, b""))


def test_the_head_names_the_telegram_under_way() -> None:
    """Until it is complete, so that a refusal can say whose it was."""
    assembler = BlockAssembler()
    assert assembler.head == b""
    assembler.add(Block(1, False, b"head"))
    assert assembler.head == b"head"
    with pytest.raises(Refused):
        assembler.add(Block(9, False, b""))
    assert assembler.head == b"head"
    assembler.interrupt()
    assert assembler.head == b""
    assembler.add(Block(1, True, b"whole"))
    assert assembler.head == b""


def test_whether_a_telegram_is_under_way() -> None:
    """From its block 1 to its last, or to its refusal."""
    assembler = BlockAssembler()
    assert not assembler.under_way
    assembler.add(Block(1, False, b""))
    assert assembler.under_way
    assembler.add(Block(2, True, b""))
    assert not assembler.under_way


def test_a_telegram_has_an_end() -> None:
    """Exactly 64 KiB pass, one octet more is refused, and what follows is dropped."""
    assembler = BlockAssembler()
    for number in range(1, 64):
        assembler.add(Block(number, False, bytes(1024)))
    assert len(assembler.add(Block(64, True, bytes(1024))) or b"") == MAX_TELEGRAM
    for number in range(1, 65):
        assembler.add(Block(number, False, bytes(1024)))
    with pytest.raises(Refused) as caught:
        assembler.add(Block(65, False, b"1"))
    assert caught.value.kind == "oversize"
    assert assembler.add(Block(66, True, b"1")) is None
    assert len(assembler._data) == 0


def test_an_oversize_telegram_that_was_spoilt() -> None:
    """Is dropped in silence like any other."""
    assembler = BlockAssembler()
    assembler.add(Block(1, False, bytes(MAX_TELEGRAM)))
    assembler.spoil()
    assert assembler.add(Block(2, True, b"1")) is None
    assert assembler._data == b""

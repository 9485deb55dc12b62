"""Framing: frames are found by their length, whatever stands around and inside them."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.e450.protocol.encoder import frame
from custom_components.ecom.families.e450.protocol.hdlc import (
    Frame,
    FrameReader,
    check_sequence,
    is_intact,
)
from custom_components.ecom.families.e450.protocol.values import Refused

type Outcome = Frame | Refused


def read(octets: bytes, step: int = 0) -> list[Outcome]:
    """Return what a stream gives, fed whole or in pieces, up to its end."""
    reader = FrameReader()
    pieces = [octets[at : at + step] for at in range(0, len(octets), step)] if step else [octets]
    found = [outcome for piece in pieces for outcome in reader.receive(piece)]
    return [*found, *reader.finish()]


def infos(outcomes: Iterable[Outcome]) -> list[bytes]:
    """Return the information of the intact frames."""
    return [outcome.info for outcome in outcomes if isinstance(outcome, Frame)]


def kinds(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the kinds of what is damaged."""
    return [str(outcome.kind) for outcome in outcomes if isinstance(outcome, Refused)]


def addresses(length: int) -> st.SearchStrategy[bytes]:
    """Return addresses of so many octets: the last one alone has its lowest bit set."""
    upper = st.lists(st.integers(0, 127), min_size=length, max_size=length)
    return upper.map(lambda parts: bytes([*(part << 1 for part in parts[:-1]), parts[-1] << 1 | 1]))


ADDRESSES = st.sampled_from((1, 2, 4)).flatmap(addresses)


def test_the_check_sequence_is_that_of_iso_13239() -> None:
    """The standard's own check value, and that of a captured header."""
    assert check_sequence(b"123456789") == bytes.fromhex("6E90")
    assert is_intact(bytes.fromhex("A084CEFF0313128B"))
    assert not is_intact(bytes.fromhex("A084CEFF0313128A"))


@given(st.binary(max_size=2000), ADDRESSES, ADDRESSES, st.integers(0, 255), st.booleans())
def test_a_frame_survives_the_wire(
    info: bytes,
    destination: bytes,
    source: bytes,
    control: int,
    segmented: bool,  # noqa: FBT001 - drawn
) -> None:
    """With any addresses, and with flags anywhere inside."""
    octets = frame(
        info, destination=destination, source=source, control=control, segmented=segmented
    )
    assert read(octets) == [Frame(destination, source, control, segmented, info)]


@given(
    st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=60)), max_size=5),
    st.integers(1, 50),
)
def test_pieces_make_no_difference(parts: list[tuple[bytes, bytes]], step: int) -> None:
    """Events are the same however the stream is cut, damage included."""
    stream = b"".join(noise + frame(info) for noise, info in parts)
    whole, cut = read(stream), read(stream, step)
    assert [str(outcome) for outcome in whole] == [str(outcome) for outcome in cut]


@given(st.lists(st.tuples(st.binary(max_size=60), st.binary(min_size=1, max_size=60)), max_size=5))
def test_noise_costs_no_frame(parts: list[tuple[bytes, bytes]]) -> None:
    """Whatever stands between frames; noise may look damaged, never like a frame."""
    stream = b"".join(noise + frame(info) for noise, info in parts)
    outcomes = read(stream)
    assert infos(outcomes) == [info for _, info in parts]
    assert set(kinds(outcomes)) <= {"hcs", "fcs", "length", "truncated"}


def test_junk_is_counted() -> None:
    """What belongs to no frame, flags apart; an M-Bus short frame is junk."""
    reader = FrameReader()
    list(reader.receive(bytes.fromhex("1040014116") + frame(b"one") + b"\x7e\x00\x7e"))
    assert reader.junk == 6
    list(reader.receive(b"more junk, no flag"))
    assert (reader.junk, reader._buffer) == (24, b"")
    list(reader.receive(frame(b"two")))
    assert reader.junk == 24


def test_one_flag_may_close_a_frame_and_open_the_next() -> None:
    """ISO/IEC 13239 allows it."""
    stream = frame(b"one") + frame(b"two")[1:] + frame(b"three")[1:]
    assert infos(read(stream)) == infos(read(stream, 1)) == [b"one", b"two", b"three"]


@pytest.mark.parametrize("count", range(6))
def test_many_flags_may_stand_between_frames(count: int) -> None:
    """A line may idle on flags."""
    flags = b"\x7e" * count
    stream = flags + frame(b"one") + flags + frame(b"two") + flags
    assert [infos(read(stream)), kinds(read(stream))] == [[b"one", b"two"], []]


def test_a_frame_is_there_before_its_closing_flag() -> None:
    """Its check sequence says that it is whole."""
    assert infos(FrameReader().receive(frame(b"one")[:-1])) == [b"one"]


def test_a_flag_in_the_header_check_sequence_ends_nothing() -> None:
    """SYNTHETIC: facts name such a frame of an E570, and no capture here holds one."""
    found = [
        octets
        for length in range(1, 2000)
        if 0x7E in (octets := frame(bytes(length), destination=b"\xce\x9b"))[7:9]
    ]
    assert found
    for octets in found:
        assert len(infos(read(octets))) == 1


def test_a_damaged_header_is_left_before_its_length() -> None:
    """The next frame is found at once, not after what the header claims to follow."""
    damaged = bytearray(frame(bytes(100)))
    damaged[1] = 0xA7  # two thousand octets
    reader = FrameReader()
    first = list(reader.receive(bytes(damaged[:9])))
    assert kinds(first) == ["hcs"]
    assert infos(reader.receive(bytes(damaged[9:]) + frame(b"next"))) == [b"next"]


def test_a_cut_frame_costs_only_itself() -> None:
    """The frame that follows it stands within the octets that it claims."""
    cut = frame(bytes(range(120)))[:50]
    outcomes = read(cut + frame(b"next" * 30))
    assert (kinds(outcomes), infos(outcomes)) == (["fcs"], [b"next" * 30])


def test_a_cut_frame_at_the_end_hides_nothing() -> None:
    """A sound frame within the last, incomplete one is found when the input ends."""
    cut = frame(bytes(range(200)))[:50]
    outcomes = read(cut + frame(b"next"))
    assert (kinds(outcomes), infos(outcomes)) == (["truncated"], [b"next"])


@pytest.mark.parametrize("length", range(2, 20))
def test_an_input_that_ends_within_a_frame(length: int) -> None:
    """Is said to, from the second octet on."""
    assert kinds(read(frame(b"0123456789")[:length])) == ["truncated"]


@pytest.mark.parametrize("octets", ["", "7E", "7E00", "00", "7E7E7E"])
def test_an_input_that_ends_elsewhere_cuts_nothing(octets: str) -> None:
    """A flag alone may be one that closes."""
    assert read(bytes.fromhex(octets)) == []


def test_a_reader_can_go_on_after_the_end() -> None:
    """With a new stream."""
    reader = FrameReader()
    list(reader.receive(frame(b"one")[:10]))
    assert kinds(reader.finish()) == ["truncated"]
    assert infos(reader.receive(frame(b"two"))) == [b"two"]


def damaged_header(*parts: bytes) -> bytes:
    """Return a frame's header with a right check sequence, whatever it says."""
    header = b"".join(parts)
    return b"\x7e" + header + check_sequence(header)


@pytest.mark.parametrize("length", [0, 7, 9, 10])
def test_a_length_too_short_for_its_parts_is_refused(length: int) -> None:
    """Eight octets are a frame without information; three more the shortest with some."""
    octets = damaged_header(bytes((0xA0, length)), b"\xce\xff\x03\x13")
    assert kinds(FrameReader().receive(octets)) == ["length"]


def test_a_frame_without_information() -> None:
    """Has one check sequence."""
    octets = damaged_header(b"\xa0\x08", b"\xce\xff\x03\x13")
    assert read(octets) == [Frame(b"\xce\xff", b"\x03", 0x13, False, b"")]
    assert octets + b"\x7e" == frame(b"")


@pytest.mark.parametrize("address", ["00000001", "02040609"])
def test_four_octets_are_an_address(address: str) -> None:
    """The longest there is."""
    octets = frame(b"info", destination=bytes.fromhex(address))
    (outcome,) = read(octets)
    assert isinstance(outcome, Frame)
    assert outcome.destination == bytes.fromhex(address)


@pytest.mark.parametrize("address", ["000001", "0000000001", "00000101"])
def test_three_and_five_octets_are_no_address(address: str) -> None:
    """IEC 62056-46 6.4.2.2 knows one, two and four."""
    assert kinds(read(frame(b"info", destination=bytes.fromhex(address)))) == ["hcs"]


def test_an_address_that_does_not_end_is_refused_at_its_fourth_octet() -> None:
    """Nothing more is waited for."""
    reader = FrameReader()
    assert list(reader.receive(bytes.fromhex("7EA084CECECE"))) == []
    assert kinds(reader.receive(b"\xce")) == ["hcs"]


def test_no_octet_but_a_is_a_format() -> None:
    """Frames of other formats are junk."""
    for first in set(range(256)) - set(range(0xA0, 0xB0)) - {0x7E}:
        assert read(b"\x7e" + bytes((first,)) + bytes(20)) == []


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_flipped_bit_is_noticed(info: bytes, data: st.DataObject) -> None:
    """In any place but the flags: a 16-bit check finds every single bit."""
    octets = bytearray(frame(info))
    bit = data.draw(st.integers(8, len(octets) * 8 - 9))
    octets[bit // 8] ^= 1 << bit % 8
    assert infos(read(bytes(octets))) == []


def test_no_frame_is_longer_than_its_length_field_can_say() -> None:
    """Eleven bits."""
    assert len(infos(read(frame(bytes(2037))))) == 1
    with pytest.raises(ValueError, match="exceeds 2047"):
        frame(bytes(2038))


def test_memory_is_bounded() -> None:
    """Not more than one frame is kept, whatever comes."""
    reader = FrameReader()
    header = frame(bytes(2037))[:9]
    for _ in range(200):
        list(reader.receive(header * 50))
        assert len(reader._buffer) <= 2049

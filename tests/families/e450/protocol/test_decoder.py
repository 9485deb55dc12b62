"""The whole connection: what is damaged publishes nothing, and is refused once, with its reason."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.ecom.families.e450.protocol import (
    Decoder,
    Keys,
    Layout,
    MeterTime,
    ObisCode,
    Refusal,
    RefusalKind,
    Telegram,
)
from custom_components.ecom.families.e450.protocol.apdu import LLC
from custom_components.ecom.families.e450.protocol.encoder import (
    block,
    encode,
    encode_apdu,
    encode_body,
    frame,
    seal,
    split_blocks,
)
from custom_components.ecom.families.e450.protocol.hdlc import Frame, FrameReader
from custom_components.ecom.families.e450.protocol.registers import lookup
from custom_components.ecom.families.e450.protocol.values import Raw

from .captures import decode, load, raw_values, refused, telegrams
from .test_security import BOTH, TITLE

START = MeterTime(local=datetime(2026, 6, 1, 12))  # noqa: DTZ001 - the meter's own
VALUES: dict[ObisCode, Raw] = {
    ObisCode.parse("0-0:42.0.0"): "LGZ1030600000001",
    ObisCode.parse("1-0:1.7.0"): 28,
    ObisCode.parse("1-1:1.8.0"): 886_977,
    ObisCode.parse("1-0:32.7.0"): 234,
    ObisCode.parse("1-0:31.7.0"): 49,
    **{ObisCode.parse(f"1-1:{c}.8.0"): 1000 + c for c in range(2, 9)},
    **{ObisCode.parse(f"1-0:{c}.7.0"): c for c in (2, 3, 4)},
}
BODY = encode_body(Layout.PUSH_LIST, VALUES)
UNIT = encode_apdu(BODY, invoke_id=7, header_time=START)
PLAIN = encode(Layout.PUSH_LIST, VALUES, invoke_id=7, header_time=START)
SEALED = encode(Layout.PUSH_LIST, VALUES, invoke_id=7, header_time=START, keys=BOTH)
EXPECTED = {str(code): raw for code, raw in VALUES.items()}


def frames_of(stream: bytes) -> list[bytes]:
    """Return the frames of a stream, each as sent."""
    return [
        frame(each.info, destination=each.destination)
        for each in FrameReader().receive(stream)
        if isinstance(each, Frame)
    ]


FRAMES = frames_of(PLAIN)


def outcome(octets: bytes, keys: Keys | None = None) -> list[str]:
    """Return ``good`` for each good telegram with the numbers expected, else the kinds."""
    found = []
    for event in decode(octets, keys):
        if isinstance(event, Telegram):
            assert raw_values(event) == EXPECTED
            found.append("good")
        else:
            found.append(str(event.kind))
    return found


def damaged(octets: bytes, at: int) -> bytes:
    """Return octets with one of them changed."""
    return octets[:at] + bytes((octets[at] ^ 0x55,)) + octets[at + 1 :]


def test_the_telegram_under_test_has_four_blocks() -> None:
    """So that there is a middle."""
    assert len(FRAMES) == 4
    assert b"".join(FRAMES) == PLAIN
    assert outcome(PLAIN) == outcome(SEALED, BOTH) == ["good"]


@pytest.mark.parametrize("number", range(4))
def test_a_damaged_block_refuses_its_telegram_once(number: int) -> None:
    """For the damage, not once more for the gap; the next telegram is good."""
    parts = list(FRAMES)
    parts[number] = damaged(parts[number], 40)
    assert outcome(b"".join(parts) + PLAIN) == ["fcs", "good"]
    parts[number] = damaged(FRAMES[number], 6)
    assert outcome(b"".join(parts) + PLAIN) == ["hcs", "good"]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("length", [1, 5, 60])
def test_a_cut_block_costs_only_its_telegram(number: int, length: int) -> None:
    """Whatever its frame claims to follow is still found."""
    parts = list(FRAMES)
    parts[number] = parts[number][:length]
    found = outcome(b"".join(parts) + PLAIN)
    assert found[-1] == "good"
    assert len(found) == 2


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((0, 1, 2, 3), ["good"]),
        ((0, 1, 3), ["gbt"]),
        ((0, 2, 3), ["gbt"]),
        ((1, 2, 3), ["gbt"]),
        ((0, 1, 2), ["truncated"]),
        ((0, 0, 1, 2, 3), ["truncated", "good"]),
        ((0, 1, 1, 2, 3), ["gbt"]),
        ((0, 2, 1, 3), ["gbt"]),
        ((3, 2, 1, 0), ["gbt", "truncated"]),
        ((0, 1, 0, 1, 2, 3), ["truncated", "good"]),
    ],
)
def test_blocks_that_are_missing_doubled_or_out_of_order(
    order: tuple[int, ...], expected: list[str]
) -> None:
    """Refuse the whole telegram."""
    assert outcome(b"".join(FRAMES[number] for number in order)) == expected


def test_a_pause_ends_nothing() -> None:
    """There is no clock in here: a telegram may stop for seconds in the middle."""
    decoder = Decoder()
    assert decoder.receive(PLAIN[:200]) == []
    assert [decoder.receive(b"") for _ in range(1000)] == [[]] * 1000
    assert len(decoder.receive(PLAIN[200:])) == 1


def test_a_telegram_without_blocks_interrupts_one_with() -> None:
    """The first was cut."""
    single = frame(LLC + UNIT)
    assert outcome(FRAMES[0] + single) == ["truncated", "good"]


def test_a_telegram_in_one_frame_or_in_many() -> None:
    """As configured: blocks are no part of the content."""
    for block_size in (20, 64, 129, 500):
        octets = encode(
            Layout.PUSH_LIST,
            VALUES,
            invoke_id=7,
            header_time=START,
            block_size=block_size,
            gbt=True,
        )
        assert outcome(octets) == ["good"]
    assert outcome(encode(Layout.PUSH_LIST, VALUES, header_time=START, gbt=False)) == ["good"]


def test_several_units_in_one_frame() -> None:
    """As the optical interface in Thurgau sends them, each with its own LLC header."""
    assert outcome(frame((LLC + UNIT) * 3)) == ["good"] * 3
    sealed = seal(UNIT, BOTH, system_title=TITLE, counter=1)
    assert outcome(frame((LLC + sealed) * 2), BOTH) == ["good"] * 2


def test_a_bad_unit_leaves_the_good_one_before_it() -> None:
    """Each of a frame's telegrams stands for itself."""
    assert outcome(frame(LLC + UNIT + LLC + UNIT[:-1])) == ["good", "length"]


def test_segmented_frames() -> None:
    """SYNTHETIC: HDLC's own way to cut a long message, which no capture shows."""
    parts = [UNIT[:100], UNIT[100:200], UNIT[200:]]
    octets = b"".join(
        frame(part, segmented=index < 2) for index, part in enumerate([LLC + parts[0], *parts[1:]])
    )
    assert outcome(octets) == ["good"]
    endless = frame(bytes(2000), segmented=True)
    decoder = Decoder()
    events = [event for _ in range(40) for event in decoder.receive(endless)]
    assert refused(events) == ["oversize"]
    assert len(decoder._segments) <= 64 * 1024


def test_a_damaged_segment_takes_the_segments_before_it() -> None:
    """They belong to nothing any more."""
    first = frame(LLC + UNIT[:100], segmented=True)
    assert outcome(first + damaged(first, 40) + PLAIN) == ["fcs", "good"]


def with_unit(unit: bytes) -> bytes:
    """Return a unit in one frame."""
    return frame(LLC + unit)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (with_unit(UNIT + b"\x00"), "length"),
        (with_unit(UNIT[:-1]), "length"),
        (with_unit(UNIT[:3]), "length"),
        (with_unit(b"\x0f\x00\x00\x00\x01\x05" + bytes(9)), "length"),
        (with_unit(b"\x0f\x00\x00\x00\x01\x00\x17\x00\x00\x00\x00"), "type"),
        (with_unit(b"\x0f\x00\x00\x00\x01\x00\x00"), "layout"),
        (with_unit(b"\xc4\x01\x00"), "type"),
        (with_unit(b""), "type"),
        (frame(b"\x00"), "type"),
        (with_unit(block(UNIT, 1, last=True) + b"\x00"), "length"),
        (with_unit(block(UNIT, 1, last=True)[:-1]), "length"),
        (with_unit(block(block(UNIT, 1, last=True), 1, last=True)), "type"),
        (with_unit(block(UNIT + b"\x00", 1, last=True)), "length"),
        (with_unit(block(b"", 2, last=True)), "gbt"),
    ],
)
def test_sound_frames_with_bad_contents(octets: bytes, expected: str) -> None:
    """Are refused for what is wrong inside."""
    assert outcome(octets + PLAIN) == [expected, "good"]


def test_a_malformed_block_takes_its_telegram() -> None:
    """And no second refusal for what still comes of it."""
    bad = frame(block(bytes(10), 2, last=False)[:-1])
    assert outcome(FRAMES[0] + bad + FRAMES[2] + FRAMES[3] + PLAIN) == ["length", "good"]


def test_a_telegram_of_more_than_64_kib() -> None:
    """Is refused once, and memory does not grow with it."""
    decoder = Decoder()
    events = []
    for number in range(1, 200):
        events += decoder.receive(frame(block(bytes(1000), number, last=False)))
        assert len(decoder._blocks._data) <= 64 * 1024
    assert refused(events) == ["oversize"]
    assert telegrams(decoder.receive(PLAIN)) != []


# -- ciphering ------------------------------------------------------------------------------------


def first_refusal(octets: bytes, keys: Keys) -> Refusal:
    """Return the first refusal."""
    return next(event for event in decode(octets, keys) if isinstance(event, Refusal))


def test_a_refusal_tells_whose_telegram_it_was() -> None:
    """By the system title, and whether it was encrypted."""
    for keys in (Keys(), Keys(bytes(16)), replace(BOTH, authentication=bytes(16))):
        refusal = first_refusal(SEALED, keys)
        assert (refusal.system_title, refusal.encrypted) == (TITLE.hex(), True)
    plain = first_refusal(with_unit(UNIT[:-1]), Keys())
    assert (plain.system_title, plain.encrypted) == (None, False)


def test_so_does_the_refusal_of_a_cut_telegram() -> None:
    """Its first block has named the sender."""
    parts = frames_of(SEALED)
    for octets in (parts[0], parts[0] + parts[2], parts[0] + damaged(parts[1], 40)):
        refusal = first_refusal(octets, BOTH)
        assert (refusal.system_title, refusal.encrypted) == (TITLE.hex(), True)
    later = first_refusal(SEALED + damaged(FRAMES[0], 40), BOTH)
    assert (later.kind, later.system_title, later.encrypted) == (RefusalKind.FCS, None, False)


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (UNIT + b"\x00", "length"),
        (UNIT[:-1], "length"),
        (UNIT[:18] + b"\x17\x00\x00\x00\x00", "type"),
        (UNIT[:18] + b"\x00", "layout"),
        (b"no telegram at all", "key"),
        (b"\x0f\x00\x00\x00\x01\x00\x17", "key"),
    ],
)
def test_what_is_wrong_inside_the_cipher(plain: bytes, expected: str) -> None:
    """Is the key's fault only where nothing makes sense and no tag says otherwise."""
    sealed = with_unit(seal(plain, BOTH, system_title=TITLE, counter=1))
    assert outcome(sealed, Keys(BOTH.encryption)) == [expected]


def test_a_tag_that_is_right_clears_the_key() -> None:
    """Then the telegram itself is bad."""
    sealed = with_unit(seal(b"\x0f\x00\x00\x00\x01\x00\x17", BOTH, system_title=TITLE, counter=1))
    assert outcome(sealed, BOTH) == ["type"]
    nothing = with_unit(seal(b"no telegram", BOTH, system_title=TITLE, counter=1))
    assert outcome(nothing, BOTH) == ["type"]


def test_keys_do_not_hinder_plain_telegrams() -> None:
    """A utility may switch encryption off."""
    assert outcome(PLAIN, BOTH) == ["good"]


# -- the decoder itself ---------------------------------------------------------------------------


def test_everything_is_counted() -> None:
    """Frames, telegrams, refusals by kind, junk."""
    decoder = Decoder()
    decoder.receive(b"junk" + PLAIN + FRAMES[0] + FRAMES[2] + b"\x7e\xa0")
    decoder.finish()
    assert (decoder.frames, decoder.telegrams, decoder.junk) == (6, 1, 5)
    assert decoder.refusals == {RefusalKind.GBT: 1, RefusalKind.TRUNCATED: 1}


def test_a_decoder_can_go_on_after_the_end() -> None:
    """At the start of a new stream."""
    decoder = Decoder()
    decoder.receive(b"".join(FRAMES[:2]))
    assert refused(decoder.finish()) == ["truncated"]
    assert decoder.finish() == []
    assert len(telegrams(decoder.receive(PLAIN))) == 1


def test_time_is_the_clocks_else_the_headers() -> None:
    """The header alone does not know of summer time."""
    capture = load("e450_ekz_2021-07-06")
    (telegram,) = telegrams(decode(capture.octets))
    assert telegram.header_time is not None
    assert telegram.time == telegram.clock != telegram.header_time
    (plain,) = telegrams(decode(PLAIN))
    assert (plain.clock, plain.time, plain.invoke_id) == (None, START, 7)
    no_moment = frame(LLC + UNIT[:6] + b"\xff" * 12 + UNIT[18:])
    assert telegrams(decode(no_moment))[0].time is None


def test_a_profile_can_be_forced() -> None:
    """Else the best match is taken."""
    octets = load("e450_thurgau_2024-11-03").octets
    assert [event.profile for event in telegrams(Decoder().receive(octets))] == ["bare_2"] * 3
    assert len(telegrams(Decoder(profile="bare_2").receive(octets))) == 3
    assert refused(Decoder(profile="bare_9").receive(octets)) == ["layout"]


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_no_octets_raise(pieces: list[bytes]) -> None:
    """Whatever they are, and however they come."""
    decoder = Decoder(keys=BOTH)
    events = [event for piece in pieces for event in decoder.receive(piece)] + decoder.finish()
    assert all(isinstance(event, Refusal) for event in events)


@given(st.binary(max_size=400))
def test_no_unit_raises(unit: bytes) -> None:
    """In sound frames, plain or sealed."""
    sealed = seal(b"\x0f\x00\x00\x00\x01\x00" + unit, BOTH, system_title=TITLE, counter=1)
    octets = frame(unit) + with_unit(unit) + with_unit(b"\x0f\x00\x00\x00\x01\x00" + unit)
    blocks = b"".join(map(frame, split_blocks(unit, block_size=100)))
    assert isinstance(decode(octets + with_unit(sealed) + blocks, BOTH), list)


RAWS = st.one_of(
    st.integers(-(2**63), 2**64 - 1),
    st.none(),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
)
KNOWN = st.sampled_from([code for code in VALUES if code != ObisCode.parse("0-0:42.0.0")])
CODES = st.one_of(
    KNOWN, st.builds(ObisCode, st.integers(0, 15), *[st.integers(0, 255)] * 5)
).filter(lambda code: code.c not in {81, 25})


def _may_hold(code: ObisCode, raw: Raw) -> bool:
    """Return whether a register can have a value: what has a unit is a number."""
    register = lookup(code)
    return register is None or register.unit is None or isinstance(raw, int | None)


@settings(max_examples=200)
@given(
    st.sampled_from((Layout.PUSH_LIST, Layout.OBIS_PAIRS, Layout.SELF_DESCRIBING)),
    st.dictionaries(CODES, RAWS, min_size=1, max_size=30),
    st.sampled_from((Keys(), Keys(BOTH.encryption), BOTH)),
    st.integers(30, 200),
)
def test_any_telegram_survives_the_wire(
    layout: Layout, values: dict[ObisCode, Raw], keys: Keys, block_size: int
) -> None:
    """In each layout that names its objects, with and without keys, in any blocks."""
    values = {code: raw if _may_hold(code, raw) else 7 for code, raw in values.items()}
    octets = encode(
        layout, values, invoke_id=9, header_time=START, keys=keys, block_size=block_size
    )
    (telegram,) = decode(octets, keys)
    assert isinstance(telegram, Telegram)
    assert {code: value.raw for code, value in telegram.values.items()} == values
    assert (telegram.layout, telegram.invoke_id) == (layout, 9)
    assert telegram.header_time == START
    assert telegram.verified == (keys is BOTH)

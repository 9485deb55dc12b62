"""What a hostile or broken sender can say, and what must not come of it."""

import pytest

from custom_components.ecom.families.e450.protocol import (
    Decoder,
    Layout,
    ObisCode,
    Refusal,
    RefusalKind,
    Telegram,
)
from custom_components.ecom.families.e450.protocol import decoder as decoder_module
from custom_components.ecom.families.e450.protocol.apdu import LLC
from custom_components.ecom.families.e450.protocol.axdr import Item, Tag
from custom_components.ecom.families.e450.protocol.encoder import (
    encode,
    encode_apdu,
    frame,
    split_blocks,
)

POWER = ObisCode.parse("1-0:1.7.0")
NAME: Item = (Tag.OCTETS.value, bytes(POWER))


def decode(octets: bytes) -> list[Telegram | Refusal]:
    """Return all that a stream gives."""
    decoder = Decoder()
    return [*decoder.receive(octets), *decoder.finish()]


def kinds(events: list[Telegram | Refusal]) -> list[str]:
    """Return the kinds of refusals, and "good" for telegrams."""
    return [event.kind.value if isinstance(event, Refusal) else "good" for event in events]


def said(body: Item) -> list[str]:
    """Return what becomes of a sound notification with this body."""
    return kinds(decode(frame(LLC + encode_apdu(body, invoke_id=1, header_time=None))))


def structure(*items: Item) -> Item:
    """Return a structure."""
    return (Tag.STRUCTURE.value, items)


def described(tag: Tag, scaler: int) -> Item:
    """Return a body with one power and the scale that it claims."""
    scale = structure((tag.value, scaler), (Tag.ENUM.value, 27))
    return structure(structure(NAME, (Tag.UINT32.value, 7), scale))


@pytest.mark.parametrize(
    ("tag", "scaler", "expected"),
    [
        (Tag.INT8, -1, "good"),
        (Tag.INT8, 9, "good"),
        (Tag.INT8, 10, "type"),
        (Tag.INT8, -128, "type"),
        (Tag.UINT32, 10**9, "type"),
        (Tag.INT32, -(10**8), "type"),
        (Tag.INT64, 2**62, "type"),
        (Tag.UINT8, 1, "type"),
    ],
)
def test_a_scaler_is_a_small_power_of_ten(tag: Tag, scaler: int, expected: str) -> None:
    """A huge one would keep the machine busy for ever."""
    assert said(described(tag, scaler)) == [expected]


@pytest.mark.parametrize("deviation", [1440, -1440, 721, -721, 32767])
def test_a_deviation_beyond_half_a_day_is_none(deviation: int) -> None:
    """It is left out, and the telegram is good."""
    clock = bytes.fromhex("07E60B160210251EFF") + deviation.to_bytes(2, signed=True) + b"\0"
    items = ((Tag.OCTETS.value, clock), NAME, (Tag.UINT32.value, 5))
    assert said(structure(*items)) == ["good"]


def test_a_body_of_thousands_is_refused() -> None:
    """No meter has so much to say."""
    number = (Tag.UINT8.value, 0)
    assert said(structure(*[number] * 513)) == ["layout"]
    assert said(structure((Tag.ARRAY.value, (number,) * 513), number)) == ["layout"]


@pytest.mark.parametrize(
    "body",
    [
        structure((Tag.BOOLEAN.value, 1), (Tag.BOOLEAN.value, 1)),
        structure((Tag.INT32.value, -1), (Tag.INT32.value, -1)),
        structure((Tag.NULL.value, None), (Tag.NULL.value, None)),
        (Tag.ARRAY.value, ((Tag.UINT32.value, 1), (Tag.UINT32.value, 1))),
    ],
    ids=["booleans", "negative", "nothing", "array"],
)
def test_bare_values_fit_by_their_types(body: Item) -> None:
    """Two of anything are not two counters."""
    assert said(body) == ["layout"]


def test_a_text_of_six_is_no_logical_name() -> None:
    """The id 601109 and a number are no pair of name and value."""
    items = ((Tag.OCTETS.value, b"601109"), (Tag.UINT32.value, 5))
    assert said(structure(*items)) == ["layout"]


def test_blocks_of_two_meters_make_no_telegram() -> None:
    """Blocks of other addresses are refused, and the meter's own telegram is whole."""
    mine = split_blocks(_long(1), block_size=60)
    other = split_blocks(_long(2), block_size=60)
    mine[0], other[0] = LLC + mine[0], LLC + other[0]
    stream = frame(mine[0]) + frame(mine[1])
    stream += frame(other[2], source=b"\x05")
    stream += b"".join(map(frame, mine[2:]))
    events = decode(stream)
    assert kinds(events) == ["gbt", "good"]
    assert isinstance(events[1], Telegram)
    assert events[1].values[POWER].raw == 1


def test_the_end_of_one_telegram_is_not_that_of_another() -> None:
    """Between the headers that were damaged a telegram ended and another began."""
    first = split_blocks(_long(0x00FF00FF), block_size=60)
    second = split_blocks(_long(0x00007F00), block_size=60)
    first[0], second[0] = LLC + first[0], LLC + second[0]
    count = len(first)
    lost = [*first[2:], *second[:2]]
    stream = b"".join(map(frame, first[:2]))
    for info in lost:
        damaged = bytearray(frame(info))
        damaged[4] ^= 0x10
        stream += bytes(damaged)
    stream += b"".join(map(frame, second[2:]))
    assert count >= 3
    assert "good" not in kinds(decode(stream))


def test_a_truth_is_no_power() -> None:
    """A power that is sent with the tag of a boolean is refused, not read as 1 W."""
    name = (Tag.OCTETS.value, bytes((1, 0, 1, 7, 0, 255)))
    other = (Tag.OCTETS.value, bytes((1, 0, 2, 7, 0, 255)))
    body = structure(name, (Tag.BOOLEAN.value, 1), other, (Tag.UINT32.value, 5))
    assert said(body) == ["type"]


def test_whatever_else_goes_wrong_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder never raises, not even for a fault of its own."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    octets = encode(Layout.PUSH_LIST, {POWER: 5})
    monkeypatch.setattr(decoder_module, "recognise", fail)
    (event,) = decode(octets)
    assert isinstance(event, Refusal)
    assert event.kind is RefusalKind.TYPE
    assert event.detail == "the telegram cannot be read: ZeroDivisionError"


def _long(power: int) -> bytes:
    """Return a notification that takes several blocks."""
    codes = [POWER, *(ObisCode(1, 0, c, 8, 0) for c in range(1, 9))]
    items: list[Item] = []
    for code in codes:
        items += [(Tag.OCTETS.value, bytes(code)), (Tag.UINT32.value, power)]
    return encode_apdu(structure(*items), invoke_id=1, header_time=None)

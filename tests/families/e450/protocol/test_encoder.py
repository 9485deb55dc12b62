"""The encoder: what it makes are the octets that a meter would send."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.e450.protocol import (
    PROFILES,
    Keys,
    Layout,
    MeterTime,
    ObisCode,
)
from custom_components.ecom.families.e450.protocol.axdr import Tag
from custom_components.ecom.families.e450.protocol.encoder import encode, encode_apdu, encode_body
from custom_components.ecom.families.e450.protocol.profiles import CLOCK, METER_ID
from custom_components.ecom.families.e450.protocol.values import Raw

from .captures import decode, load, raw_values, telegrams
from .test_security import BOTH

MOMENT = MeterTime(local=datetime(2024, 11, 3, 19, 0, 15))  # noqa: DTZ001 - the meter's own
CLOCK_TIME = MeterTime(local=datetime(2026, 6, 1, 12), dst=True)  # noqa: DTZ001


def code(text: str) -> ObisCode:
    """Return the code."""
    return ObisCode.parse(text)


def test_a_captured_telegram_is_made_to_the_octet() -> None:
    """The first of the three that an optical interface sends in one frame."""
    octets = load("e450_thurgau_2024-11-03").octets
    body = encode_body(Layout.BARE_2, {code("1-0:1.8.0"): 21_040_168, code("1-0:2.8.0"): 0})
    unit = encode_apdu(body, invoke_id=0x0008FD7B, header_time=MOMENT)
    assert octets[9:].startswith(b"\xe6\xe7\x00" + unit + b"\xe6\xe7\x00")


@pytest.mark.parametrize("keys", [None, Keys(BOTH.encryption), BOTH])
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
@given(data=st.data())
def test_bare_layouts_survive_the_wire(
    profile: object, keys: Keys | None, data: st.DataObject
) -> None:
    """With whatever numbers their columns can hold."""
    assert profile in PROFILES
    (columns, layout) = next((each.columns, each.layout) for each in PROFILES if each is profile)
    values: dict[ObisCode, Raw] = {
        column: CLOCK_TIME
        if column == CLOCK
        else "30137181"
        if column == METER_ID
        else data.draw(st.integers(0, 2**32 - 1))
        for column in columns
    }
    (telegram,) = telegrams(decode(encode(layout, values, keys=keys), keys))
    assert {column: value.raw for column, value in telegram.values.items()} == values
    assert (telegram.layout, telegram.profile) == (layout, profile.key)  # type: ignore[attr-defined]
    assert telegram.clock == (CLOCK_TIME if CLOCK in columns else None)


@pytest.mark.parametrize(
    ("name", "raw", "tag"),
    [
        ("1-0:1.7.0", 28, Tag.UINT32),
        ("1-0:1.7.0", -28, Tag.INT32),
        ("1-1:1.8.0", 2**32, Tag.UINT64),
        ("1-1:1.8.0", -(2**31) - 1, Tag.INT64),
        ("1-0:32.7.0", 234, Tag.UINT16),
        ("1-0:32.7.0", 2**16, Tag.UINT32),
        ("0-0:96.3.10", 1, Tag.ENUM),
        ("0-0:96.3.10", 2**8, Tag.UINT32),
        ("0-0:96.14.0", 1, Tag.UINT8),
        ("9-9:9.9.9", 1, Tag.UINT32),
        ("0-0:42.0.0", "LGZ", Tag.OCTETS),
        ("0-0:42.0.0", b"\xff", Tag.OCTETS),
        ("0-0:1.0.0", CLOCK_TIME, Tag.OCTETS),
        ("1-0:1.7.0", None, Tag.NULL),
    ],
)
def test_types(name: str, raw: Raw, tag: Tag) -> None:
    """As an E450 has them, wider where a number needs it."""
    _, items = encode_body(Layout.OBIS_PAIRS, {code("9-9:9.9.8"): 0, code(name): raw})
    assert isinstance(items, tuple)
    value = items[0] if name == "0-0:1.0.0" else items[-1]
    assert value[0] == tag


@pytest.mark.parametrize(
    ("name", "class_id", "attribute"),
    [
        ("1-0:1.7.0", 3, 2),
        ("0-0:1.0.0", 8, 2),
        ("0-0:42.0.0", 1, 2),
        ("0-1:24.2.1", 4, 2),
        ("0-0:96.3.10", 70, 3),
        ("0-1:24.1.0", 72, 6),
        ("9-9:9.9.9", 3, 2),
    ],
)
def test_classes(name: str, class_id: int, attribute: int) -> None:
    """As captures list them, behind the list's own two entries."""
    _, items = encode_body(Layout.PUSH_LIST, {code(name): 1})
    assert isinstance(items, tuple)
    objects = items[0][1]
    assert isinstance(objects, tuple)
    fields = [item[1] for item in objects]
    assert fields[0] == ((18, 40), (9, bytes(code("0-8:25.9.0"))), (15, 2), (18, 0))
    assert fields[1] == ((18, 40), (9, bytes(code("0-8:25.9.0"))), (15, 1), (18, 0))
    assert fields[2] == ((18, class_id), (9, bytes(code(name))), (15, attribute), (18, 0))


def test_an_e350_is_made_to_describe_itself() -> None:
    """Texts as such, numbers with scale; what has no unit comes without."""
    values: dict[ObisCode, Raw] = {
        code("0-0:96.1.7"): "ZFF1",
        code("1-0:32.7.0"): 2350,
        code("9-9:9.9.9"): 1,
        code("0-0:96.14.0"): 2,
        code("1-0:31.7.0"): None,
    }
    (telegram,) = telegrams(decode(encode(Layout.SELF_DESCRIBING, values, destination=b"\x41")))
    assert raw_values(telegram) == {str(name): raw for name, raw in values.items()}
    assert str(telegram.values[code("1-0:32.7.0")].value) == "235.0"


def test_ciphering_follows_the_keys() -> None:
    """All that are given are used, unless something else is asked for."""
    values = {code("1-0:1.7.0"): 28}
    for keys, security, expected in (
        (None, None, None),
        (Keys(), None, None),
        (Keys(BOTH.encryption), None, 0x20),
        (BOTH, None, 0x30),
        (BOTH, 0x20, 0x20),
    ):
        octets = encode(Layout.PUSH_LIST, values, keys=keys, security=security)
        (telegram,) = telegrams(decode(octets, keys))
        assert telegram.security == expected
    for keys in (None, Keys()):
        with pytest.raises(ValueError, match="encryption key"):
            encode(Layout.PUSH_LIST, values, keys=keys, security=0x20)


def test_a_telegram_too_long_for_one_frame() -> None:
    """Is cut, unless that is forbidden."""
    values = {ObisCode(1, 0, c, 7, e): 1 for c in range(10) for e in range(10)}
    assert len(telegrams(decode(encode(Layout.PUSH_LIST, values)))) == 1
    with pytest.raises(ValueError, match="exceeds"):
        encode(Layout.PUSH_LIST, values, gbt=False)

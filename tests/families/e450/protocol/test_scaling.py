"""From what was sent to what is meant: models, scalers, units, sentinels."""

from decimal import Decimal

import pytest

from custom_components.ecom.families.e450.protocol import (
    Decoder,
    Layout,
    Model,
    ObisCode,
    Quantity,
    Telegram,
    Value,
)
from custom_components.ecom.families.e450.protocol.encoder import encode
from custom_components.ecom.families.e450.protocol.layouts import Scale
from custom_components.ecom.families.e450.protocol.scaling import (
    Scalers,
    Scaling,
    detect_model,
    meter_id,
)
from custom_components.ecom.families.e450.protocol.values import Raw, RefusalKind, Refused

from .captures import body_of, load

E450 = b"\xce\xff"


def code(text: str) -> ObisCode:
    """Return the code."""
    return ObisCode.parse(text)


def decoded(
    values: dict[str, Raw],
    destination: bytes = E450,
    scalers: Scalers | None = None,
    layout: Layout = Layout.PUSH_LIST,
) -> Telegram:
    """Return what a telegram with these raw values says."""
    octets = encode(
        layout,
        {code(name): raw for name, raw in values.items()},
        destination=destination,
    )
    (telegram,) = Decoder(scalers=scalers).receive(octets)
    assert isinstance(telegram, Telegram)
    return telegram


def shown(telegram: Telegram, text: str) -> tuple[object, str | None]:
    """Return value and unit of one code."""
    value = telegram.values[code(text)]
    return value.value, value.unit


@pytest.mark.parametrize(
    ("name", "raw", "value", "unit"),
    [
        ("1-0:1.7.0", 28, 28, "W"),
        ("1-1:1.8.0", 25_149_419, 25_149_419, "Wh"),
        ("1-0:32.7.0", 234, 234, "V"),
        ("1-0:31.7.0", 49, Decimal("0.49"), "A"),
        ("1-0:13.7.0", 941, Decimal("0.941"), ""),
        ("1-0:14.7.0", 50, 50, "Hz"),
        ("1-0:81.7.40", 53, 53, "°"),
        ("1-0:1.8.0", 2**63, 2**63, "Wh"),
        ("0-0:96.14.0", 2, 2, None),
        ("0-1:24.2.1", 12_345, 12_345, None),
        ("9-9:9.9.9", 7, 7, None),
        ("0-0:42.0.0", "LGZ1 \0", "LGZ1", None),
        ("0-0:96.13.0", "", None, None),
        ("0-0:96.13.0", b"\x01\xff", "01ff", None),
        ("1-0:2.7.0", None, None, None),
    ],
)
def test_an_e450_has_scalers_of_its_own(
    name: str, raw: Raw, value: object, unit: str | None
) -> None:
    """Whole volts, hundredths of amperes, thousandths of the power factor; never a float."""
    telegram = decoded({name: raw})
    assert telegram.values[code(name)].raw == raw
    assert shown(telegram, name) == (value, unit)
    assert type(telegram.values[code(name)].value) is type(value)


def test_an_e360_counts_tenths_of_volts() -> None:
    """One phase of them gives it away; phases without voltage are in tenths too."""
    telegram = decoded({"1-0:32.7.0": 2357, "1-0:52.7.0": 0, "1-0:31.7.0": 6})
    assert telegram.model is Model.E360
    assert shown(telegram, "1-0:32.7.0") == (Decimal("235.7"), "V")
    assert shown(telegram, "1-0:52.7.0") == (Decimal(0), "V")
    assert shown(telegram, "1-0:31.7.0") == (Decimal("0.06"), "A")


def test_an_e570_stays_raw_until_its_scalers_are_confirmed() -> None:
    """Sources disagree about them."""
    values: dict[str, Raw] = {"1-1:1.8.0": 862_055, "1-0:31.7.0": 5, "1-0:32.7.0": 230}
    telegram = decoded(values, destination=b"\xce\x9b")
    assert telegram.model is Model.E570
    assert {value.unit for value in telegram.values.values()} == {None}
    assert [value.value for value in telegram.values.values()] == [862_055, 5, 230]
    confirmed = decoded(values, b"\xce\xfd", {Quantity.ENERGY: 3, "current": -1})
    assert shown(confirmed, "1-1:1.8.0") == (862_055_000, "Wh")
    assert shown(confirmed, "1-0:31.7.0") == (Decimal("0.5"), "A")
    assert shown(confirmed, "1-0:32.7.0") == (230, None)


def test_a_scaler_can_be_overridden() -> None:
    """Also one that the telegram states, and that of a sub-meter, which nothing states."""
    telegram = decoded({"1-0:32.7.0": 2340, "0-1:24.2.1": 12_345}, scalers={"volume": -3})
    assert shown(telegram, "0-1:24.2.1") == (Decimal("12.345"), "m³")
    e350 = load("e350_embriq")
    (telegram,) = Decoder(scalers={Quantity.CURRENT: -3}).receive(e350.octets)
    assert isinstance(telegram, Telegram)
    assert shown(telegram, "1-0:31.7.0") == (Decimal("3.180"), "A")


def test_an_e350_states_its_scales() -> None:
    """Nothing is assumed of it."""
    (telegram,) = Decoder().receive(load("e350_embriq").octets)
    assert isinstance(telegram, Telegram)
    assert shown(telegram, "1-0:31.7.0") == (Decimal("31.80"), "A")
    assert shown(telegram, "1-0:32.7.0") == (Decimal("235.0"), "V")
    assert shown(telegram, "1-0:1.7.0") == (9460, "W")


@pytest.mark.parametrize(
    ("destination", "volts", "model"),
    [
        ("CEFF", 234, Model.E450),
        ("CF", 234, Model.E450),
        ("CEFF", 1000, Model.E450),
        ("CEFF", 1001, Model.E360),
        ("CF", 2300, Model.E360),
        ("CE9B", 2300, Model.E570),
        ("CEFD", 234, Model.E570),
        ("CE95", 234, Model.E570),
        ("41", 234, Model.UNKNOWN),
        ("9B", 234, Model.UNKNOWN),
    ],
)
@pytest.mark.parametrize("name", ["1-0:32.7.0", "1-0:52.7.0", "1-0:72.7.0"])
def test_models(destination: str, volts: int, model: Model, name: str) -> None:
    """By address, then by the size of a voltage."""
    body = body_of([(code("1-0:32.8.0"), 5000), (code(name), volts)])
    assert detect_model(bytes.fromhex(destination), body) is model


def test_an_angle_without_current_is_absent() -> None:
    """The E450 sends 400 for it; what was sent stays to be seen."""
    raw: dict[str, Raw] = {"1-0:31.7.0": 0, "1-0:51.7.0": 4}
    telegram = decoded({**raw, "1-0:81.7.40": 53, "1-0:81.7.51": 53, "1-0:81.7.62": 400})
    angles = {e: telegram.values[code(f"1-0:81.7.{e}")] for e in (40, 51, 62)}
    assert [angles[e].raw for e in (40, 51, 62)] == [53, 53, 400]
    assert [angles[e].value for e in (40, 51, 62)] == [None, 53, None]


@pytest.mark.parametrize(("angle", "value"), [(0, 0), (360, 360), (361, None), ("x", "x")])
def test_an_angle_whose_current_is_not_told(angle: Raw, value: Raw) -> None:
    """Is absent only beyond the full circle."""
    assert decoded({"1-0:81.7.4": angle}).values[code("1-0:81.7.4")].value == value


def test_attributes_beside_values() -> None:
    """A sub-meter's kind is kept by attribute; an object without its value takes the first."""
    sub_meter, other = code("0-1:24.1.0"), code("0-2:24.1.0")
    body = body_of([(sub_meter, 4711)])._replace(
        attributes=[(sub_meter, 9, 7), (other, 9, 3), (other, 8, 1)],
    )
    values, attributes = Scaling({}).interpret(body, Model.E450)
    assert (values[sub_meter].raw, values[other].raw) == (4711, 3)
    assert attributes[sub_meter, 9] == Value(7, 7, None, values[sub_meter].register)
    assert set(attributes) == {(sub_meter, 9), (other, 9), (other, 8)}


def test_an_object_that_comes_twice_refuses_the_telegram() -> None:
    """A meter has one value for it, and nobody can say which."""
    body = body_of([(code("1-0:1.7.0"), 1), (code("1-0:1.7.0"), 2)])
    with pytest.raises(Refused, match="twice") as refused:
        Scaling({}).interpret(body, Model.E450)
    assert refused.value.kind is RefusalKind.LAYOUT


@pytest.mark.parametrize("raw", ["abc", b"\xff", "", True, False])
def test_a_register_that_measures_holds_a_number(raw: str | bytes | bool) -> None:  # noqa: FBT001 - a row
    """Text or a truth where a power should be is no power: the telegram is malformed."""
    with pytest.raises(Refused, match=r"1-0:1\.7\.0 holds no number") as refused:
        Scaling({}).interpret(body_of([(code("1-0:1.7.0"), raw)]), Model.E450)
    assert refused.value.kind is RefusalKind.TYPE


def test_a_register_is_not_stated_in_another_unit() -> None:
    """A power in volts is a contradiction."""
    body = body_of([(code("1-0:1.7.0"), 5)])._replace(scales={code("1-0:1.7.0"): Scale(0, "V")})
    with pytest.raises(Refused, match="stated in V, not W") as refused:
        Scaling({}).interpret(body, Model.E350)
    assert refused.value.kind is RefusalKind.TYPE


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"0-0:96.1.1": "c", "0-0:96.1.0": "b", "0-0:42.0.0": "a"}, "a"),
        ({"0-0:96.1.1": "c", "0-0:96.1.0": "b"}, "b"),
        ({"0-0:96.1.1": "c", "0-0:42.0.0": None}, "c"),
        ({"0-0:96.1.0": 4711}, "4711"),
        ({"0-1:96.1.0": "a sub-meter"}, None),
        ({}, None),
    ],
)
def test_the_meter_id(values: dict[str, Raw], expected: str | None) -> None:
    """Logical device name, then first and second id; a sub-meter's is not the meter's."""
    body = body_of([(code(name), raw) for name, raw in values.items()])
    assert meter_id(Scaling({}).interpret(body, Model.E450)[0]) == expected

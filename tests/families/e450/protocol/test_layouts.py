"""Layouts: whose value is whose, in each of the ways that utilities configure."""

from contextlib import suppress

import pytest
from hypothesis import given

from custom_components.ecom.families.e450.protocol import (
    PROFILES,
    Layout,
    MeterTime,
    ObisCode,
    propose,
)
from custom_components.ecom.families.e450.protocol.axdr import Item, Tag
from custom_components.ecom.families.e450.protocol.layouts import Scale, recognise
from custom_components.ecom.families.e450.protocol.profiles import Profile, fits
from custom_components.ecom.families.e450.protocol.values import Raw, Refused

from .captures import values_of
from .test_axdr import ITEMS

POWER = ObisCode.parse("1-0:1.7.0")
ENERGY = ObisCode.parse("1-1:1.8.0")
CLOCK = ObisCode.parse("0-0:1.0.0")
SETUP = ObisCode.parse("0-8:25.9.0")
WATER = ObisCode.parse("0-1:24.2.1")
SUB_METER = ObisCode.parse("0-1:24.1.0")
BREAKER = ObisCode.parse("0-0:96.3.10")
MOMENT = bytes.fromhex("07E50706020E3A12FF800081")


def structure(*items: Item) -> Item:
    """Return a structure."""
    return Tag.STRUCTURE.value, items


def array(*items: Item) -> Item:
    """Return an array."""
    return Tag.ARRAY.value, items


def octets(content: bytes) -> Item:
    """Return an octet string."""
    return Tag.OCTETS.value, content


def number(content: int) -> Item:
    """Return an unsigned number."""
    return Tag.UINT32.value, content


def scale(scaler: int, unit: int) -> Item:
    """Return scaler and unit as a register has them."""
    return structure((Tag.INT8.value, scaler), (Tag.ENUM.value, unit))


def listed(class_id: int, code: ObisCode, attribute: int = 2) -> Item:
    """Return an object of a push list."""
    return structure(
        (Tag.UINT16.value, class_id),
        octets(bytes(code)),
        (Tag.INT8.value, attribute),
        (Tag.UINT16.value, 0),
    )


OWN = listed(40, SETUP)


def kind_of(body: Item, profile: str | None = None) -> str:
    """Return why a body is refused."""
    with pytest.raises(Refused) as caught:
        recognise(body, profile)
    return str(caught.value.kind)


# -- push list ------------------------------------------------------------------------------------


def test_a_push_list_gives_each_object_its_value() -> None:
    """The list is its own first object; names of objects are no values."""
    objects = array(OWN, listed(40, SETUP, 1), listed(3, POWER), listed(3, ENERGY))
    body = recognise(structure(objects, octets(bytes(SETUP)), number(28), number(886_977)))
    assert body.layout is Layout.PUSH_LIST
    assert values_of(body) == [(POWER, 28), (ENERGY, 886_977)]


def test_a_list_need_not_name_itself() -> None:
    """Then there are as many values as objects."""
    body = recognise(structure(array(listed(3, POWER)), number(28)))
    assert values_of(body) == [(POWER, 28)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_objects_and_values_must_be_as_many(count: int) -> None:
    """Else every value would stand at the wrong object."""
    values = [number(each) for each in range(count)]
    objects = array(OWN, listed(3, POWER), listed(3, ENERGY))
    assert kind_of(structure(objects, *values)) == "length"


def test_another_first_object_of_the_same_number_is_no_list_of_itself() -> None:
    """Two objects cannot share one value."""
    assert kind_of(structure(array(listed(3, POWER), listed(3, ENERGY)), number(28))) == "length"


def test_a_sub_meter_may_state_its_scale() -> None:
    """Attribute 3 of a register is scaler and unit (EBL Liestal's lists have it)."""
    objects = array(OWN, listed(4, WATER), listed(4, WATER, 3), listed(3, POWER))
    body = recognise(structure(objects, number(12_345), scale(-3, 13), number(28)))
    assert values_of(body) == [(WATER, 12_345), (POWER, 28)]
    assert body.scales == {WATER: Scale(-3, "m³")}


def test_a_scale_of_another_shape_states_nothing() -> None:
    """And an unknown unit is none."""
    objects = array(OWN, listed(4, WATER), listed(4, WATER, 3))
    assert recognise(structure(objects, number(1), number(2))).scales == {}
    body = recognise(structure(objects, number(1), scale(0, 99)))
    assert body.scales == {WATER: Scale(0, None)}


def test_the_value_of_some_classes_is_another_attribute() -> None:
    """A breaker's state is attribute 3, a sub-meter's number 6 and its kind 9."""
    objects = array(OWN, listed(70, BREAKER, 3), listed(72, SUB_METER, 6), listed(72, SUB_METER, 9))
    body = recognise(structure(objects, (Tag.ENUM.value, 1), number(4711), number(7)))
    assert values_of(body) == [(BREAKER, 1), (SUB_METER, 4711)]
    assert list(body.attributes) == [(SUB_METER, 9, 7)]


# -- pairs, self-describing -----------------------------------------------------------------------


def test_pairs_may_follow_a_time() -> None:
    """Which has no name of its own."""
    pairs = (octets(bytes(POWER)), number(769), octets(bytes(ENERGY)), number(6_226_327))
    body = recognise(structure(octets(MOMENT), *pairs))
    assert body.layout is Layout.OBIS_PAIRS
    assert list(body.codes) == [CLOCK, POWER, ENERGY]
    assert isinstance(body.raws[0], MeterTime)
    assert values_of(recognise(structure(*pairs))) == [(POWER, 769), (ENERGY, 6_226_327)]


def test_a_value_that_looks_like_a_code_is_a_value() -> None:
    """The meter id 601109 has six octets."""
    name = ObisCode.parse("0-0:96.1.0")
    body = recognise(structure(octets(bytes(name)), octets(b"601109")))
    assert values_of(body) == [(name, "601109")]
    body = recognise(structure(array(OWN, listed(1, name)), octets(b"601109")))
    assert values_of(body) == [(name, "601109")]


@pytest.mark.parametrize(
    "items",
    [
        (number(1), octets(bytes(POWER)), number(2)),
        (octets(bytes(POWER)), number(1), octets(b"short"), number(2)),
        (octets(bytes(POWER)), number(1), octets(bytes(ENERGY))),
    ],
    ids=["no time", "no code", "no value"],
)
def test_what_are_no_pairs(items: tuple[Item, ...]) -> None:
    """Is not guessed at."""
    assert kind_of(structure(*items)) == "layout"


def test_a_body_may_describe_itself() -> None:
    """As that of the E350: texts without, numbers with scaler and unit."""
    name = ObisCode.parse("0-0:96.1.7")
    body = recognise(
        array(
            structure(octets(bytes(name)), (Tag.TEXT.value, "ZFF1")),
            structure(octets(bytes(POWER)), number(9460), scale(0, 27)),
        )
    )
    assert body.layout is Layout.SELF_DESCRIBING
    assert values_of(body) == [(name, "ZFF1"), (POWER, 9460)]
    assert body.scales == {POWER: Scale(0, "W")}


@pytest.mark.parametrize(
    "item",
    [
        structure(number(1), number(2)),
        structure(octets(bytes(POWER)), number(1), number(2)),
        structure(octets(bytes(POWER)), number(1), scale(0, 27), number(2)),
        structure(octets(bytes(POWER))),
        number(1),
    ],
)
def test_what_does_not_describe_itself(item: Item) -> None:
    """Is of no known layout."""
    good = structure(octets(bytes(POWER)), number(1), scale(0, 27))
    assert kind_of(array(good, item)) == "layout"


# -- bare values ----------------------------------------------------------------------------------

VIENNA = (octets(MOMENT), *(number(each) for each in range(8)))
BARE = {
    "bare_2": (number(21_040_168), number(0)),
    "bare_9": VIENNA,
    "bare_11": (*(number(each) for each in range(10)), octets(b"30137181")),
    "bare_14": (*(number(each) for each in range(13)), octets(b"30137181")),
}


@pytest.mark.parametrize(("key", "items"), BARE.items())
def test_a_bare_body_takes_the_profile_that_fits(key: str, items: tuple[Item, ...]) -> None:
    """By number and types of its values, or because a person chose it."""
    (profile,) = [each for each in PROFILES if each.key == key]
    for chosen in (None, key):
        body = recognise(structure(*items), chosen)
        assert (body.profile, body.layout) == (key, profile.layout)
        assert body.codes == profile.columns


@pytest.mark.parametrize("key", ["bare_9", "bare_14", "unheard_of"])
def test_a_profile_that_does_not_fit_is_refused(key: str) -> None:
    """Rather than another one taken."""
    assert kind_of(structure(*BARE["bare_2"]), key) == "layout"


@pytest.mark.parametrize(
    "body",
    [
        number(1),
        structure(),
        array(),
        structure(number(1), number(2), number(3)),
        structure(number(1), octets(b"id")),
        structure(octets(b"no moment..."), *VIENNA[1:]),
        structure(number(1), structure(number(2))),
        structure(array(), number(2)),
        structure(array(number(1)), number(2)),
        structure(array(structure(number(1), number(2), number(3), number(4))), number(2)),
        (Tag.ARRAY.value, None),
    ],
)
def test_a_body_of_no_known_layout(body: Item) -> None:
    """Is refused, not shown as something that it may not be."""
    assert kind_of(body) == "layout"


def test_absent_values_fit_any_column() -> None:
    """A null says that there is no value."""
    body = recognise(structure(number(1), (Tag.NULL.value, None)))
    assert body.raws[1] is None


@given(ITEMS)
def test_any_body_is_recognised_or_refused(body: Item) -> None:
    """Whatever it holds."""
    with suppress(Refused):
        assert recognise(body).codes is not None


# -- raw values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "raw"),
    [
        (octets(b"LGZ1030655933512"), "LGZ1030655933512"),
        (octets(b"13943597\0\0"), "13943597\0\0"),
        (octets(b"\x01\x02\xff"), b"\x01\x02\xff"),
        (octets(b"a\x07b"), b"a\x07b"),
        (octets(b""), ""),
        (octets(b"twelve octet"), "twelve octet"),
        (
            octets(bytes.fromhex("FFFF0706020E3A10FF800000")),
            bytes.fromhex("FFFF0706020E3A10FF800000"),
        ),
        ((Tag.TEXT.value, "text"), "text"),
        ((Tag.INT64.value, -(2**40)), -(2**40)),
        ((Tag.UINT64.value, 2**63), 2**63),
        (structure(number(1)), bytes.fromhex("02010600000001")),
    ],
)
def test_raw_values(item: Item, raw: Raw) -> None:
    """Octets are text where they can be printed, a moment where they are one."""
    objects = array(OWN, listed(1, POWER))
    assert values_of(recognise(structure(objects, item))) == [(POWER, raw)]


# -- profiles -------------------------------------------------------------------------------------


def test_profiles_are_told_by_shape() -> None:
    """Each of the four has its own."""
    for profile in PROFILES:
        shape: list[Raw] = [1] * len(profile.columns)
        if profile.id_column is not None:
            shape[profile.id_column] = "30137181"
        assert fits(profile, shape) == (profile.columns[0] != CLOCK)
    assert propose([1] * 5) == ()


def test_where_several_profiles_fit_the_likelier_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SYNTHETIC: a voltage cannot be 21,040,168, an energy can."""
    columns = tuple(map(ObisCode.parse, ("1-0:32.7.0", "9-9:9.9.9")))
    made_up = Profile(key="made_up", layout=Layout.BARE_2, title="", columns=columns)
    thurgau = next(each for each in PROFILES if each.key == "bare_2")
    monkeypatch.setattr(
        "custom_components.ecom.families.e450.protocol.profiles.PROFILES", (made_up, thurgau)
    )
    assert propose([21_040_168, 0]) == (thurgau, made_up)
    assert propose([230, None]) == (made_up, thurgau)

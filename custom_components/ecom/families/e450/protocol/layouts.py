"""Layouts: which value of a notification's body belongs to which object."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from .axdr import NUMBER_TAGS, Content, Item, Tag, encode
from .clock import DATE_TIME_LENGTH, MeterTime, parse_date_time
from .obis import ObisCode, code_of
from .profiles import CLOCK, PROFILES, Profile, fits, propose
from .values import Layout, Raw, RefusalKind, Refused

_NAME_LENGTH: Final = 6
# From micro to mega is all that a meter needs, with room to spare.
_MAX_SCALER: Final = 9
# The longest list known has 28 objects.
_MAX_VALUES: Final = 512
# A logical name begins with the medium (IEC 62056-6-1 table 2): a text of six does not.
_MAX_MEDIUM: Final = 15
_LISTS: Final = frozenset((Tag.ARRAY.value, Tag.STRUCTURE.value))
_NOT_BARE: Final = _LISTS | {Tag.BOOLEAN.value, Tag.BIT_STRING.value}
_NUMBERS: Final = NUMBER_TAGS - {Tag.BOOLEAN.value}
_ARRAY: Final = Tag.ARRAY.value
_STRUCTURE: Final = Tag.STRUCTURE.value
_OCTETS: Final = Tag.OCTETS.value
_PAIR: Final = 2
# Attribute 1 of any object is its own name.
NAME_ATTRIBUTE: Final = 1
VALUE_ATTRIBUTE: Final = 2
# Where the value of interest is not attribute 2: the state of a breaker
# (class 70), the number of an M-Bus sub-meter (class 72). Blue Book 4.5.8, 4.8.
VALUE_ATTRIBUTES: Final = {70: 3, 72: 6}
# Classes whose attribute 3 is scaler and unit: register and its relatives.
_SCALED_CLASSES: Final = frozenset((3, 4, 5))
_SCALER_ATTRIBUTE: Final = 3
PUSH_SETUP: Final = 40
# Units (Blue Book table 4) that the interface is known to send.
UNITS: Final = {
    8: "°",
    13: "m³",
    14: "m³",
    27: "W",
    28: "VA",
    29: "var",
    30: "Wh",
    31: "VAh",
    32: "varh",
    33: "A",
    35: "V",
    44: "Hz",
    255: "",
}


class Scale(NamedTuple):
    """A scaler and a unit that the telegram itself states; the unit None if not known."""

    scaler: int
    unit: str | None


NO_SCALES: Final[Mapping[ObisCode, Scale]] = MappingProxyType({})


class Body(NamedTuple):
    """A recognised body: objects and as many raw values, in the telegram's order.

    ``scales`` holds what the telegram itself states of its objects' scales,
    ``attributes`` what it says of objects beside their values.
    """

    layout: Layout
    codes: tuple[ObisCode, ...]
    raws: Sequence[Raw]
    profile: str | None = None
    scales: Mapping[ObisCode, Scale] = NO_SCALES
    attributes: Sequence[tuple[ObisCode, int, Raw]] = ()


class _Object(NamedTuple):
    class_id: int
    code: ObisCode
    attribute: int


class _PushList(NamedTuple):
    """What the items of a body are that begins with a list of objects, by index."""

    items: int
    codes: tuple[ObisCode, ...]
    values: list[int]
    scales: list[tuple[int, ObisCode]]
    attributes: list[tuple[int, ObisCode, int]]


def recognise(body: Item, profile: str | None = None) -> Body:
    """Return the layout and values of a notification's body.

    ``profile`` names the one that a bare layout must have; else the best
    match is taken. Raises Refused: ``layout`` for a body that is none of the
    known ones, ``length`` where listed objects and values differ in number.
    """
    tag, items = body
    if tag not in _LISTS or not isinstance(items, tuple) or not items:
        raise Refused(RefusalKind.LAYOUT, "the body is not a list of values")
    if max(len(items), _size(items[0])) > _MAX_VALUES:
        raise Refused(RefusalKind.LAYOUT, f"the body has more than {_MAX_VALUES} values")
    if items[0][0] == _ARRAY and (listed := _push_list(items[0])) is not None:
        return _listed(listed, items)
    if items[0][0] == _STRUCTURE and (found := _self_described(items)) is not None:
        return found
    if (pairs := _obis_pairs(items)) is not None:
        return Body(Layout.OBIS_PAIRS, *pairs)
    if tag != _STRUCTURE or any(item[0] in _NOT_BARE for item in items):
        raise Refused(RefusalKind.LAYOUT, "the body is of no known layout")
    return _bare(_raws(items), profile)


def _size(item: Item) -> int:
    return len(item[1]) if isinstance(item[1], tuple) else 0


def _raws(items: Iterable[Item]) -> list[Raw]:
    return [
        content if tag in _NUMBERS else _raw(tag, content)  # type: ignore[misc] # a number is an int
        for tag, content in items
    ]


def _raw(tag: int, content: Content) -> Raw:
    """Return a content that is no number: a truth, text where printable, a time where it is one."""
    if tag == Tag.BOOLEAN:
        return bool(content)
    if isinstance(content, tuple):
        return encode((tag, content))
    if not isinstance(content, bytes):
        return content
    if len(content) == DATE_TIME_LENGTH and (moment := parse_date_time(content)):
        return moment
    text = content.rstrip(b"\0").decode("latin-1")
    return content.decode("latin-1") if text.isascii() and text.isprintable() else content


def _codes(items: Sequence[Item]) -> tuple[ObisCode, ...] | None:
    """Return the codes of logical names, None if any item is none."""
    codes = tuple(
        [
            code_of(octets)
            for tag, octets in items
            if tag == _OCTETS and isinstance(octets, bytes) and len(octets) == _NAME_LENGTH
        ]
    )
    return codes if codes and len(codes) == len(items) else None


@lru_cache(maxsize=16)
def _push_list(item: Item) -> _PushList | None:
    """Return what a list of objects says of the items behind it, None if it is no such list.

    A meter lists the same objects in every telegram, so that this is found
    once (Blue Book 4.4.8, attribute 2).
    """
    listed = item[1]
    objects = [_push_object(child) for child in listed] if isinstance(listed, tuple) else []
    found = [thing for thing in objects if thing is not None]
    if not found or len(found) != len(objects):
        return None
    # The list is its own first object, and its value is the list itself.
    names_itself = found[0].class_id == PUSH_SETUP and found[0].attribute == VALUE_ATTRIBUTE
    values = found[1:] if names_itself else found
    codes: list[ObisCode] = []
    result = _PushList(len(values) + 1, (), [], [], [])
    for index, (class_id, code, attribute) in enumerate(values, 1):
        if attribute == _SCALER_ATTRIBUTE and class_id in _SCALED_CLASSES:
            result.scales.append((index, code))
        elif attribute == VALUE_ATTRIBUTES.get(class_id, VALUE_ATTRIBUTE):
            codes.append(code)
            result.values.append(index)
        elif attribute != NAME_ATTRIBUTE:
            result.attributes.append((index, code, attribute))
    return result._replace(codes=tuple(codes))


def _push_object(item: Item) -> _Object | None:
    match item:
        case (Tag.STRUCTURE, ((_, int(class_id)), name, (_, int(attribute)), _)):
            codes = _codes([name])
            return _Object(class_id, codes[0], attribute) if codes else None
    return None


def _listed(listed: _PushList, items: tuple[Item, ...]) -> Body:
    if listed.items != len(items):
        raise Refused(
            RefusalKind.LENGTH,
            f"values of {listed.items - 1} objects are announced, {len(items) - 1} follow",
        )
    raws = [None, *_raws(items[1:])]
    stated = ((code, _scale(items[index])) for index, code in listed.scales)
    return Body(
        layout=Layout.PUSH_LIST,
        codes=listed.codes,
        raws=[raws[index] for index in listed.values],
        scales={code: scale for code, scale in stated if scale} if listed.scales else NO_SCALES,
        attributes=[(code, number, raws[index]) for index, code, number in listed.attributes],
    )


def _scale(item: Item) -> Scale | None:
    """Return a stated scale and unit (Blue Book 4.3.2, scal_unit_type), None if it is none.

    Raises Refused (``type``) for a scaler that no register of a meter can have.
    """
    match item[1]:
        case ((tag, int(scaler)), (_, int(unit))):
            if tag != Tag.INT8 or abs(scaler) > _MAX_SCALER:
                raise Refused(RefusalKind.TYPE, "a scaler is no small power of ten")
            return Scale(scaler, UNITS.get(unit))
    return None


def _self_described(items: tuple[Item, ...]) -> Body | None:
    """Return the structures of code, value and, but for texts, scale and unit."""
    found: list[ObisCode] = []
    raws: list[Raw] = []
    scales = {}
    for tag, fields in items:
        if tag != _STRUCTURE or not isinstance(fields, tuple) or len(fields) not in {2, 3}:
            return None
        codes = _codes(fields[:1])
        if codes is None:
            return None
        found += codes
        raws += _raws(fields[1:2])
        if len(fields) > _PAIR:
            scale = _scale(fields[_PAIR])
            if scale is None:
                return None
            scales[codes[0]] = scale
    return Body(Layout.SELF_DESCRIBING, tuple(found), raws, scales=scales)


def _obis_pairs(items: tuple[Item, ...]) -> tuple[tuple[ObisCode, ...], list[Raw]] | None:
    """Return the pairs of code and value, which the telegram's time may precede."""
    first = len(items) % _PAIR
    codes = _codes(items[first::2])
    if codes is None or any(code.a > _MAX_MEDIUM for code in codes):
        return None
    raws = _raws(items[first + 1 :: 2])
    if not first:
        return codes, raws
    moment = _raw(*items[0])
    return ((CLOCK, *codes), [moment, *raws]) if isinstance(moment, MeterTime) else None


def _bare(values: list[Raw], key: str | None) -> Body:
    profile = _profile(values, key)
    return Body(profile.layout, profile.columns, values, profile.key)


def _profile(values: list[Raw], key: str | None) -> Profile:
    if key is None:
        proposed = propose(values)
        if proposed:
            return proposed[0]
        raise Refused(RefusalKind.LAYOUT, f"no profile fits {len(values)} bare values")
    for profile in PROFILES:
        if profile.key == key and fits(profile, values):
            return profile
    raise Refused(RefusalKind.LAYOUT, f"{len(values)} bare values do not fit profile {key}")

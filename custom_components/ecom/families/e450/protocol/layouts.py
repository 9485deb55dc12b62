"""Layouts: which value of a notification's body belongs to which object."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from .axdr import Item, Tag, encode
from .clock import DATE_TIME_LENGTH, MeterTime, parse_date_time
from .obis import ObisCode
from .profiles import CLOCK, PROFILES, Profile, fits, propose
from .values import Layout, Raw, RefusalKind, Refused

_NAME_LENGTH: Final = 6
_LISTS: Final = frozenset((Tag.ARRAY.value, Tag.STRUCTURE.value))
# Attribute 1 of any object is its own name.
NAME_ATTRIBUTE: Final = 1
VALUE_ATTRIBUTE: Final = 2
# Where the value of interest is not attribute 2: the state of a breaker
# (class 70), the number of an M-Bus sub-meter (class 72). Blue Book 4.5.8, 4.8.
_VALUE_ATTRIBUTES: Final = {70: 3, 72: 6}
# Classes whose attribute 3 is scaler and unit: register and its relatives.
_SCALED_CLASSES: Final = frozenset((3, 4, 5))
_SCALER_ATTRIBUTE: Final = 3
# Units (Blue Book table 4) that the interface is known to send.
_UNITS: Final = {
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


class Entry(NamedTuple):
    """One value of a telegram: whose it is, and what the telegram says of its scale."""

    code: ObisCode
    raw: Raw
    scale: Scale | None = None
    attribute: int = VALUE_ATTRIBUTE
    is_main: bool = True


class Body(NamedTuple):
    """A recognised body."""

    layout: Layout
    entries: list[Entry]
    profile: str | None = None


class _Object(NamedTuple):
    class_id: int
    code: ObisCode
    attribute: int


def recognise(body: Item, profile: str | None = None) -> Body:
    """Return the layout and entries of a notification's body.

    ``profile`` names the one that a bare layout must have; else the best
    match is taken. Raises Refused: ``layout`` for a body that is none of the
    known ones, ``length`` where listed objects and values differ in number.
    """
    tag, items = body
    if tag not in _LISTS or not isinstance(items, tuple) or not items:
        raise Refused(RefusalKind.LAYOUT, "the body is not a list of values")
    if (objects := _push_objects(items[0])) is not None:
        return Body(Layout.PUSH_LIST, _push_list(objects, items[1:]))
    if items[0][0] == Tag.STRUCTURE and (entries := _found(map(_self_described, items))):
        return Body(Layout.SELF_DESCRIBING, entries)
    if (entries := _obis_pairs(items)) is not None:
        return Body(Layout.OBIS_PAIRS, entries)
    if any(item[0] in _LISTS for item in items):
        raise Refused(RefusalKind.LAYOUT, "the body is of no known layout")
    return _bare([raw_of(item) for item in items], profile)


def raw_of(item: Item) -> Raw:
    """Return an item's content: text where octets are printable, a time where they are one."""
    content = item[1]
    if isinstance(content, tuple):
        return encode(item)
    if not isinstance(content, bytes):
        return content
    if len(content) == DATE_TIME_LENGTH and (moment := parse_date_time(content)):
        return moment
    text = content.rstrip(b"\0").decode("latin-1")
    return content.decode("latin-1") if text.isascii() and text.isprintable() else content


def _name(item: Item) -> ObisCode | None:
    match item:
        case (Tag.OCTETS, bytes(octets)) if len(octets) == _NAME_LENGTH:
            return ObisCode.from_bytes(octets)
    return None


def _found[T](results: Iterable[T | None]) -> list[T] | None:
    """Return all results, None if any of them is None."""
    found = []
    for result in results:
        if result is None:
            return None
        found.append(result)
    return found


def _push_objects(item: Item) -> list[_Object] | None:
    """Return the objects of a push list, None if the item is no such list (Blue Book 4.4.8)."""
    match item:
        case (Tag.ARRAY, tuple(objects)) if objects:
            return _found(map(_push_object, objects))
    return None


def _push_object(item: Item) -> _Object | None:
    match item:
        case (Tag.STRUCTURE, ((_, int(class_id)), name, (_, int(attribute)), _)):
            code = _name(name)
            return None if code is None else _Object(class_id, code, attribute)
    return None


def _push_list(objects: list[_Object], values: Sequence[Item]) -> list[Entry]:
    # The list is its own first object, and its value is the list itself.
    described = objects[len(objects) - len(values) :]
    if len(objects) - len(values) not in {0, 1}:
        raise Refused(
            RefusalKind.LENGTH, f"{len(objects)} objects are listed, {len(values)} values follow"
        )
    scales: dict[ObisCode, Scale | None] = {}
    entries = []
    for listed, item in zip(described, values, strict=True):
        if listed.attribute == _SCALER_ATTRIBUTE and listed.class_id in _SCALED_CLASSES:
            scales[listed.code] = _scale(item)
        elif listed.attribute != NAME_ATTRIBUTE:
            main = _VALUE_ATTRIBUTES.get(listed.class_id, VALUE_ATTRIBUTE)
            entries.append(
                Entry(listed.code, raw_of(item), None, listed.attribute, listed.attribute == main)
            )
    if not scales:
        return entries
    return [entry._replace(scale=scales.get(entry.code)) for entry in entries]


def _scale(item: Item) -> Scale | None:
    match item:
        case (Tag.STRUCTURE, ((_, int(scaler)), (_, int(unit)))):
            return Scale(scaler, _UNITS.get(unit))
    return None


def _self_described(item: Item) -> Entry | None:
    match item:
        case (Tag.STRUCTURE, (name, value)):
            scale = None
        case (Tag.STRUCTURE, (name, value, stated)):
            scale = _scale(stated)
            if scale is None:
                return None
        case _:
            return None
    code = _name(name)
    return None if code is None else Entry(code, raw_of(value), scale)


def _obis_pairs(items: Sequence[Item]) -> list[Entry] | None:
    """Return the pairs of code and value, which the telegram's time may precede."""
    entries = []
    if len(items) % 2 and isinstance(moment := raw_of(items[0]), MeterTime):
        entries.append(Entry(CLOCK, moment))
        items = items[1:]
    codes = _found(map(_name, items[::2]))
    if not codes or len(items) % 2:
        return None
    entries += map(Entry, codes, map(raw_of, items[1::2]), strict=True)
    return entries


def _bare(values: list[Raw], key: str | None) -> Body:
    profile = _profile(values, key)
    entries = list(map(Entry, profile.columns, values, strict=True))
    return Body(profile.layout, entries, profile.key)


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

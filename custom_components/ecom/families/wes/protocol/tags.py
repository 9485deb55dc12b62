"""Which tag of a page says what: the table of everything that is read."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from .texts import (
    Reader,
    contract,
    decimal,
    flag,
    meter_id,
    notice,
    number,
    on_off,
    period,
    producer,
    signed,
    tomorrow,
    unsigned,
    voltage,
    whole,
)
from .values import Kind, Point, Quantity


class Place(NamedTuple):
    """What tags of one spelling say, and the numbers that they may have."""

    kind: Kind
    quantity: Quantity
    read: Reader
    numbers: range


_TELEINFO: Final[Mapping[str, tuple[Quantity, Reader]]] = {
    "ADCO": (Quantity.METER_ID, meter_id),
    "OPTARIF": (Quantity.CONTRACT, contract),
    "ISOUSC": (Quantity.SUBSCRIBED_CURRENT, number),
    "PTEC": (Quantity.PERIOD, period),
    "DEMAIN": (Quantity.TOMORROW, tomorrow),
    "PEJP": (Quantity.EJP_NOTICE, notice),
    "PAP": (Quantity.APPARENT_POWER, number),
    "PAPIJ": (Quantity.INJECTED_POWER, number),
    "IINST": (Quantity.CURRENT, number),
    "IINST1": (Quantity.CURRENT_1, number),
    "IINST2": (Quantity.CURRENT_2, number),
    "IINST3": (Quantity.CURRENT_3, number),
    "IMAX": (Quantity.MAX_CURRENT, number),
    "IMAX1": (Quantity.MAX_CURRENT_1, number),
    "IMAX2": (Quantity.MAX_CURRENT_2, number),
    "IMAX3": (Quantity.MAX_CURRENT_3, number),
    "TENSION1": (Quantity.VOLTAGE_1, number),
    "TENSION2": (Quantity.VOLTAGE_2, number),
    "TENSION3": (Quantity.VOLTAGE_3, number),
    "BASE": (Quantity.BASE, whole),
    "HCHP": (Quantity.PEAK, whole),  # up to 0.84
    "H_PLEINE": (Quantity.PEAK, whole),  # from 0.84A10
    "HCHC": (Quantity.OFF_PEAK, whole),
    "H_CREUSE": (Quantity.OFF_PEAK, whole),
    "H_SUPER_CREUSE": (Quantity.SUPER_OFF_PEAK, whole),
    "EJPHN": (Quantity.EJP_NORMAL, whole),
    "EJPHPM": (Quantity.EJP_PEAK, whole),
    "BBRHCJB": (Quantity.BLUE_OFF_PEAK, whole),
    "BBRHPJB": (Quantity.BLUE_PEAK, whole),
    "BBRHCJW": (Quantity.WHITE_OFF_PEAK, whole),
    "BBRHPJW": (Quantity.WHITE_PEAK, whole),
    "BBRHCJR": (Quantity.RED_OFF_PEAK, whole),
    "BBRHPJR": (Quantity.RED_PEAK, whole),
    "H_WeekEnd": (Quantity.WEEKEND, whole),
    "HC_Semaine": (Quantity.WEEKDAY_OFF_PEAK, whole),
    "HP_Semaine": (Quantity.WEEKDAY_PEAK, whole),
    "HC_WeekEnd": (Quantity.WEEKEND_OFF_PEAK, whole),
    "HP_WeekEnd": (Quantity.WEEKEND_PEAK, whole),
    "HC_Mercredi": (Quantity.WEDNESDAY_OFF_PEAK, whole),
    "HP_Mercredi": (Quantity.WEDNESDAY_PEAK, whole),
    "PRODUCTEUR": (Quantity.PRODUCTION, producer),
    "Production": (Quantity.PRODUCTION, whole),
    "INJECTION": (Quantity.EXPORT, whole),
}
_TELEINFO_SECTION: Final = re.compile("tic([1-3])")

_CLAMPS: Final = range(1, 5)
_COUNTERS: Final = range(1, 7)
# The number of a clamp's tag is that of the clamp. INDEX and INJECT are read
# with the firmware in view, see ``page.py``; what stands here is the form alone.
_NUMBERED: Final[Mapping[str, Mapping[str, Place]]] = {
    "pince": {
        "I": Place(Kind.CLAMP, Quantity.CURRENT, unsigned, _CLAMPS),
        "INDEX": Place(Kind.CLAMP, Quantity.IMPORT, number, _CLAMPS),
        "INJECT": Place(Kind.CLAMP, Quantity.EXPORT, number, _CLAMPS),
        "WATT": Place(Kind.CLAMP, Quantity.POWER, signed, _CLAMPS),
        "PUISSANCE": Place(Kind.CLAMP, Quantity.APPARENT_POWER, number, _CLAMPS),
    },
    "impulsion": {
        "INDEX": Place(Kind.COUNTER, Quantity.INDEX, decimal, _COUNTERS),
        "PULSE": Place(Kind.COUNTER, Quantity.PULSES, whole, _COUNTERS),
    },
    "temp": {"SONDE": Place(Kind.PROBE, Quantity.VALUE, signed, range(1, 31))},
    "relais": {"RELAIS": Place(Kind.RELAY, Quantity.STATE, on_off, range(1, 3))},
    "relais1W": {"RELAIS": Place(Kind.RELAY, Quantity.STATE, on_off, range(101, 1000))},
    "entree": {"ENTREE": Place(Kind.INPUT, Quantity.STATE, flag, range(1, 3))},
    "analogique": {"AD": Place(Kind.ANALOG, Quantity.VOLTAGE, signed, range(1, 5))},
    "switch_virtuel": {"SWITCH": Place(Kind.SWITCH, Quantity.STATE, flag, range(1, 25))},
    "variables": {"VARIABLE": Place(Kind.VARIABLE, Quantity.VALUE, signed, range(1, 9))},
}
_TAG: Final = re.compile("([A-Z]+)([1-9][0-9]{0,2})")
_MAINS: Final = Point(Kind.MAINS, 1, Quantity.VOLTAGE)


def lookup(section: str, tag: str) -> tuple[Point, Reader] | None:
    """Return the point that a tag speaks of and what reads its text, None if not known."""
    if teleinfo := _TELEINFO_SECTION.fullmatch(section):
        if tag not in _TELEINFO:
            return None
        quantity, read = _TELEINFO[tag]
        return Point(Kind.TELEINFO, int(teleinfo[1]), quantity), read
    if (section, tag) == ("pince", "V"):
        return _MAINS, voltage
    if (parts := _TAG.fullmatch(tag)) is None:
        return None
    place = _NUMBERED.get(section, {}).get(parts[1])
    if place is None or int(parts[2]) not in place.numbers:
        return None
    return Point(place.kind, int(parts[2]), place.quantity), place.read


def tag_of(point: Point) -> str:
    """Return the tag that states a point, in its newest spelling; raises KeyError if none does."""
    if point.kind is Kind.TELEINFO:
        return {quantity: tag for tag, (quantity, _) in _TELEINFO.items()}[point.quantity]
    if point == _MAINS:
        return "V"
    words = {(p.kind, p.quantity): tag for tags in _NUMBERED.values() for tag, p in tags.items()}
    return f"{words[point.kind, point.quantity]}{point.number}"

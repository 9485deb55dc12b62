"""A page read: bytes in, one report out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from .document import Document, leaves, scan
from .firmware import Firmware, parse_firmware
from .tags import lookup
from .texts import Reader, exported_energy, imported_energy, is_absent, moment
from .values import Kind, Point, Quantity, Report, Value

# Two spellings of these have been about at once, one of them left at zero.
_RESPELT: Final = frozenset({Quantity.PEAK, Quantity.OFF_PEAK})


def read(body: bytes, firmware: str | None = None) -> Report:
    """Return what a page says beyond doubt. Never raises.

    ``firmware`` is the version known from an earlier page, for the units of a
    page that states none; the report has only what this page states.
    """
    document = scan(body)
    info = document.sections.get("info", {})
    stated = info.get("firmware") or None
    version = parse_firmware(stated or firmware or "")
    return Report(firmware=stated, clock=_clock(info), values=_settled(_found(document, version)))


def _clock(info: Mapping[str, str]) -> datetime | None:
    try:
        return moment(info.get("date", ""), info.get("time", ""))
    except ValueError:
        return None


def _found(document: Document, firmware: Firmware | None) -> dict[Point, list[Value]]:
    """Return what each point is said to be; two spellings may both speak of one."""
    found: dict[Point, list[Value]] = {}
    for section, leaf, text in leaves(document):
        if (known := lookup(section, leaf)) is None:
            continue
        point, reader = known
        try:
            value = _value(point, reader, text, firmware)
        except ValueError:
            continue
        found.setdefault(point, []).append(value)
    return {
        point: values
        for point, values in found.items()
        if point.kind is not Kind.TELEINFO or _is_there(point.number, document, found)
    }


def _is_there(teleinfo: int, document: Document, found: Mapping[Point, list[Value]]) -> bool:
    """Return whether a meter is connected, so that zeros are what it says.

    Without a meter the block is full of zeros, and two texts say so. That is
    not enough: both may be torn. A meter's number or a period must be there too.
    """
    block = document.sections[f"tic{teleinfo}"]
    if is_absent(block.get("ADCO"), block.get("PTEC")):
        return False
    signs = (Quantity.METER_ID, Quantity.PERIOD)
    return any(Point(Kind.TELEINFO, teleinfo, sign) in found for sign in signs)


def _value(point: Point, reader: Reader, text: str, firmware: Firmware | None) -> Value:
    match point.kind, point.quantity:
        case Kind.CLAMP, Quantity.IMPORT:
            return imported_energy(text, firmware)
        case Kind.CLAMP, Quantity.EXPORT:
            return exported_energy(text, firmware)
    return reader(text)


def _settled(found: Mapping[Point, list[Value]]) -> dict[Point, Value]:
    """Return one value for each point on which all spellings agree.

    Of a counter that was given another name the old one may be left at zero;
    then the other counts. Any other contradiction leaves both out.
    """
    settled: dict[Point, Value] = {}
    for point, values in found.items():
        distinct = set(values)
        if len(distinct) > 1 and point.quantity in _RESPELT:
            distinct.discard(0)
        if len(distinct) == 1:
            settled[point] = distinct.pop()
    return settled

"""What the texts of a page mean: numbers, states, moments, and the names of tariffs.

Every reader raises ValueError for a text that it does not understand, so that
the value is left out rather than guessed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, NoReturn

from .firmware import Firmware
from .values import Colour, Contract, Period, Value

type Reader = Callable[[str], Value]

# No counter has more digits; beyond these a float would lose some.
_WHOLE: Final = re.compile(r"[0-9]{1,12}")
_DECIMAL: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_SIGNED: Final = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_METER_ID: Final = re.compile(r"[0-9]{12}")
_DATE: Final = re.compile(r"([0-9]{2})/([0-9]{2})/(20[0-9]{2})")
_TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::[0-5][0-9])?")
_SEPARATORS: Final = re.compile(r"[ ._/-]")

# Clamps count Wh up to one version and kWh from another; between these two
# versions nobody has published a page, so both forms are taken there.
_FIRST_IN_KWH: Final = Firmware(0, 70)
_ALL_IN_KWH: Final = Firmware(0, 80)
_WH_PER_KWH: Final = 1000


def whole(text: str) -> int:
    """Return a whole number, zero-padded or not."""
    return int(_checked(_WHOLE, text))


def number(text: str) -> int | float:
    """Return a number, int unless it has decimals."""
    return float(text) if "." in _checked(_DECIMAL, text) else int(text)


def decimal(text: str) -> Decimal:
    """Return a number with its decimals kept, even where they are zero."""
    return Decimal(_checked(_DECIMAL, text))


def unsigned(text: str) -> float:
    """Return a number that is never negative."""
    return float(_checked(_DECIMAL, text))


def signed(text: str) -> float:
    """Return a number that may have a sign."""
    return float(_checked(_SIGNED, text)) or 0.0  # Never -0.0.


def voltage(text: str) -> float:
    """Return a voltage; zero says that nothing is there to measure it."""
    return unsigned(text) or _refuse(text)


def flag(text: str) -> bool:
    """Return what 0 or 1 says."""
    return _known({"0": False, "1": True}, text)


def on_off(text: str) -> bool:
    """Return the state of a relay; only the words say it."""
    return _known({"OFF": False, "ON": True}, text)


def notice(text: str) -> bool:
    """Return whether mobile peak hours are announced; a meter says 30, for the minutes."""
    return _known({0: False, 1: True, 30: True}, whole(text))


def producer(text: str) -> int:
    """Return the counter of production; 0 and 1 are the flag of older pages.

    Zero with all its digits is a counter that has counted nothing.
    """
    wh = whole(text)
    return wh if wh > 1 or (wh == 0 and len(text) > 1) else _refuse(text)


def meter_id(text: str) -> str:
    """Return a meter's 12 digits."""
    return _checked(_METER_ID, text)


def imported_energy(text: str, firmware: Firmware | None) -> int | float:
    """Return the Wh of a clamp's INDEX.

    A factor of 1000 is at stake, so the form of the number and the firmware,
    where it is known, must agree on the unit.
    """
    if "." in text:
        return exported_energy(text, firmware)
    if firmware is not None and firmware >= _ALL_IN_KWH:
        _refuse(text)
    return whole(text)


def exported_energy(text: str, firmware: Firmware | None) -> int | float:
    """Return the Wh of a clamp's INJECT, which has only ever been in kWh with decimals."""
    kwh = decimal(text)
    if "." not in text or (firmware is not None and firmware < _FIRST_IN_KWH):
        _refuse(text)
    wh = kwh * _WH_PER_KWH
    return int(wh) if wh == wh.to_integral_value() else float(wh)


def moment(date: str, time: str) -> datetime:
    """Return the moment of DD/MM/YYYY and HH:MM, whole minutes, without a zone."""
    day, month, year = _groups(_DATE, date)
    hour, minute = _groups(_TIME, time)
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the server's own time


def contract(text: str) -> Contract:
    """Return the contract that OPTARIF names, in the meter's words or the server's."""
    name = _plain(text)
    # A Tempo meter adds a character that states its programs, any printable one.
    if re.fullmatch("bbr.?", name):
        return Contract.TEMPO
    return _known(_CONTRACTS, name)


def period(text: str) -> Period:
    """Return the period that PTEC names, in the meter's words or the server's."""
    return _known(_PERIODS, _plain(text))


def tomorrow(text: str) -> Colour | None:
    """Return tomorrow's colour, None where the page says that it is not known."""
    if text and not text.strip("-"):
        return None
    return _known(_COLOURS, _plain(text))


def is_absent(adco: str | None, ptec: str | None) -> bool:
    """Return whether a block of Téléinfo says that no meter is connected."""
    return _plain(adco or "") == "pasdispo" or _plain(ptec or "") == "ticnderr"


def _checked(form: re.Pattern[str], text: str) -> str:
    return text if form.fullmatch(text) else _refuse(text)


def _groups(form: re.Pattern[str], text: str) -> list[int]:
    found = form.fullmatch(text) or _refuse(text)
    return [int(group) for group in found.groups()]


def _known[K, V](table: Mapping[K, V], key: K) -> V:
    return table[key] if key in table else _refuse(str(key))


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"not understood: {text!r}")


def _plain(text: str) -> str:
    """Return a name without what one firmware writes and another does not."""
    return _SEPARATORS.sub("", text).casefold()


_CONTRACTS: Final = {
    "base": Contract.BASE,
    "hc": Contract.PEAK_OFF_PEAK,
    "hphc": Contract.PEAK_OFF_PEAK,
    "hchp": Contract.PEAK_OFF_PEAK,
    "hpleinecreuse": Contract.PEAK_OFF_PEAK,
    "heurepleinecreuse": Contract.PEAK_OFF_PEAK,
    "heurespleinescreuses": Contract.PEAK_OFF_PEAK,
    "ejp": Contract.EJP,
    "tempo": Contract.TEMPO,
    "hcetwe": Contract.WEEKEND,
    "hcsemwemercr": Contract.WEEKEND,
    "producteur": Contract.PRODUCER,
}

_SHAPES: Final = {
    "peak": ("hp", "hpleine", "hpleines", "heurepleine", "heurespleines"),
    "off_peak": ("hc", "hcreuse", "hcreuses", "heurecreuse", "heurescreuses"),
}
_DAYS: Final = {
    Colour.BLUE: ("jb", "bleu", "jourbleu"),
    Colour.WHITE: ("jw", "blanc", "blan", "jourblanc"),
    Colour.RED: ("jr", "rouge", "roug", "jourrouge"),
}
_PERIODS: Final = {
    "th": Period.BASE,
    "base": Period.BASE,
    "toutesheures": Period.BASE,
    "hn": Period.EJP_NORMAL,
    "heurenormale": Period.EJP_NORMAL,
    "heuresnormales": Period.EJP_NORMAL,
    "pm": Period.EJP_PEAK,
    "pointemobile": Period.EJP_PEAK,
    "hsupercreuse": Period.SUPER_OFF_PEAK,
    "hsupercreuses": Period.SUPER_OFF_PEAK,
    **{name: Period(shape) for shape, names in _SHAPES.items() for name in names},
    **{
        name + day: Period(f"{colour}_{shape}")
        for shape, names in _SHAPES.items()
        for name in names
        for colour, days in _DAYS.items()
        for day in days
    },
}
_COLOURS: Final[Mapping[str, Colour | None]] = {
    "pasconnue!": None,
    "pasconnue": None,
    "inconnu": None,
    **{day: colour for colour, days in _DAYS.items() for day in days},
}

"""The bands that a meter's registers count, and whether they agree with a schedule."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from .france_rows import Option
from .model import ALWAYS, UNKNOWN_BAND

TELEINFO: Final[Mapping[str, str]] = {
    "BASE": ALWAYS,
    "HCHC": "off_peak",
    "HCHP": "peak",
    "EJPHN": "ejp_normal",
    "EJPHPM": "ejp_peak",
    "BBRHCJB": "blue_off_peak",
    "BBRHPJB": "blue_peak",
    "BBRHCJW": "white_off_peak",
    "BBRHPJW": "white_peak",
    "BBRHCJR": "red_off_peak",
    "BBRHPJR": "red_peak",
}
"""By label of the historic mode (Enedis-NOI-CPT_54E)."""

TELEINFO_STANDARD: Final[Mapping[Option, Mapping[str, str]]] = {
    Option.BASE: {"EASF01": ALWAYS},
    Option.PEAK_OFF_PEAK: {"EASF01": "off_peak", "EASF02": "peak"},
    Option.TEMPO: {
        "EASF01": "blue_off_peak",
        "EASF02": "blue_peak",
        "EASF03": "white_off_peak",
        "EASF04": "white_peak",
        "EASF05": "red_off_peak",
        "EASF06": "red_peak",
    },
}
"""By label of the standard mode, as meters with these options were seen to count.

Which index counts when is the supplier's choice, so other offers have others.
"""


def band_of_label(label: str, option: Option | None = None) -> str | None:
    """Return the band that a register of that label counts, None if it cannot be told."""
    name = label.upper()
    if option is not None and (band := TELEINFO_STANDARD[option].get(name)):
        return band
    return TELEINFO.get(name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What a register of a band counted in ``[start, end)``, in any one unit."""

    band: str
    start: datetime
    end: datetime
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """How much was counted in times that the schedule gives wholly to other bands."""

    amount: int
    total: int

    @property
    def share(self) -> Fraction:
        """Return the share that disagrees, 0 if nothing was counted."""
        return Fraction(self.amount, self.total) if self.total else Fraction(0)


def contradiction(
    counted: Iterable[Counted], bands: Callable[[datetime, datetime], Iterable[str]]
) -> Contradiction:
    """Return how far registers and schedule disagree.

    ``bands`` tells the bands of a time. A time in which the register's own band holds for a
    while agrees; one with a band that is not known says nothing and counts in neither.
    """
    amount = total = 0
    for each in counted:
        held = set(bands(each.start, each.end))
        if UNKNOWN_BAND in held and each.band not in held:
            continue
        total += each.amount
        amount += 0 if each.band in held else each.amount
    return Contradiction(amount=amount, total=total)

"""The bands of French tariffs, and when they hold."""

from datetime import time
from typing import Final

from .model import ALWAYS, Rule, Schedule, Season, When, Window

EVERY_HOUR: Final = (ALWAYS,)
TEMPO_BANDS: Final = (
    "blue_off_peak",
    "blue_peak",
    "white_off_peak",
    "white_peak",
    "red_off_peak",
    "red_peak",
)
EJP_BANDS: Final = ("ejp_normal", "ejp_peak")

TEMPO_DAY_START: Final = time(6)
"""A Tempo day lasts from 6 to 6 o'clock."""

EJP_DAY_START: Final = time(1)
"""The peak hours of an EJP day end at 1 o'clock of the next day, and so does the day."""

_NIGHT: Final = (Window(start=22 * 60, end=6 * 60),)
_EJP_HOURS: Final = (Window(start=7 * 60, end=1 * 60),)
_WINTER: Final = Season(first=(11, 1), last=(3, 31))

TEMPO: Final = Schedule(
    rules=tuple(
        Rule(band=f"{colour}_{band}", when=When(colour=colour, windows=windows))
        for colour in ("blue", "white", "red")
        for band, windows in (("off_peak", _NIGHT), ("peak", ()))
    ),
    colours=frozenset({"blue", "white", "red"}),
)
"""Arrêté of 30 October 2014, article 3: eight hours of off-peak from 22 to 6 o'clock."""

EJP: Final = Schedule(
    rules=(
        Rule(band="ejp_peak", when=When(season=_WINTER, colour="ejp", windows=_EJP_HOURS)),
        Rule(band="ejp_normal"),
    ),
    colours=frozenset({"ejp", "normal"}),
)
"""Arrêté of 30 October 2014, article 3: 18 hours from 7 to 1 o'clock, November to March.

A day that is known not to be one of them has the colour ``normal``.
"""

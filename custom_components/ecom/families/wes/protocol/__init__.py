"""The page of a WES as bytes in and a report out, and back for the simulator."""

from .firmware import Firmware, parse_firmware
from .page import read
from .render import Style, render
from .values import (
    COUNTERS,
    COUNTERS_OF,
    TARIFF_COUNTERS,
    Colour,
    Contract,
    Kind,
    Period,
    Point,
    Quantity,
    Report,
    Value,
)

__all__ = [
    "COUNTERS",
    "COUNTERS_OF",
    "TARIFF_COUNTERS",
    "Colour",
    "Contract",
    "Firmware",
    "Kind",
    "Period",
    "Point",
    "Quantity",
    "Report",
    "Style",
    "Value",
    "parse_firmware",
    "read",
    "render",
]

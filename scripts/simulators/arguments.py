"""Types of arguments that several simulators take; argparse shows their ValueError."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Final

MOST_PORT: Final = 65535
MOST_SERIAL: Final = 0xFFFFFF
"""Half a MAC address: what a maker numbers its devices with."""


def seconds(text: str) -> float:
    """Return a finite number of seconds; raises ValueError."""
    if not isfinite(found := float(text)):
        raise ValueError(text)
    return found


def period(text: str) -> float:
    """Return a positive number of seconds; raises ValueError."""
    if (found := seconds(text)) <= 0:
        raise ValueError(text)
    return found


def port(text: str) -> int:
    """Return a TCP port, 0 for any; raises ValueError."""
    if not 0 <= (found := int(text)) <= MOST_PORT:
        raise ValueError(text)
    return found


def serial(text: str) -> int:
    """Return a device's serial number; raises ValueError."""
    if not 0 <= (found := int(text)) <= MOST_SERIAL:
        raise ValueError(text)
    return found


@contextmanager
def recording(path: Path | None) -> Iterator[None]:
    """Say which file it is that is no recording, whatever is wrong in it; raises ValueError."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as err:
        raise ValueError(f"{path}: is no recording of a device ({type(err).__name__})") from err

"""What the inputs of a server are called on its own pages, whatever the language."""

from collections.abc import Mapping
from typing import Final

from .protocol import Kind, Point

_WORDS: Final[Mapping[Kind, str]] = {
    Kind.TELEINFO: "Téléinfo",
    Kind.CLAMP: "Pince",
    Kind.COUNTER: "Impulsion",
    Kind.PROBE: "Sonde",
    Kind.RELAY: "Relais",
    Kind.INPUT: "Entrée",
    Kind.SWITCH: "Switch virtuel",
}


def input_name(point: Point) -> str:
    """Return an input's name, such as ``Téléinfo 1``."""
    return f"{_WORDS.get(point.kind, point.kind.title())} {point.number}"

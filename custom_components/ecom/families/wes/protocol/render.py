"""A page written: the way back, for simulators and tests."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_PROLOGUE: Final = '<?xml version="1.0" encoding="UTF-8"?>\r\n'
# As the page of 0.61D has it: the scripts of these sections have a code one
# character shorter than its column, and the rest of the column is printed.
_BLANKED: Final = frozenset(
    {
        "pince",
        "temp",
        "relais",
        "relais1W",
        "entree",
        "analogique",
        "switch_virtuel",
        "variables",
    }
)


class Style(StrEnum):
    """How a page is laid out; what it says is the same."""

    STOCK = "stock"  # as 0.61D sends data.cgx: one line, blanks within some sections
    TIGHT = "tight"  # one line, no blanks
    CUSTOM = "custom"  # as a script of the user's: a prologue, a line for each element


def render(page: Mapping[str, Mapping[str, str]], *, style: Style = Style.STOCK) -> bytes:
    """Return the page of these sections: section, then leaf, then text.

    Raises ValueError for a name or a text that no page can hold.
    """
    sections = "".join(_section(name, leaves, style) for name, leaves in page.items())
    prologue = _PROLOGUE if style is Style.CUSTOM else ""
    return f"{prologue}<data>{sections}</data>".encode()


def _section(name: str, leaves: Mapping[str, str], style: Style) -> str:
    before = ""
    if style is Style.CUSTOM:
        before = "\r\n"
    elif style is Style.STOCK and name in _BLANKED:
        before = " "
    inner = "".join(f"{before}{_element(leaf, _escaped(text))}" for leaf, text in leaves.items())
    return _element(name, inner)


def _element(name: str, inner: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"no tag can be named {name!r}")
    return f"<{name}>{inner}</{name}>"


def _escaped(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError(f"no page can hold {text!r}")
    return text.translate(_ESCAPES)

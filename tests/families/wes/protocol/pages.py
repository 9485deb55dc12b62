"""The committed pages, and what stands where in them, found without the reader."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from custom_components.ecom.families.wes.protocol import Report, Value, read, render

FIXTURES: Final = Path(__file__).resolve().parents[3] / "fixtures" / "wes"

REAL_061: Final = "wes_061d_2017-05-01"
LINKY_084: Final = "tic_084_linky"
SYNTHETIC: Final = "synthetic_full"
NAMES: Final = (REAL_061, LINKY_084, SYNTHETIC)


class Span(NamedTuple):
    """Bytes from ``start`` to before ``end``."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """A leaf of a page: where it is, with its tags, and where its section's tags are."""

    section: str
    tag: str
    text: str
    span: Span
    opening: Span
    closing: Span


def load(name: str) -> bytes:
    """Return one committed page."""
    return (FIXTURES / f"{name}.xml").read_bytes()


def elements(page: bytes) -> list[Element]:
    """Return all leaves of an undamaged page."""
    found = []
    for section in re.finditer(rb"<(\w+)>((?: *<(\w+)>[^<]*</\3>)+)</\1>", page):
        opening = Span(section.start(), section.start(2))
        closing = Span(section.end(2), section.end())
        found += [
            Element(
                section=section[1].decode(),
                tag=leaf[1].decode(),
                text=leaf[2].decode().strip(),
                span=Span(section.start(2) + leaf.start(), section.start(2) + leaf.end()),
                opening=opening,
                closing=closing,
            )
            for leaf in re.finditer(rb"<(\w+)>([^<]*)</\1>", section[2])
        ]
    return found


@cache
def tags(page: bytes) -> list[Span]:
    """Return where all tags of an undamaged page are."""
    return [Span(*found.span()) for found in re.finditer(rb"<[^<>]*>", page)]


@cache
def aged(page: bytes) -> bytes:
    """Return the page as it may have been earlier: other digits in every value."""
    return re.sub(
        rb">([^<]*)<",
        lambda found: (
            b">" + found[1].translate(bytes.maketrans(b"0123456789", b"9012345678")) + b"<"
        ),
        page,
    )


def report(**sections: dict[str, str]) -> Report:
    """Return what a page of these sections says."""
    return report_of(None, **sections)


def report_of(firmware: str | None, **sections: dict[str, str]) -> Report:
    """Return what a page says where an earlier one has stated this firmware."""
    return read(render(sections), firmware)


def said(**sections: dict[str, str]) -> dict[str, Value]:
    """Return what a page of these sections says, by the points' keys."""
    return said_of(None, **sections)


def said_of(firmware: str | None, **sections: dict[str, str]) -> dict[str, Value]:
    """Return what a page says where an earlier one has stated this firmware."""
    values = report_of(firmware, **sections).values
    return {str(point): value for point, value in values.items()}

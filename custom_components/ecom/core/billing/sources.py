"""Where a price that comes with ECOM was found, as words that each language has."""

import re
from collections.abc import Mapping
from typing import Final

from .lines import Words

_ROW: Final = re.compile(
    r"(?P<implied>implied by )?CRE open data, (?P<file>\w+\.csv), row of (?P<day>[0-9-]{10})"
    r"(?P<taxed>, with tax)?( \((?P<grade>[AB/+]+)\))?"
)
"""A row of the published prices; ``grade`` is A where it is that of the official file."""

_FITS: Final = re.compile(r"(?P<where>.+); fits( the prices)? \([AB]\)")

_FIXED: Final[Mapping[str, str]] = {
    "within prices with tax": "source_within",
    "prices before 2023-02 are with tax": "source_before_2023",
    "derived from CRE prices with tax (A)": "source_from_cre",
    "derived from prices with tax; no text found": "source_from_prices",
}


def source_words(source: str) -> Words | None:
    """Return the words of a source that is known, None for what somebody typed."""
    if source in _FIXED:
        return Words(key=_FIXED[source])
    if found := _FITS.fullmatch(source):
        return Words(key="source_fits", values={"where": found["where"]})
    if found := _ROW.fullmatch(source):
        return _row(found)
    return None


def _row(found: re.Match[str]) -> Words:
    """Return the words of a row, of what it implies, or of one that several copies give."""
    key = "source_row"
    if found["implied"]:
        key = "source_implied"
    elif found["taxed"]:
        key = "source_row_with_tax"
    elif found["grade"] != "A":
        key = "source_row_copied"
    return Words(key=key, values={"file": found["file"], "day": found["day"]})

"""A page that can be shown to a stranger."""

import re
from typing import Final

_LABELLED: Final = re.compile(r"ADCO[^<A-Za-z]*")
_LONG: Final = re.compile(r"\d{10,}")
"""No other number of a page has so many digits: counters have nine."""


def anonymous(page: bytes) -> str:
    """Return a page with the digits of every meter's number made zeros, torn ones too."""
    text = page.replace(b"\0", b"").decode("latin-1")
    text = _LABELLED.sub(lambda found: re.sub(r"\d", "0", found[0]), text)
    return _LONG.sub(lambda found: "0" * len(found[0]), text)

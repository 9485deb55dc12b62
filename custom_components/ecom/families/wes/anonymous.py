"""A page that can be shown to a stranger."""

import re
from typing import Final

_METER_ID: Final = re.compile(r"\d{10,}")
"""No other number of a page has so many digits: counters have nine."""


def anonymous(page: bytes) -> str:
    """Return a page with the digits of every meter's number taken out."""
    return _METER_ID.sub("000000000000", page.decode("latin-1"))

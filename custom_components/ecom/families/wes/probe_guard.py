"""Whether a probe that reads zero is there."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

NEAR_ZERO: Final = 2.0
"""A probe that falls to 0.0 from further away than this has been unplugged."""


class ProbeGuard:
    """Tells a probe at 0.0 degrees from none: the page reads 0.0 for both."""

    def __init__(self) -> None:
        """Start without a reading."""
        self._last: float | None = None

    def take(self, value: float) -> bool:
        """Return whether ``value`` counts."""
        if not isfinite(value):
            return False
        if value == 0 and (self._last is None or abs(self._last) > NEAR_ZERO):
            return False
        self._last = value
        return True

    def dump(self) -> dict[str, Any]:
        """Return everything as JSON data, for ``load`` after a restart."""
        return {"last": self._last}

    def load(self, data: object) -> None:
        """Take back what ``dump`` wrote; what cannot be read changes nothing."""
        last = data.get("last") if isinstance(data, Mapping) else None
        if isinstance(last, int | float) and not isinstance(last, bool) and isfinite(last):
            self._last = float(last)

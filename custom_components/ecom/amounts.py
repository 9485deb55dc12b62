"""A field of a form for an amount: a number that can be reckoned with."""

from math import isfinite
from typing import Any, Final, override

import probatio
from homeassistant.helpers import selector

DIGITS: Final = 6
"""So many digits after the point are kept: an amount that is finer is none that anybody means."""


class AmountSelector(selector.NumberSelector):
    """A field for a number; what is not finite is refused, which Home Assistant lets pass."""

    @override
    def __call__(self, data: Any) -> float:
        """Return the number."""
        value = super().__call__(data)
        if not isfinite(value):
            raise probatio.Invalid("This is not a number")
        return round(value, DIGITS)


def amount_field(lowest: float, highest: float, *, unit: str | None = None) -> AmountSelector:
    """Return a field for an amount between two others, in a unit or without one."""
    config = selector.NumberSelectorConfig(
        min=lowest, max=highest, step="any", mode=selector.NumberSelectorMode.BOX
    )
    if unit is not None:
        config["unit_of_measurement"] = unit
    return AmountSelector(config)

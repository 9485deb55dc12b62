"""What can be measured at all, and what can be counted in an hour."""

from collections.abc import Mapping
from typing import Final

from .protocol import Quantity, Value
from .settings import ProbeKind

MOST_WH_PER_HOUR: Final = 300_000.0
"""More than any clamp or meter of a WES sees in an hour: 300 kW."""
MOST_M3_PER_HOUR: Final = 50.0
"""More than the main of a large building lets through."""
VOLTS, PHASES, MARGIN = 230, 3, 1.5
"""What a subscribed current can be exceeded by before a breaker opens."""

IN_RANGE: Final[Mapping[ProbeKind, tuple[float, float]]] = {
    ProbeKind.TEMPERATURE: (-55, 125),  # of a DS18B20, its data sheet's
    ProbeKind.HUMIDITY: (0, 100),
    ProbeKind.LIGHT: (0, 200_000),
}


def most_wh_per_hour(block: Mapping[Quantity, Value]) -> float:
    """Return the most Wh that an input can count in an hour."""
    subscribed = block.get(Quantity.SUBSCRIBED_CURRENT)
    if isinstance(subscribed, int) and subscribed > 0:
        return subscribed * VOLTS * PHASES * MARGIN
    return MOST_WH_PER_HOUR

"""Which of a page's values belong to something that is really there.

A page states every input that the server could have, wired or not, and every
counter that any contract has. What is not there reads zero.
"""

from collections.abc import Callable, Mapping
from typing import Final

from .protocol import COUNTERS_OF, Contract, Kind, Point, Quantity, Value

HIDDEN: Final = frozenset({Quantity.METER_ID, Quantity.PULSES})
"""Never an entity: the number of a meter names its device, and raw pulses say nothing more."""

ALWAYS: Final = frozenset(
    {
        Quantity.APPARENT_POWER,
        Quantity.CONTRACT,
        Quantity.CURRENT,
        Quantity.MAX_CURRENT,
        Quantity.PERIOD,
        Quantity.SUBSCRIBED_CURRENT,
    }
)
"""What every meter on a Téléinfo input says; the rest must have been seen."""


def is_there(point: Point, value: Value, contract: Value) -> bool:
    """Return whether a value shows that what it measures exists.

    ``contract`` is that of the same Téléinfo, if it is known. Probes are not
    judged here, since zero can be a temperature.
    """
    if point.quantity in HIDDEN:
        return False
    judge = _JUDGES.get(point.kind)
    return True if judge is None else judge(point.quantity, value, contract)


def _teleinfo(quantity: Quantity, value: Value, contract: Value) -> bool:
    match quantity:
        case Quantity.TOMORROW:
            return contract is Contract.TEMPO or value is not None
        case Quantity.EJP_NOTICE:
            return contract is Contract.EJP or value is True
    if quantity in ALWAYS or bool(value):
        return True
    return isinstance(contract, Contract) and quantity in COUNTERS_OF.get(contract, ())


def _counts(_quantity: Quantity, value: Value, _contract: Value) -> bool:
    return bool(value)


_JUDGES: Final[Mapping[Kind, Callable[[Quantity, Value, Value], bool]]] = {
    Kind.TELEINFO: _teleinfo,
    Kind.CLAMP: _counts,
    Kind.COUNTER: _counts,
    Kind.MAINS: _counts,
}

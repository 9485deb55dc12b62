"""What counts each power of a WES server, and by which tariffs."""

from collections.abc import Collection, Mapping

from ....ports import Counters
from ..models import WesState
from ..protocol import Kind, Point, Quantity


def counters_of(uid: str, state: WesState, ports: Collection[str]) -> Mapping[str, Counters]:
    """Return what counts the power of each input that has one, by the power port's key."""

    def key(power: Point, *quantities: Quantity) -> str | None:
        """Return the key of the first port of energy that an input has among quantities."""
        keys = (f"{uid}/{Point(power.kind, power.number, each)}" for each in quantities)
        return next((key for key in keys if key in ports), None)

    def registers(power: Point) -> dict[str, str]:
        """Return the ports of the tariffs of a contract, once all of them are there."""
        meter = state.meters.get(power.number) if power.kind is Kind.TELEINFO else None
        tariffs = () if meter is None else meter.tariffs
        found = {port: str(each) for each in tariffs if (port := key(power, each))}
        return found if len(found) == len(tariffs) > 1 else {}

    return {
        f"{uid}/{point}": Counters(
            imported=key(point, Quantity.IMPORT, Quantity.INDEX),
            exported=key(point, Quantity.EXPORT, Quantity.PRODUCTION),
            registers=registers(point),
        )
        for point in state.present
        if point.quantity is Quantity.POWER
    }

"""What is stored of a server, so that a restart forgets nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from .meter import TeleinfoMeter
from .models import WesState
from .probe_guard import ProbeGuard
from .protocol import Kind, Point, Quantity
from .settings import Medium


def dump(state: WesState) -> dict[str, Any]:
    """Return what to store."""
    return {
        "firmware": state.firmware,
        "present": [list(point) for point in state.present],
        "guards": [[*point, guard.dump()] for point, guard in state.guards.items()],
        "probes": {str(n): guard.dump() for n, guard in state.probes.items()},
        "meters": {str(n): meter.dump() for n, meter in state.meters.items()},
        "media": {str(n): medium for n, medium in state.settings.media.items()},
    }


def load(state: WesState, stored: Mapping[str, Any]) -> None:
    """Take up what an earlier run has stored; a counter in another unit begins anew."""
    media = {int(n): medium for n, medium in stored.get("media", {}).items()}
    changed = {
        n for n in (*media, *state.settings.media) if media.get(n) != state.settings.media.get(n)
    }
    state.firmware = stored.get("firmware")
    state.present |= dict.fromkeys(_points(stored.get("present", ())))
    for kind, number, quantity, guard in stored.get("guards", ()):
        point = Point(Kind(kind), number, Quantity(quantity))
        known = state.guard(point)
        known.load(guard)
        if point.kind is Kind.COUNTER and number in changed:
            _begin_anew(state, point, known.total, media.get(number))
    for number, guard in stored.get("probes", {}).items():
        state.probes.setdefault(int(number), ProbeGuard()).load(guard)
    for number, meter in stored.get("meters", {}).items():
        state.meters.setdefault(int(number), TeleinfoMeter()).load(meter)


def _begin_anew(state: WesState, point: Point, total: float | None, medium: str | None) -> None:
    """Forget an index that was read in another unit; the total must not jump with it."""
    state.guards.pop(point)
    now = state.settings.media.get(point.number)
    if total is None or medium is None or now is None:
        return
    if Medium(medium).is_volume == now.is_volume:
        state.guard(point).continue_from(total)


def _points(stored: Iterable[tuple[str, int, str]]) -> list[Point]:
    return [Point(Kind(kind), number, Quantity(quantity)) for kind, number, quantity in stored]

"""What flows through the site: made from its meters, or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..ports import Reading, Role

SUPPLY = frozenset({Role.GRID, Role.SOLAR, Role.BATTERY})
"""The roles whose sum is what the site consumes; a sub-meter is part of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterPower:
    """One meter's newest power, in W, positive = into the site.

    ``reading`` is None while the meter's port does not resolve.
    """

    role: Role
    reading: Reading[float] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SitePower:
    """The site's power in W; None wherever a meter that it needs is not known."""

    power_w: float | None
    import_w: float | None
    export_w: float | None
    production_w: float | None


UNKNOWN = SitePower(power_w=None, import_w=None, export_w=None, production_w=None)


def site_power(meters: Sequence[MeterPower], now: datetime) -> SitePower:
    """Return what the meters say together at ``now``.

    Consumption = grid + production + battery discharge, all signed into the
    site. A figure is never a partial sum: one stale or unresolved meter among
    those that it is made from leaves it unknown, and so does having none.
    """
    grid = _total(meters, frozenset({Role.GRID}), now)
    return SitePower(
        power_w=None if grid is None else _total(meters, SUPPLY, now),
        import_w=None if grid is None else max(0.0, grid),
        export_w=None if grid is None else max(0.0, -grid),
        production_w=_total(meters, frozenset({Role.SOLAR}), now),
    )


def _total(meters: Iterable[MeterPower], roles: frozenset[Role], now: datetime) -> float | None:
    """Return the sum over the roles, None unless every meter of them is known."""
    total: float | None = None
    for meter in meters:
        if meter.role not in roles:
            continue
        reading = meter.reading
        if reading is None or reading.value is None or reading.is_stale(now):
            return None
        total = (total or 0.0) + reading.value
    return total

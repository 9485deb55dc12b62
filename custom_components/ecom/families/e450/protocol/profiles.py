"""Profiles of the bodies that carry no OBIS codes: which column is what, by utility.

A new utility's profile is one entry of ``PROFILES``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .clock import MeterTime
from .obis import ObisCode
from .registers import Quantity, lookup
from .values import Layout, Raw

METER_ID = ObisCode.parse("0-0:96.1.0")
CLOCK = ObisCode.parse("0-0:1.0.0")


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What the columns of a bare layout are, in order.

    A column holds the code of its register; :data:`METER_ID` and
    :data:`CLOCK` stand for the meter's bare id and for its time.
    """

    key: str
    layout: Layout
    title: str
    columns: tuple[ObisCode, ...]

    @property
    def id_column(self) -> int | None:
        """Return the index of the column with the meter's id, None without one."""
        return self.columns.index(METER_ID) if METER_ID in self.columns else None


def _columns(*texts: str) -> tuple[ObisCode, ...]:
    return tuple(map(ObisCode.parse, texts))


_BURGENLAND = _columns(
    *(f"1-0:{c}.7.0" for c in (32, 52, 72, 31, 51, 71, 1, 2)), "1-0:1.8.0", "1-0:2.8.0"
)
_VIENNA = _columns(*(f"1-0:{c}.{d}.0" for d in (8, 7) for c in (1, 2, 3, 4)))

PROFILES: tuple[Profile, ...] = (
    Profile(
        key="bare_14",
        layout=Layout.BARE_14,
        title="Netz Burgenland, with phase angles",
        columns=(
            *_BURGENLAND,
            *_columns("1-0:81.7.40", "1-0:81.7.51", "1-0:81.7.62"),
            METER_ID,
        ),
    ),
    Profile(
        key="bare_11",
        layout=Layout.BARE_11,
        title="Netz Burgenland",
        columns=(*_BURGENLAND, METER_ID),
    ),
    Profile(
        key="bare_9",
        layout=Layout.BARE_9,
        title="Wiener Netze",
        columns=(CLOCK, *_VIENNA),
    ),
    Profile(
        key="bare_2",
        layout=Layout.BARE_2,
        title="Thurgau, optical interface",
        columns=_columns("1-0:1.8.0", "1-0:2.8.0"),
    ),
)

# Raw values within which a reading is likely: what ranks profiles of one shape.
_LIKELY = {
    Quantity.VOLTAGE: range(4800),
    Quantity.CURRENT: range(20_000),
    Quantity.POWER: range(200_000),
    Quantity.REACTIVE_POWER: range(200_000),
    Quantity.POWER_FACTOR: range(1001),
    Quantity.FREQUENCY: range(49, 52),
    Quantity.ANGLE: range(401),
}


def propose(values: Sequence[Raw]) -> tuple[Profile, ...]:
    """Return the profiles that fit bare ``values`` by number and types, best first.

    Among profiles of one shape the better one has more columns whose values
    are likely for what they would measure.
    """
    fitting = [profile for profile in PROFILES if fits(profile, values)]
    if len(fitting) < 2:  # noqa: PLR2004 - nothing to rank
        return tuple(fitting)
    return tuple(sorted(fitting, key=lambda profile: _likeliness(profile, values), reverse=True))


def fits(profile: Profile, values: Sequence[Raw]) -> bool:
    """Return whether each value has a type that its column can take, and any is there at all."""
    return (
        len(values) == len(profile.columns)
        and any(raw is not None for raw in values)
        and all(map(_takes, profile.columns, values, strict=True))
    )


def _takes(code: ObisCode, raw: Raw) -> bool:
    match code:
        case _ if raw is None:
            return True
        case _ if code == CLOCK:
            return isinstance(raw, MeterTime)
        case _ if code == METER_ID:
            return isinstance(raw, str | bytes)
    # No bare layout has a column that can be negative.
    return isinstance(raw, int) and raw >= 0


def _likeliness(profile: Profile, values: Sequence[Raw]) -> int:
    return sum(map(_is_likely, profile.columns, values, strict=True))


def _is_likely(code: ObisCode, raw: Raw) -> bool:
    register = lookup(code)
    if register is None or not isinstance(raw, int):
        return False
    likely = _LIKELY.get(register.quantity)
    return raw >= 0 if likely is None else raw in likely

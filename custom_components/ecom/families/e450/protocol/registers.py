"""What each OBIS code measures, in which unit, and where that is known from."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .obis import ObisCode


class Quantity(StrEnum):
    """The kind of quantity; scalers can be overridden by it."""

    POWER = "power"
    ENERGY = "energy"
    REACTIVE_POWER = "reactive_power"
    REACTIVE_ENERGY = "reactive_energy"
    APPARENT_POWER = "apparent_power"
    APPARENT_ENERGY = "apparent_energy"
    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER_FACTOR = "power_factor"
    FREQUENCY = "frequency"
    ANGLE = "angle"
    VOLUME = "volume"
    TIME = "time"
    TARIFF = "tariff"
    BREAKER = "breaker"
    IDENTIFIER = "identifier"
    TEXT = "text"


class Direction(StrEnum):
    """Which way energy flows, or in which quadrant reactive energy lies."""

    IMPORT = "import"
    EXPORT = "export"
    Q1 = "q1"
    Q2 = "q2"
    Q3 = "q3"
    Q4 = "q4"


class Source(StrEnum):
    """Where it is known from that an E450 may send a code."""

    CAPTURE = "seen in a captured E450 telegram"
    EBL = "EBL Liestal's lists, gplug-mini interface specification 6.1"
    CIP = "Landis+Gyr's Swiss standard list on a live meter, whatwatt report-objects"
    SCS = "smartmeter-datacollector, cosem.py"
    STANDARD = "IEC 62056-6-1 alone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """What a C.D.E stands for, on whatever channel B it comes.

    ``name`` serves all phases and tariffs, which are its placeholders.
    ``unit`` applies once the raw value is scaled by ``10 ** scaler``, the
    E450's own; ``scaler`` is None where no source states it.
    """

    cde: str
    name: str
    quantity: Quantity
    unit: str | None = None
    scaler: int | None = 0
    phase: int | None = None
    tariff: int | None = None
    direction: Direction | None = None
    abstract: bool = False
    sources: tuple[tuple[int, Source], ...]

    @property
    def codes(self) -> dict[ObisCode, Source]:
        """Return the full codes, each with the source that has it on that channel."""
        media = 0 if self.abstract else 1
        return {
            ObisCode.parse(f"{media}-{channel}:{self.cde}"): source
            for channel, source in self.sources
        }


_UNITS = {
    Quantity.POWER: "W",
    Quantity.ENERGY: "Wh",
    Quantity.REACTIVE_POWER: "var",
    Quantity.REACTIVE_ENERGY: "varh",
    Quantity.APPARENT_POWER: "VA",
    Quantity.APPARENT_ENERGY: "VAh",
}
# C of the totals (IEC 62056-6-1 table 6), by kind of power and direction.
_TOTALS = {
    1: ("", Direction.IMPORT),
    2: ("", Direction.EXPORT),
    3: ("reactive_", Direction.IMPORT),
    4: ("reactive_", Direction.EXPORT),
    5: ("reactive_", Direction.Q1),
    6: ("reactive_", Direction.Q2),
    7: ("reactive_", Direction.Q3),
    8: ("reactive_", Direction.Q4),
    9: ("apparent_", Direction.IMPORT),
    10: ("apparent_", Direction.EXPORT),
}


def _on(source: Source, *channels: int) -> tuple[tuple[int, Source], ...]:
    return tuple((channel, source) for channel in channels)


_CAPTURED = _on(Source.CAPTURE, 0)
_STANDARD = _on(Source.STANDARD, 0)
_SUB_METERS = (1, 2, 3, 4)


def _quantity(kind: str, what: str) -> tuple[str, Quantity, str]:
    quantity = Quantity(kind + what)
    return kind + what, quantity, _UNITS[quantity]


def _powers() -> Iterator[Register]:
    for c, (kind, direction) in _TOTALS.items():
        name, quantity, unit = _quantity(kind, "power")
        yield Register(
            cde=f"{c}.7.0",
            name=f"{name}_{direction}",
            quantity=quantity,
            unit=unit,
            direction=direction,
            sources=_CAPTURED if c in {1, 2, 3, 4} else _STANDARD,
        )


# Which channels have an energy register, by C and tariff (E).
_ENERGY_SOURCES = {
    **{(c, 0): _on(Source.CAPTURE, 0, 1) for c in (1, 2, 3, 4)},
    **{(c, 0): _on(Source.SCS, 0) + _on(Source.CAPTURE, 1) for c in (5, 6, 7, 8)},
    **{(c, t): _CAPTURED + _on(Source.EBL, 1) for c in (1, 2) for t in (1, 2)},
    **{(c, t): _CAPTURED for c in (3, 4) for t in (1, 2)},
    **{(c, t): _on(Source.SCS, 0) for c in (5, 6, 7, 8) for t in (1, 2)},
}


def _energies() -> Iterator[Register]:
    for c, (kind, direction) in _TOTALS.items():
        name, quantity, unit = _quantity(kind, "energy")
        for tariff in range(5):
            yield Register(
                cde=f"{c}.8.{tariff}",
                name=f"{name}_{direction}" + ("_tariff" if tariff else ""),
                quantity=quantity,
                unit=unit,
                tariff=tariff or None,
                direction=direction,
                sources=_ENERGY_SOURCES.get((c, tariff), _STANDARD),
            )


def _phase_powers(phase: int) -> Iterator[Register]:
    for c in (1, 2, 3, 4):
        kind, direction = _TOTALS[c]
        name, quantity, unit = _quantity(kind, "power")
        yield Register(
            cde=f"{20 * phase + c}.7.0",
            name=f"{name}_{direction}_phase",
            quantity=quantity,
            unit=unit,
            phase=phase,
            direction=direction,
            sources=_on(Source.SCS if kind else Source.CAPTURE, 0) + _on(Source.CIP, 4),
        )


def _phase_energies(phase: int) -> Iterator[Register]:
    for c in (1, 2):
        direction = _TOTALS[c][1]
        yield Register(
            cde=f"{20 * phase + c}.8.0",
            name=f"energy_{direction}_phase",
            quantity=Quantity.ENERGY,
            unit="Wh",
            phase=phase,
            direction=direction,
            sources=_on(Source.SCS, 0),
        )


# Angle of the current to its own voltage (IEC 62056-6-1 table 9).
_ANGLES = {1: "81.7.40", 2: "81.7.51", 3: "81.7.62"}


def _phase_quality(phase: int) -> Iterator[Register]:
    rows = (
        (Quantity.CURRENT, f"{11 + 20 * phase}.7.0", "A", -2, Source.CAPTURE),
        (Quantity.VOLTAGE, f"{12 + 20 * phase}.7.0", "V", 0, Source.CAPTURE),
        (Quantity.POWER_FACTOR, f"{13 + 20 * phase}.7.0", "", -3, Source.SCS),
        (Quantity.ANGLE, _ANGLES[phase], "°", 0, Source.SCS),
    )
    for quantity, cde, unit, scaler, source in rows:
        yield Register(
            cde=cde,
            name=f"{quantity}_phase",
            quantity=quantity,
            unit=unit,
            scaler=scaler,
            phase=phase,
            sources=_on(source, 0),
        )


def _abstract(
    cde: str,
    name: str,
    quantity: Quantity,
    sources: tuple[tuple[int, Source], ...] = _CAPTURED,
    unit: str | None = None,
) -> Register:
    return Register(
        cde=cde,
        name=name,
        quantity=quantity,
        unit=unit,
        scaler=None,
        abstract=True,
        sources=sources,
    )


def _rows() -> Iterator[Register]:
    push_setups = _on(Source.CAPTURE, 8, 11) + _on(Source.EBL, 9)
    yield _abstract("1.0.0", "clock", Quantity.TIME)
    yield _abstract("42.0.0", "logical_device_name", Quantity.IDENTIFIER)
    yield _abstract("96.1.0", "device_id", Quantity.IDENTIFIER, _on(Source.CAPTURE, *range(5)))
    yield _abstract("96.1.1", "device_id_2", Quantity.IDENTIFIER)
    yield _abstract("96.1.7", "meter_type", Quantity.IDENTIFIER, _STANDARD)
    yield _abstract("96.3.0", "control_signals", Quantity.TEXT)
    yield _abstract("96.3.10", "breaker_state", Quantity.BREAKER)
    yield _abstract("96.13.0", "message_text", Quantity.TEXT, _on(Source.EBL, 0))
    yield _abstract("96.13.1", "message_code", Quantity.TEXT, _on(Source.EBL, 0))
    yield _abstract("96.14.0", "active_tariff", Quantity.TARIFF)
    yield _abstract("25.9.0", "push_setup", Quantity.TEXT, push_setups)
    yield _abstract("24.1.0", "sub_meter_id", Quantity.IDENTIFIER, _on(Source.EBL, *_SUB_METERS))
    # Gas, water and heat come under one code; what it counts and its scaler
    # are the sub-meter's own, so that the value stays raw until stated.
    yield _abstract("24.2.1", "sub_meter", Quantity.VOLUME, _on(Source.CAPTURE, *_SUB_METERS), "m³")
    yield from _powers()
    yield from _energies()
    yield Register(
        cde="13.7.0",
        name="power_factor",
        quantity=Quantity.POWER_FACTOR,
        unit="",
        scaler=-3,
        sources=_CAPTURED,
    )
    yield Register(
        cde="14.7.0",
        name="frequency",
        quantity=Quantity.FREQUENCY,
        unit="Hz",
        sources=_CAPTURED,
    )
    for phase in (1, 2, 3):
        yield from _phase_powers(phase)
        yield from _phase_energies(phase)
        yield from _phase_quality(phase)


REGISTERS: tuple[Register, ...] = tuple(_rows())
"""Every register that ECOM knows, by C.D.E."""

_BY_CDE = {tuple(map(int, register.cde.split("."))): register for register in REGISTERS}
_NOT_USED = 255


def lookup(code: ObisCode) -> Register | None:
    """Return the register of a code, None if ECOM does not know it.

    An electrical quantity is known by C.D.E on any channel B, an abstract one
    (the meter's names, sub-meters) only on the channels where it has been
    seen; a past billing period (F) is another value and so unknown.
    """
    register = _BY_CDE.get(code[2:5])
    if register is None or code.f != _NOT_USED or code.a != (0 if register.abstract else 1):
        return None
    if register.abstract and all(code.b != channel for channel, _ in register.sources):
        return None
    return register

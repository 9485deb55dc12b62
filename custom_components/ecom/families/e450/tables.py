"""What each register of the meter becomes in Home Assistant."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    DEGREE,
    MAX_LENGTH_STATE_STATE,
    EntityCategory,
    Platform,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactiveEnergy,
    UnitOfReactivePower,
    UnitOfVolume,
)
from homeassistant.helpers.typing import StateType

from ...binary_sensor import EcomBinarySensorDescription
from ...ports import Kind, Reading
from ...sensor import EcomSensorDescription
from .models import Measured, MeterState, Track
from .protocol.obis import ObisCode
from .protocol.registers import REGISTERS, Quantity, Register

TRANSLATION_KEYS: Final = {
    Platform.SENSOR: frozenset(register.name for register in REGISTERS) - {"clock"} | {"register"}
}
"""The names of registers are made up by the table of registers, not written out here."""

KINDS: Final[Mapping[Quantity, Kind]] = {
    Quantity.POWER: Kind.POWER,
    Quantity.ENERGY: Kind.ENERGY,
    Quantity.VOLUME: Kind.VOLUME,
}
"""The quantities that are ports as well."""

BREAKER: Final[Mapping[Measured, str]] = {0: "disconnected", 1: "connected", 2: "ready"}
"""Control state of a disconnect control, class 70 attribute 3 (Blue Book 4.5.8)."""

MEASUREMENT: Final = SensorStateClass.MEASUREMENT
TOTAL: Final = SensorStateClass.TOTAL_INCREASING

type Class = tuple[SensorDeviceClass | None, SensorStateClass | None, str | None]

CLASSES: Final[Mapping[Quantity, Class]] = {
    Quantity.POWER: (SensorDeviceClass.POWER, MEASUREMENT, UnitOfPower.WATT),
    Quantity.ENERGY: (SensorDeviceClass.ENERGY, TOTAL, UnitOfEnergy.WATT_HOUR),
    Quantity.REACTIVE_POWER: (
        SensorDeviceClass.REACTIVE_POWER,
        MEASUREMENT,
        UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
    ),
    Quantity.REACTIVE_ENERGY: (
        SensorDeviceClass.REACTIVE_ENERGY,
        TOTAL,
        UnitOfReactiveEnergy.VOLT_AMPERE_REACTIVE_HOUR,
    ),
    Quantity.APPARENT_POWER: (
        SensorDeviceClass.APPARENT_POWER,
        MEASUREMENT,
        UnitOfApparentPower.VOLT_AMPERE,
    ),
    Quantity.APPARENT_ENERGY: (None, TOTAL, "VAh"),
    Quantity.VOLTAGE: (SensorDeviceClass.VOLTAGE, MEASUREMENT, UnitOfElectricPotential.VOLT),
    Quantity.CURRENT: (SensorDeviceClass.CURRENT, MEASUREMENT, UnitOfElectricCurrent.AMPERE),
    Quantity.POWER_FACTOR: (SensorDeviceClass.POWER_FACTOR, MEASUREMENT, None),
    Quantity.FREQUENCY: (SensorDeviceClass.FREQUENCY, MEASUREMENT, UnitOfFrequency.HERTZ),
    Quantity.ANGLE: (None, SensorStateClass.MEASUREMENT_ANGLE, DEGREE),
    Quantity.VOLUME: (SensorDeviceClass.VOLUME, TOTAL, UnitOfVolume.CUBIC_METERS),
    Quantity.BREAKER: (SensorDeviceClass.ENUM, None, None),
}

MEDIA: Final[Mapping[str, Class]] = {
    "water": (SensorDeviceClass.WATER, TOTAL, UnitOfVolume.CUBIC_METERS),
    "gas": (SensorDeviceClass.GAS, TOTAL, UnitOfVolume.CUBIC_METERS),
    "heat": (SensorDeviceClass.ENERGY, TOTAL, UnitOfEnergy.KILO_WATT_HOUR),
}
"""What a sub-meter on the M-Bus counts, as the user says in the options."""

PLAIN: Final[Class] = (None, None, None)
HIDDEN: Final = frozenset(
    {Quantity.TIME, Quantity.IDENTIFIER, Quantity.TEXT, Quantity.TARIFF, Quantity.ANGLE}
)
"""Known, but of interest to few: diagnostic, and disabled until wanted."""


def register_sensor(
    code: ObisCode, track: Track, medium: str | None = None
) -> EcomSensorDescription[MeterState]:
    """Describe the sensor of one register; an unknown one is diagnostic and disabled.

    ``medium`` is what a sub-meter counts, where the user said so.
    """
    register = track.register
    quantity = None if register is None else register.quantity
    device_class, state_class, unit = _classes(register, track, medium)
    hidden = quantity is None or quantity in HIDDEN
    return EcomSensorDescription[MeterState](
        key=str(code),
        translation_key="register" if register is None else register.name,
        device_class=device_class,
        state_class=state_class,
        native_unit_of_measurement=unit,
        options=list(BREAKER.values()) if quantity is Quantity.BREAKER else None,
        entity_category=EntityCategory.DIAGNOSTIC if hidden else None,
        entity_registry_enabled_default=not hidden,
        suggested_display_precision=0 if quantity is Quantity.POWER else None,
        reading=lambda state: _shown(state, code),
    )


def placeholders(code: ObisCode, register: Register | None) -> dict[str, str]:
    """Return what a register's name is filled in with: one text serves all phases."""
    return {
        "code": str(code),
        "channel": str(code.b),
        "phase": "" if register is None else f"L{register.phase}",
        "tariff": "" if register is None else str(register.tariff),
    }


def net_power(state: MeterState) -> Reading[float] | None:
    """Return import less export, in W, positive = into the site.

    It is as old as the older of the two and holds as long as the shorter. A
    meter that never reported export is taken as one that only imports.
    """
    imported = _first(state, "power_import")
    exported = _first(state, "power_export")
    if imported is None or exported is None:
        return None if imported is None else _number(imported, imported.value)
    if imported.value is None or exported.value is None:
        return _number(imported, None)
    older = min(imported, exported, key=lambda reading: reading.measured_at)
    net = float(imported.value) - float(exported.value)
    return Reading(
        value=net,
        measured_at=older.measured_at,
        valid_for=min(imported.valid_for, exported.valid_for),
    )


def as_number(state: MeterState, code: ObisCode) -> Reading[float] | None:
    """Return a numeric register as a port reads it."""
    reading = state.reading(code)
    return None if reading is None else _number(reading, reading.value)


def _number(reading: Reading[Measured], value: Measured) -> Reading[float]:
    return Reading(
        value=None if value is None else float(value),
        measured_at=reading.measured_at,
        valid_for=reading.valid_for,
    )


def _first(state: MeterState, name: str) -> Reading[Measured] | None:
    """Return the first register of that name, on whatever channel it comes."""
    for track in state.tracks.values():
        if track.register is not None and track.register.name == name:
            return track.reading
    return None


def _classes(register: Register | None, track: Track, medium: str | None) -> Class:
    """Return the classes of a register; without a scaler it is a plain number."""
    if register is None or register.quantity not in CLASSES:
        return PLAIN
    if register.unit and track.unit is None:
        return PLAIN
    if register.quantity is Quantity.VOLUME:
        return MEDIA.get(medium or "", CLASSES[Quantity.VOLUME])
    return CLASSES[register.quantity]


def _shown(state: MeterState, code: ObisCode) -> Reading[Measured] | None:
    """Return a register's reading as a state can show it: a breaker in words, a text cut."""
    track = state.tracks.get(code)
    if track is None:
        return None
    value = track.reading.value
    if track.register is not None and track.register.quantity is Quantity.BREAKER:
        return replace(track.reading, value=BREAKER.get(value))
    if isinstance(value, str):
        return replace(track.reading, value=value[:MAX_LENGTH_STATE_STATE])
    return track.reading


NET_POWER: Final = EcomSensorDescription[MeterState](
    key="power",
    translation_key="net_power",
    device_class=SensorDeviceClass.POWER,
    state_class=MEASUREMENT,
    native_unit_of_measurement=UnitOfPower.WATT,
    suggested_display_precision=0,
    reading=net_power,
)


def _always[T](value: T) -> Reading[T]:
    """Return a reading of ECOM's own, which never goes stale."""
    return Reading(value=value, measured_at=datetime.now(UTC), valid_for=timedelta.max)


def _health(state: MeterState) -> Reading[str]:
    health = state.health
    if health.last_seen is None:
        return _always("waiting")
    if health.silent:
        return _always("silent")
    return _always("refusing" if health.refusing else "good")


def _counts(state: MeterState) -> Mapping[str, StateType]:
    """Return the telegrams by kind, as they were at the last full minute."""
    return dict(state.health.shown)


HEALTH: Final = (
    EcomSensorDescription[MeterState](
        key="health",
        translation_key="health",
        device_class=SensorDeviceClass.ENUM,
        options=["waiting", "good", "refusing", "silent"],
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=_health,
        attributes=_counts,
    ),
    EcomSensorDescription[MeterState](
        key="last_seen",
        translation_key="last_seen",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        reading=lambda state: _always(state.health.last_seen),
    ),
    EcomSensorDescription[MeterState](
        key="clock",
        translation_key="clock",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        reading=lambda state: state.clock,
    ),
)

HEARD: Final = EcomBinarySensorDescription[MeterState](
    key="heard",
    translation_key="heard",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    reading=lambda state: _always(state.health.last_seen is not None and not state.health.silent),
)

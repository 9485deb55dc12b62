"""What each quantity of a plug, strip or meter becomes in Home Assistant."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.components.switch.const import SwitchDeviceClass
from homeassistant.const import (
    EntityCategory,
    Platform,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
)

from .binary_sensor import EcomBinarySensorDescription
from .plugs import PlugState, Quantity
from .ports import NEVER, Kind, Reading
from .sensor import EcomSensorDescription
from .switch import EcomSwitchDescription

type Description = (
    EcomSensorDescription[PlugState]
    | EcomBinarySensorDescription[PlugState]
    | EcomSwitchDescription[PlugState]
)
type Command = Callable[[bool], Awaitable[None]]

PORT_KINDS: Final[Mapping[Quantity, Kind]] = {
    Quantity.STATE: Kind.SWITCH,
    Quantity.POWER: Kind.POWER,
    Quantity.ENERGY: Kind.ENERGY,
    Quantity.RETURNED: Kind.ENERGY,
}
"""The quantities that are ports as well."""

CLASSES: Final[Mapping[Quantity, tuple[SensorDeviceClass, SensorStateClass, str, int]]] = {
    Quantity.POWER: (
        SensorDeviceClass.POWER,
        SensorStateClass.MEASUREMENT,
        UnitOfPower.WATT,
        1,
    ),
    Quantity.VOLTAGE: (
        SensorDeviceClass.VOLTAGE,
        SensorStateClass.MEASUREMENT,
        UnitOfElectricPotential.VOLT,
        1,
    ),
    Quantity.CURRENT: (
        SensorDeviceClass.CURRENT,
        SensorStateClass.MEASUREMENT,
        UnitOfElectricCurrent.AMPERE,
        2,
    ),
    Quantity.ENERGY: (
        SensorDeviceClass.ENERGY,
        SensorStateClass.TOTAL_INCREASING,
        UnitOfEnergy.WATT_HOUR,
        1,
    ),
    Quantity.RETURNED: (
        SensorDeviceClass.ENERGY,
        SensorStateClass.TOTAL_INCREASING,
        UnitOfEnergy.WATT_HOUR,
        1,
    ),
}
"""Device class, state class, unit and digits."""

TRANSLATION_KEYS: Final = {
    Platform.SENSOR: [f"plug_{quantity}" for quantity in CLASSES],
    Platform.SWITCH: ["plug_outlet"],
}
"""Keys of texts that are made at run time."""


def reader[T](channel: str, quantity: Quantity) -> Callable[[PlugState], Reading[T] | None]:
    """Return what finds a quantity of a channel."""

    def reading(state: PlugState) -> Reading[T] | None:
        return state.reading(channel, quantity)

    return reading


def sensor(channel: str, quantity: Quantity) -> EcomSensorDescription[PlugState]:
    """Return the sensor of a quantity of a channel."""
    device_class, state_class, unit, digits = CLASSES[quantity]
    return EcomSensorDescription[PlugState](
        key=f"{channel}/{quantity}",
        translation_key=f"plug_{quantity}",
        device_class=device_class,
        state_class=state_class,
        native_unit_of_measurement=unit,
        suggested_display_precision=digits,
        reading=reader(channel, quantity),
    )


def switch(channel: str, command: Command) -> EcomSwitchDescription[PlugState]:
    """Return the switch of an outlet."""
    return EcomSwitchDescription[PlugState](
        key=f"{channel}/{Quantity.STATE}",
        translation_key="plug_outlet",
        device_class=SwitchDeviceClass.OUTLET,
        reading=reader(channel, Quantity.STATE),
        command=command,
    )


def _reachable(state: PlugState) -> Reading[bool]:
    return Reading(value=state.reachable, measured_at=NEVER, valid_for=timedelta.max)


REACHABLE: Final = EcomBinarySensorDescription[PlugState](
    key="reachable",
    translation_key="plug_reachable",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    reading=_reachable,
)

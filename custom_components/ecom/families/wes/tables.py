"""What each value of a page becomes in Home Assistant."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.components.switch.const import SwitchDeviceClass
from homeassistant.const import (
    LIGHT_LUX,
    PERCENTAGE,
    EntityCategory,
    Platform,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfVolume,
)

from ...binary_sensor import EcomBinarySensorDescription
from ...ports import NEVER, Reading
from ...ports import Kind as PortKind
from ...sensor import EcomSensorDescription
from ...switch import EcomSwitchDescription
from .models import WesState
from .protocol import COUNTERS, Colour, Contract, Kind, Period, Point, Quantity
from .settings import Medium, ProbeKind, Settings

type Description = (
    EcomSensorDescription[WesState]
    | EcomBinarySensorDescription[WesState]
    | EcomSwitchDescription[WesState]
)
type Command = Callable[[bool], Awaitable[None]]
type Class = tuple[SensorDeviceClass | None, SensorStateClass | None, str | None]

MEASUREMENT: Final = SensorStateClass.MEASUREMENT
TOTAL: Final = SensorStateClass.TOTAL_INCREASING

CURRENT: Final[Class] = (
    SensorDeviceClass.CURRENT,
    MEASUREMENT,
    UnitOfElectricCurrent.AMPERE,
)
VOLTAGE: Final[Class] = (
    SensorDeviceClass.VOLTAGE,
    MEASUREMENT,
    UnitOfElectricPotential.VOLT,
)
ENERGY: Final[Class] = (SensorDeviceClass.ENERGY, TOTAL, UnitOfEnergy.WATT_HOUR)
APPARENT: Final[Class] = (
    SensorDeviceClass.APPARENT_POWER,
    MEASUREMENT,
    UnitOfApparentPower.VOLT_AMPERE,
)
STATED: Final[Class] = (SensorDeviceClass.ENUM, None, None)
PLAIN: Final[Class] = (None, MEASUREMENT, None)

CLASSES: Final[Mapping[Quantity, Class]] = {
    **dict.fromkeys(COUNTERS, ENERGY),
    **{quantity: CURRENT for quantity in Quantity if quantity.unit == "A"},
    **{quantity: VOLTAGE for quantity in Quantity if quantity.unit == "V"},
    Quantity.APPARENT_POWER: APPARENT,
    Quantity.INJECTED_POWER: APPARENT,
    Quantity.POWER: (SensorDeviceClass.POWER, MEASUREMENT, UnitOfPower.WATT),
    Quantity.CONTRACT: STATED,
    Quantity.PERIOD: STATED,
    Quantity.TOMORROW: STATED,
    Quantity.VALUE: PLAIN,
}

PROBES: Final[Mapping[ProbeKind, Class]] = {
    ProbeKind.TEMPERATURE: (
        SensorDeviceClass.TEMPERATURE,
        MEASUREMENT,
        UnitOfTemperature.CELSIUS,
    ),
    ProbeKind.HUMIDITY: (SensorDeviceClass.HUMIDITY, MEASUREMENT, PERCENTAGE),
    ProbeKind.LIGHT: (SensorDeviceClass.ILLUMINANCE, MEASUREMENT, LIGHT_LUX),
}

WATER: Final[Class] = (SensorDeviceClass.WATER, TOTAL, UnitOfVolume.CUBIC_METERS)
GAS: Final[Class] = (SensorDeviceClass.GAS, TOTAL, UnitOfVolume.CUBIC_METERS)
MEDIA: Final[Mapping[Medium | None, Class]] = {
    None: (None, None, None),
    Medium.WATER_L: WATER,
    Medium.WATER_M3: WATER,
    Medium.GAS_L: GAS,
    Medium.GAS_M3: GAS,
    Medium.HEAT_WH: ENERGY,
    Medium.HEAT_KWH: ENERGY,
    Medium.ELECTRICITY_WH: ENERGY,
    Medium.ELECTRICITY_KWH: ENERGY,
}

OPTIONS: Final[Mapping[Quantity, list[str]]] = {
    Quantity.CONTRACT: [*Contract],
    Quantity.PERIOD: [*Period],
    Quantity.TOMORROW: [*Colour],
}

DIAGNOSTIC: Final = frozenset(
    {
        Quantity.CONTRACT,
        Quantity.MAX_CURRENT,
        Quantity.MAX_CURRENT_1,
        Quantity.MAX_CURRENT_2,
        Quantity.MAX_CURRENT_3,
        Quantity.SUBSCRIBED_CURRENT,
    }
)
UNCOMMON: Final = frozenset({Kind.ANALOG, Kind.SWITCH, Kind.VARIABLE})
"""A page states them all, used or not: disabled until wanted."""

CHILDREN: Final = frozenset({Kind.TELEINFO, Kind.CLAMP, Kind.COUNTER, Kind.PROBE})
"""The inputs that have a device of their own."""

NAMES: Final[Mapping[Kind, str]] = {
    Kind.RELAY: "relay",
    Kind.INPUT: "input",
    Kind.ANALOG: "analog",
    Kind.SWITCH: "switch",
    Kind.VARIABLE: "variable",
    Kind.MAINS: "mains",
}
"""The texts of what belongs to the server itself; the others go by quantity."""

TRANSLATION_KEYS: Final = {
    Platform.SENSOR: frozenset(
        {
            f"wes_{quantity.partition('_')[0]}_phase"
            for quantity in Quantity
            if quantity[-1].isdigit()
        }
        - {"wes_max_phase"}
        | {"wes_max_current_phase"}
        | {f"wes_{quantity}" for quantity in CLASSES if not quantity[-1].isdigit()}
        | {f"wes_{medium.partition('_')[0]}" for medium in Medium}
        | {f"wes_{kind}" for kind in ProbeKind}
        | {"wes_index", "wes_analog", "wes_variable", "wes_mains"}
    )
    - {"wes_value"},
    Platform.BINARY_SENSOR: frozenset({"wes_relay", "wes_input", "wes_ejp_notice", "wes_switch"}),
    Platform.SWITCH: frozenset({"wes_relay", "wes_switch"}),
}
"""Names that this table makes up from those of the quantities."""


def port_kind(point: Point, settings: Settings) -> PortKind | None:
    """Return what a point is to the Site, None where it is nothing to it."""
    match point:
        case Point(quantity=Quantity.POWER):
            return PortKind.POWER
        case Point(kind=Kind.RELAY | Kind.SWITCH):
            return PortKind.SWITCH
        case Point(kind=Kind.PROBE):
            temperature = settings.probe_kind(point.number) is ProbeKind.TEMPERATURE
            return PortKind.TEMPERATURE if temperature else None
        case Point(kind=Kind.COUNTER, quantity=Quantity.INDEX):
            return _counter_kind(settings.media.get(point.number))
        case Point(quantity=quantity) if quantity in COUNTERS:
            return PortKind.ENERGY
    return None


def _counter_kind(medium: Medium | None) -> PortKind | None:
    if medium is None:
        return None
    if medium.is_volume:
        return PortKind.VOLUME
    heat = medium in (Medium.HEAT_WH, Medium.HEAT_KWH)
    return PortKind.HEAT if heat else PortKind.ENERGY


def unit_of(point: Point, settings: Settings) -> str:
    """Return the unit of a point, empty where it has none."""
    return _class(point, settings)[2] or ""


def reader(point: Point) -> Callable[[WesState], Reading[Any] | None]:
    """Return the function that finds a point's reading."""
    return lambda state: state.readings.get(point)


def describe(
    point: Point, settings: Settings, command: Command | None
) -> tuple[Platform, Description]:
    """Return the platform and the description of a point's entity.

    ``command`` switches it; without one a relay can only be looked at.
    """
    if command is not None:
        return Platform.SWITCH, _switch(point, command)
    if point.quantity in (Quantity.STATE, Quantity.EJP_NOTICE):
        return Platform.BINARY_SENSOR, _binary_sensor(point)
    return Platform.SENSOR, _sensor(point, settings)


def placeholders(point: Point) -> dict[str, str]:
    """Return what fills the name of a point's entity in."""
    if point.kind in CHILDREN:
        last = point.quantity[-1]
        return {"phase": f"L{last}"} if last.isdigit() else {}
    return {"number": str(point.number)}


def _switch(point: Point, command: Command) -> EcomSwitchDescription[WesState]:
    return EcomSwitchDescription[WesState](
        key=str(point),
        translation_key=f"wes_{NAMES[point.kind]}",
        device_class=SwitchDeviceClass.SWITCH,
        entity_registry_enabled_default=point.kind not in UNCOMMON,
        reading=reader(point),
        command=command,
    )


def _binary_sensor(point: Point) -> EcomBinarySensorDescription[WesState]:
    name = "ejp_notice" if point.kind is Kind.TELEINFO else NAMES[point.kind]
    return EcomBinarySensorDescription[WesState](
        key=str(point),
        translation_key=f"wes_{name}",
        entity_registry_enabled_default=point.kind not in UNCOMMON,
        reading=reader(point),
    )


def _sensor(point: Point, settings: Settings) -> EcomSensorDescription[WesState]:
    device_class, state_class, unit = _class(point, settings)
    power = point.quantity in (
        Quantity.POWER,
        Quantity.APPARENT_POWER,
        Quantity.INJECTED_POWER,
    )
    return EcomSensorDescription[WesState](
        key=str(point),
        translation_key=f"wes_{_name(point, settings)}",
        device_class=device_class,
        state_class=state_class,
        native_unit_of_measurement=unit,
        options=OPTIONS.get(point.quantity),
        entity_category=EntityCategory.DIAGNOSTIC if point.quantity in DIAGNOSTIC else None,
        entity_registry_enabled_default=point.kind not in UNCOMMON
        and not point.quantity.startswith("max_"),
        suggested_display_precision=0 if power else None,
        reading=reader(point),
    )


def _class(point: Point, settings: Settings) -> Class:
    match point.kind:
        case Kind.PROBE:
            return PROBES[settings.probe_kind(point.number)]
        case Kind.COUNTER if point.quantity is Quantity.INDEX:
            return MEDIA[settings.media.get(point.number)]
    return CLASSES[point.quantity]


def _name(point: Point, settings: Settings) -> str:
    """Return the text of a sensor: of its kind, its medium, or its quantity."""
    match point.kind:
        case Kind.PROBE:
            return settings.probe_kind(point.number)
        case Kind.COUNTER if point.quantity is Quantity.INDEX:
            medium = settings.media.get(point.number)
            return "index" if medium is None else medium.partition("_")[0]
        case kind if kind in NAMES:
            return NAMES[kind]
    quantity = point.quantity
    return f"{quantity[:-2]}_phase" if quantity[-1].isdigit() else quantity


def _lasting(value: Any) -> Reading[Any]:
    """Return a reading of our own, which holds until there is another one."""
    return Reading(value=value, measured_at=NEVER, valid_for=timedelta.max)


REACHABLE: Final = EcomBinarySensorDescription[WesState](
    key="reachable",
    translation_key="wes_reachable",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    reading=lambda state: _lasting(state.reachable),
)
LAST_READ: Final = EcomSensorDescription[WesState](
    key="last_read",
    translation_key="wes_last_read",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    reading=lambda state: _lasting(state.read_at),
)

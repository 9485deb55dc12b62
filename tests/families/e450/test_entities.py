"""What an E450 becomes in Home Assistant: when values appear, last, and return."""

from typing import Any

import pytest
from homeassistant.components.sensor import (
    ATTR_STATE_CLASS,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT, EntityCategory
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.families.e450.protocol.values import Raw
from custom_components.ecom.ports import Kind
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import (
    E570,
    EXPORT,
    IMPORT,
    IMPORTED,
    METER,
    SUB_METER,
    Voice,
)

MESSAGE = "0-0:96.13.0"
UNKNOWN_CODE = "1-0:99.42.1"
VALUES: dict[str, Raw] = {IMPORT: 28, EXPORT: 0, IMPORTED: 886_977}


async def test_a_value_appears_when_it_is_first_seen(meter: MeterAtHome) -> None:
    """No sensor is made for what a meter might say; one is made when it has said it."""
    await meter.move_in()
    assert meter.house.entity_id(meter.key(IMPORT)) is None
    await meter.says({IMPORT: 28, IMPORTED: 886_977})
    assert meter.shown(IMPORT) == "28"
    assert meter.shown(IMPORTED) == "886977"
    assert meter.shown("power") == "28.0"
    assert meter.house.entity_id(meter.key(EXPORT)) is None
    await meter.says({IMPORT: 0, EXPORT: 500})
    assert meter.shown("power") == "-500.0"


async def test_the_device_is_the_meter(meter: MeterAtHome) -> None:
    """Maker, model and serial number stand on the device."""
    await meter.move_in()
    devices = dr.async_get(meter.house.hass)
    device = devices.async_get_device_by_identifier((DOMAIN, f"e450:{METER}"), meter.entry.entry_id)
    assert device is not None
    assert (device.manufacturer, device.model) == ("Landis+Gyr", "E450")
    assert (device.name, device.serial_number) == ("My meter", METER)


async def test_values_are_there_again_after_a_restart(meter: MeterAtHome) -> None:
    """A meter that is silent after a restart still shows what it said, while it holds."""
    await meter.move_in()
    await meter.says({**VALUES, "1-0:31.7.0": 49, UNKNOWN_CODE: 5})
    await meter.house.reload(meter.entry)
    assert meter.shown("health") == "waiting"
    assert meter.shown(IMPORT) == "28"
    assert meter.shown("1-0:31.7.0") == "0.49"
    state = meter.house.state(meter.key(IMPORTED))
    assert state.state == "886977"
    assert state.attributes[ATTR_DEVICE_CLASS] == SensorDeviceClass.ENERGY
    assert state.attributes[ATTR_STATE_CLASS] == SensorStateClass.TOTAL_INCREASING
    assert state.attributes[ATTR_UNIT_OF_MEASUREMENT] == "Wh"


async def test_what_is_known_is_stored_while_the_meter_talks(
    meter: MeterAtHome, hass_storage: dict[str, Any]
) -> None:
    """A power cut costs five minutes of memory, however often the meter speaks."""
    await meter.move_in()
    for number in range(70):
        await meter.says({IMPORT: 28, IMPORTED: 1000 + number})
        await meter.house.later(seconds=5)
    stored = hass_storage[f"ecom.e450.{meter.entry.entry_id}"]["data"]
    assert int(stored["registers"][IMPORTED]["value"]) >= 1055


async def test_a_counter_that_fell_during_a_restart_is_refused(meter: MeterAtHome) -> None:
    """The second line remembers what was read before."""
    await meter.move_in()
    await meter.says({IMPORTED: 886_977})
    await meter.house.reload(meter.entry)
    await meter.back()
    await meter.says({IMPORTED: 886_976})
    assert meter.shown(IMPORTED) == "886977"


async def test_values_go_stale_by_their_own_cadence(meter: MeterAtHome) -> None:
    """Power that came every 10 s goes after 35 s; energy that comes each quarter-hour stays."""
    await meter.move_in()
    await meter.says({IMPORTED: 1000})
    for n in range(5):
        await meter.says({IMPORT: n})
        await meter.house.later(seconds=10)
    await meter.house.later(seconds=25)
    assert meter.shown(IMPORT) == "4"
    await meter.house.later(seconds=0.1)
    assert meter.shown(IMPORT) == "unavailable"
    assert meter.shown(IMPORTED) == "1000"
    await meter.house.later(minutes=20)
    assert meter.shown(IMPORTED) == "unavailable"
    await meter.says({IMPORT: 5, IMPORTED: 1001})
    assert meter.shown(IMPORT) == "5"
    assert meter.shown(IMPORTED) == "1001"


async def test_an_absent_value_is_unknown(meter: MeterAtHome) -> None:
    """A register that is there without a value shows that it has none."""
    await meter.move_in()
    await meter.says(VALUES)
    await meter.says({IMPORT: None, EXPORT: 0})
    assert meter.shown(IMPORT) == "unknown"
    assert meter.shown("power") == "unknown"


async def test_an_unknown_register_is_kept_out_of_the_way(meter: MeterAtHome) -> None:
    """A code that ECOM does not know becomes a disabled diagnostic sensor."""
    await meter.move_in()
    await meter.says({UNKNOWN_CODE: 5})
    entity_id = meter.house.entity_id(meter.key(UNKNOWN_CODE))
    assert entity_id is not None
    entity = er.async_get(meter.house.hass).async_get(entity_id)
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert entity.entity_category is EntityCategory.DIAGNOSTIC
    assert entity.original_name == f"Register {UNKNOWN_CODE}"


@pytest.mark.parametrize("code", [IMPORTED, "1-0:2.8.0", "1-1:1.8.1", "1-1:2.8.2", "1-0:21.8.0"])
async def test_the_energy_dashboard_takes_it(meter: MeterAtHome, code: str) -> None:
    """Energy in Wh, ever growing: what the Energy dashboard asks of a sensor."""
    await meter.move_in()
    await meter.says({code: 1000})
    attributes = meter.house.state(meter.key(code)).attributes
    assert attributes[ATTR_DEVICE_CLASS] == SensorDeviceClass.ENERGY
    assert attributes[ATTR_STATE_CLASS] == SensorStateClass.TOTAL_INCREASING
    assert attributes[ATTR_UNIT_OF_MEASUREMENT] == "Wh"


@pytest.mark.parametrize(
    ("medium", "device_class", "unit"),
    [("water", "water", "m³"), ("gas", "gas", "m³"), ("heat", "energy", "kWh")],
)
async def test_a_sub_meter_is_what_the_user_says(
    meter: MeterAtHome, medium: str, device_class: str, unit: str
) -> None:
    """A sub-meter on the M-Bus does not say what it counts, nor in which unit."""
    options = {"media": {"1": medium}, "scalers": {"volume": -3}}
    await meter.move_in(options=options)
    await meter.says({SUB_METER: 12_345})
    state = meter.house.state(meter.key(SUB_METER))
    assert state.state == "12.345"
    assert state.attributes[ATTR_DEVICE_CLASS] == device_class
    assert state.attributes[ATTR_UNIT_OF_MEASUREMENT] == unit
    assert state.attributes[ATTR_STATE_CLASS] == SensorStateClass.TOTAL_INCREASING


async def test_a_value_without_a_scaler_is_a_plain_number(meter: MeterAtHome) -> None:
    """What nobody has stated is not made up: no unit, no class, and no port to add up."""
    await meter.move_in()
    meter.voice = Voice(destination=E570)
    await meter.says({IMPORT: 123, IMPORTED: 456, SUB_METER: 7})
    for code in (IMPORT, IMPORTED, SUB_METER):
        attributes = meter.house.state(meter.key(code)).attributes
        assert ATTR_UNIT_OF_MEASUREMENT not in attributes
        assert ATTR_DEVICE_CLASS not in attributes
    assert not meter.source.ports
    assert meter.house.entity_id(meter.key("power")) is None


async def test_a_scaler_that_is_stated_later_gives_values_their_unit(
    meter: MeterAtHome,
) -> None:
    """Once the user has stated the scalers, everything is as if it had always been so."""
    await meter.move_in()
    meter.voice = Voice(destination=E570)
    await meter.says({IMPORT: 123, IMPORTED: 456})
    hass = meter.house.hass
    options: dict[str, Any] = {"scalers": {"power": -1, "energy": 3}}
    hass.config_entries.async_update_entry(meter.entry, options=options)
    await meter.house.reload(meter.entry)
    await meter.back()
    await meter.says({IMPORT: 123, IMPORTED: 456})
    assert meter.shown("power") == "12.3"
    assert meter.shown(IMPORTED) == "456000"
    assert meter.house.state(meter.key(IMPORTED)).attributes[ATTR_UNIT_OF_MEASUREMENT] == "Wh"
    hass.config_entries.async_update_entry(meter.entry, options={"scalers": {"energy": 0}})
    await meter.house.reload(meter.entry)
    await meter.back()
    await meter.says({IMPORTED: 457})
    assert meter.shown(IMPORTED) == "457"


async def test_a_text_that_is_too_long_is_cut(meter: MeterAtHome) -> None:
    """A state holds 255 characters; a message of the utility may be longer."""
    await meter.move_in()
    await meter.says({MESSAGE: "x" * 300})
    hass = meter.house.hass
    entity_id = meter.house.entity_id(meter.key(MESSAGE))
    assert entity_id is not None
    er.async_get(hass).async_update_entity(entity_id, disabled_by=None)
    await meter.house.reload(meter.entry)
    assert meter.shown(MESSAGE) == "x" * 255


async def test_the_breaker_has_words(meter: MeterAtHome) -> None:
    """A number that stands for a state is shown as that state."""
    await meter.move_in()
    await meter.says({"0-0:96.3.10": 1})
    assert meter.shown("0-0:96.3.10") == "connected"
    await meter.says({"0-0:96.3.10": 0})
    assert meter.shown("0-0:96.3.10") == "disconnected"


async def test_ports_come_with_their_registers(meter: MeterAtHome) -> None:
    """What the Site can add up is offered as soon as it is seen."""
    await meter.move_in()
    assert not meter.source.ports
    await meter.says({**VALUES, "1-0:32.7.0": 230})
    kinds = {key.partition("/")[2]: port.kind for key, port in meter.source.ports.items()}
    assert kinds == {
        "power": Kind.POWER,
        IMPORT: Kind.POWER,
        EXPORT: Kind.POWER,
        IMPORTED: Kind.ENERGY,
    }
    assert meter.source.ports[meter.key(IMPORTED)].read().value == 886_977
    assert not meter.source.histories


async def test_a_port_that_is_closed_is_tried_again(meter: MeterAtHome) -> None:
    """Without a connection the entry waits, and says why without an address."""
    await meter.socket.stop()
    entry = meter.entry
    await meter.house.add(entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.reason == "The device cannot be reached: Connection refused"


async def test_data_of_a_newer_version_are_refused(meter: MeterAtHome) -> None:
    """After a downgrade the entry is left alone, not misread."""
    await meter.house.add(meter.entry)
    await meter.house.unload(meter.entry)
    hass = meter.house.hass
    hass.config_entries.async_update_entry(meter.entry, data={**meter.entry.data, "schema": 99})
    await meter.house.reload(meter.entry)
    assert meter.entry.state is ConfigEntryState.SETUP_ERROR
    assert meter.entry.reason == "This entry was made by a newer version of ECOM"


async def test_removing_the_meter_deletes_what_was_stored(
    meter: MeterAtHome, hass_storage: dict[str, Any]
) -> None:
    """Nothing of a meter is left once its entry is gone."""
    await meter.move_in()
    await meter.says(VALUES)
    await meter.house.unload(meter.entry)
    stored = f"{DOMAIN}.e450.{meter.entry.entry_id}"
    assert IMPORT in hass_storage[stored]["data"]["registers"]
    await meter.house.remove(meter.entry)
    assert stored not in hass_storage


async def test_what_was_read_is_stored_within_minutes(
    meter: MeterAtHome, hass_storage: dict[str, Any]
) -> None:
    """A power cut costs at most the last five minutes of what was learned."""
    await meter.move_in()
    await meter.says(VALUES)
    await meter.house.later(minutes=5, seconds=1)
    assert IMPORT in hass_storage[f"{DOMAIN}.e450.{meter.entry.entry_id}"]["data"]["registers"]

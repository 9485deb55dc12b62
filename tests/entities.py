"""Entities of other integrations: what a person may choose as a meter."""

from typing import override

from homeassistant.components.sensor import SensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockEntityPlatform


class ForeignSensor(SensorEntity):
    """A sensor that shows what a test tells it to."""

    _attr_should_poll = False
    _attr_available = True

    def __init__(self, name: str, unit: str | None = "W") -> None:
        """Take a name, which becomes the unique id, and a unit."""
        self._attr_name = name
        self._attr_unique_id = name
        self._attr_native_unit_of_measurement = unit
        self._attr_native_value = None

    @property
    @override
    def available(self) -> bool:
        """Return whether the test says so."""
        return self._attr_available

    def shows(self, value: float | None, *, unit: str | None = "W") -> None:
        """Report a value; None means that the sensor is there and knows nothing."""
        self._attr_available = True
        self._attr_native_unit_of_measurement = unit
        self._attr_native_value = value
        self.async_write_ha_state()

    def goes(self) -> None:
        """Become unavailable."""
        self._attr_available = False
        self.async_write_ha_state()


async def add_sensor(hass: HomeAssistant, name: str, unit: str | None = "W") -> ForeignSensor:
    """Add a sensor of another integration to Home Assistant."""
    platform = MockEntityPlatform(hass, domain=Platform.SENSOR, platform_name=f"other_{name}")
    sensor = ForeignSensor(name, unit)
    await platform.async_add_entities([sensor])
    return sensor


def registry_id(sensor: ForeignSensor) -> str:
    """Return the id that an entity keeps when it is renamed."""
    assert sensor.registry_entry is not None
    return sensor.registry_entry.id

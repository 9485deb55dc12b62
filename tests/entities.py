"""Entities of other integrations: what a person may choose as a meter or a plug."""

from typing import Any, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
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


class ForeignSwitch(SwitchEntity):
    """A switch of another integration, as obedient as a test wants it."""

    _attr_should_poll = False
    _attr_available = True

    def __init__(self, name: str) -> None:
        """Take a name, which becomes the unique id; it is off."""
        self._attr_name = name
        self._attr_unique_id = name
        self._attr_is_on = False
        self.calls = 0
        self.losing = 0
        self.failure: Exception | None = None

    @property
    @override
    def available(self) -> bool:
        """Return whether the test says so."""
        return self._attr_available

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on, or not."""
        self._switch(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off, or not."""
        self._switch(on=False)

    def becomes(self, *, on: bool | None) -> None:
        """Report a state, as if somebody had pressed the button."""
        self._attr_is_on = on
        self.async_write_ha_state()

    def refuses(self) -> None:
        """Raise at every command from now on."""
        self.failure = HomeAssistantError("no")

    def goes(self) -> None:
        """Become unavailable."""
        self._attr_available = False
        self.async_write_ha_state()

    def _switch(self, *, on: bool) -> None:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        if self.losing:
            self.losing -= 1
            return
        self.becomes(on=on)


async def add_switch(hass: HomeAssistant, name: str) -> ForeignSwitch:
    """Add a switch of another integration, which Home Assistant's own service switches."""
    assert await async_setup_component(hass, "switch", {})
    switch = ForeignSwitch(name)
    await hass.data[DATA_INSTANCES]["switch"].async_add_entities([switch])
    return switch


async def add_sensor(hass: HomeAssistant, name: str, unit: str | None = "W") -> ForeignSensor:
    """Add a sensor of another integration to Home Assistant."""
    platform = MockEntityPlatform(hass, domain=Platform.SENSOR, platform_name=f"other_{name}")
    sensor = ForeignSensor(name, unit)
    await platform.async_add_entities([sensor])
    return sensor


def registry_id(sensor: Entity) -> str:
    """Return the id that an entity keeps when it is renamed."""
    assert sensor.registry_entry is not None
    return sensor.registry_entry.id

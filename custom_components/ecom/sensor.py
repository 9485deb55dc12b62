"""Sensors of every family and of the site: one description, one class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import EcomEntity, spec_adder
from .ports import Reading
from .runtime import EcomConfigEntry

PARALLEL_UPDATES = 0
"""Nothing is fetched here: coordinators push."""


@dataclass(frozen=True, kw_only=True)
class EcomSensorDescription[DataT](SensorEntityDescription):
    """A sensor, and where its reading and its attributes are found."""

    reading: Callable[[DataT], Reading[Any] | None]
    attributes: Callable[[DataT], Mapping[str, Any]] | None = None


class EcomSensor[DataT](EcomEntity[DataT], SensorEntity):
    """A sensor that shows one reading."""

    entity_description: EcomSensorDescription[DataT]

    @property
    @override
    def native_value(self) -> Any:
        """Return the value, None while it is known to be absent."""
        return None if (reading := self.reading) is None else reading.value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the attributes, for the few sensors that have any."""
        attributes = self.entity_description.attributes
        return None if attributes is None else attributes(self.coordinator.data)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: EcomConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Let the entry's runtime add its sensors, now and whenever new ones appear."""
    entry.runtime_data.attach(Platform.SENSOR, spec_adder(EcomSensor, async_add_entities))

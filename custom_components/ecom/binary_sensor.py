"""Binary sensors of every family: one description, one class."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import EcomEntity, spec_adder
from .ports import Reading
from .runtime import EcomConfigEntry

PARALLEL_UPDATES = 0
"""Nothing is fetched here: coordinators push."""


@dataclass(frozen=True, kw_only=True)
class EcomBinarySensorDescription[DataT](BinarySensorEntityDescription):
    """A binary sensor, and where its reading is found."""

    reading: Callable[[DataT], Reading[bool] | None]


class EcomBinarySensor[DataT](EcomEntity[DataT], BinarySensorEntity):
    """A binary sensor that shows one reading."""

    entity_description: EcomBinarySensorDescription[DataT]

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the value, None while it is known to be absent."""
        return None if (reading := self.reading) is None else reading.value


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: EcomConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Let the entry's runtime add its binary sensors, now and later."""
    entry.runtime_data.attach(
        Platform.BINARY_SENSOR, spec_adder(EcomBinarySensor, async_add_entities)
    )

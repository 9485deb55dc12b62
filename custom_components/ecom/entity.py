"""What all entities of ECOM share: a spec says what they show, and of what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol, override

from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .coordinator import EcomCoordinator
from .ports import Reading


class ReadingDescription[DataT](Protocol):
    """An entity description that finds its reading in a coordinator's data."""

    @property
    def reading(self) -> Callable[[DataT], Reading[Any] | None]:
        """Return the function that finds it; None means not seen yet."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class EntitySpec:
    """One entity to be made: its unique id is its port's key.

    ``object_id`` is the second part of the entity id that it gets at first; it
    is stated where Home Assistant would repeat the name of a child's parent.
    """

    platform: Platform
    key: str
    coordinator: EcomCoordinator[Any]
    description: EntityDescription
    device: DeviceInfo | ChildDeviceInfo
    placeholders: Mapping[str, str] = field(default_factory=dict)
    subentry_id: str | None = None
    object_id: str | None = None


type SpecAdder = Callable[[Sequence[EntitySpec]], None]


class EcomEntity[DataT](CoordinatorEntity[EcomCoordinator[DataT]]):
    """An entity that shows one reading, and is unavailable once it is stale."""

    _attr_has_entity_name = True

    def __init__(self, spec: EntitySpec) -> None:
        """Take everything from the spec."""
        super().__init__(spec.coordinator)
        self.entity_description = spec.description
        self._attr_unique_id = spec.key
        self._attr_device_info = spec.device
        self._attr_translation_placeholders = dict(spec.placeholders)
        if spec.object_id is not None:
            self.entity_id = f"{spec.platform}.{spec.object_id}"

    @property
    def reading(self) -> Reading[Any] | None:
        """Return what the description finds in the coordinator's data."""
        description: ReadingDescription[DataT] = self.entity_description  # type: ignore[assignment]
        return description.reading(self.coordinator.data)

    @property
    @override
    def available(self) -> bool:
        """Return whether there is a reading that may still be trusted."""
        reading = self.reading
        return super().available and reading is not None and not reading.is_stale(dt_util.utcnow())


def spec_adder(
    make: Callable[[EntitySpec], Entity], async_add_entities: AddConfigEntryEntitiesCallback
) -> SpecAdder:
    """Return what a platform hands to ``attach``: specs in, entities out."""

    def subentry(spec: EntitySpec) -> str:
        return spec.subentry_id or ""

    @callback
    def add(specs: Sequence[EntitySpec]) -> None:
        for subentry_id, group in groupby(sorted(specs, key=subentry), key=subentry):
            async_add_entities(
                [make(spec) for spec in group], config_subentry_id=subentry_id or None
            )

    return add

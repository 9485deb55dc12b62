"""What a person may choose as a port: any entity that shows what is needed."""

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN, ENTITY_PREFIX
from ..ports import Kind
from ..runtime import EcomConfigEntry
from .entity_port import UNITS


class ChoiceError(Exception):
    """The chosen entity cannot serve; ``args[0]`` is the key of the form's error."""


def port_of(hass: HomeAssistant, entity_id: str, kind: Kind) -> tuple[str, str]:
    """Return the key of the port behind an entity, and a title for it.

    An entity of ECOM whose unique id is a port's key stands for that port, so
    that a meter survives a disabled entity. Raises ChoiceError.
    """
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None:
        raise ChoiceError("entity_not_registered")
    state = hass.states.get(entity_id)
    title = state.name if state else entity.original_name or entity_id
    if entity.platform == DOMAIN and _has_port(hass, entity, kind):
        return entity.unique_id, title
    if not _shows(hass, entity, kind):
        raise ChoiceError("wrong_kind")
    return f"{ENTITY_PREFIX}{entity.id}", title


def entity_of(hass: HomeAssistant, key: str, platform: Platform) -> str | None:
    """Return the id of the entity that shows a port, None if there is none now."""
    registry = er.async_get(hass)
    if not key.startswith(ENTITY_PREFIX):
        return registry.async_get_entity_id(platform, DOMAIN, key)
    entity = registry.entities.get_entry(key.removeprefix(ENTITY_PREFIX))
    return None if entity is None else entity.entity_id


def _shows(hass: HomeAssistant, entity: er.RegistryEntry, kind: Kind) -> bool:
    """Return whether an entity shows such a thing, by its domain and its unit."""
    if kind is Kind.SWITCH:
        return entity.domain == Platform.SWITCH
    state = hass.states.get(entity.entity_id)
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) if state else entity.unit_of_measurement
    return unit in UNITS[kind][0].VALID_UNITS


def _has_port(hass: HomeAssistant, entity: er.RegistryEntry, kind: Kind) -> bool:
    entry: EcomConfigEntry | None = hass.config_entries.async_get_entry(
        entity.config_entry_id or ""
    )
    runtime = getattr(entry, "runtime_data", None)
    port = runtime.ports.get(entity.unique_id) if runtime is not None else None
    return port is not None and port.kind is kind

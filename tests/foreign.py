"""Devices of other integrations, as Home Assistant's registries hold them: SYNTHETIC.

Their unique ids have the forms of the integrations that are named.
"""

from dataclasses import dataclass, field
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.plug_adoption import FoundPlug, plugs_of


@dataclass(kw_only=True, slots=True)
class ForeignDevice:
    """A device, and the entities that a test gives it."""

    hass: HomeAssistant
    entry: MockConfigEntry
    device: dr.AnyDeviceEntry
    entities: dict[str, er.RegistryEntry] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the id that a device selector gives."""
        return self.device.id

    def part(self, identifier: str, name: str) -> ForeignDevice:
        """Add a device behind this one, such as an outlet of a strip, or a node of a hub."""
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(self.entry.domain, identifier)},
            name=name,
            via_device_id=self.id,
        )
        return ForeignDevice(hass=self.hass, entry=self.entry, device=device)

    def child(self, identifier: str, name: str) -> ForeignDevice:
        """Add a child device."""
        device = dr.async_get(self.hass).async_get_or_create_child(
            config_entry_id=self.entry.entry_id,
            identifiers={(self.entry.domain, identifier)},
            name=name,
            parent_device_id=self.id,
        )
        return ForeignDevice(hass=self.hass, entry=self.entry, device=device)

    def switch(self, unique_id: str, name: str | None = None, **more: Any) -> er.RegistryEntry:
        """Give it a switch."""
        return self._add("switch", unique_id, name, **more)

    def power(
        self, unique_id: str, name: str | None = "Power", unit: str | None = "W", **more: Any
    ) -> er.RegistryEntry:
        """Give it a sensor of power."""
        more.setdefault("original_device_class", "power")
        more.setdefault("capabilities", {"state_class": "measurement"})
        return self._add("sensor", unique_id, name, unit_of_measurement=unit, **more)

    def energy(
        self,
        unique_id: str,
        name: str | None = "Energy",
        unit: str | None = "kWh",
        state_class: str | None = "total_increasing",
        **more: Any,
    ) -> er.RegistryEntry:
        """Give it a sensor of energy."""
        more.setdefault("original_device_class", "energy")
        more["capabilities"] = {"state_class": state_class} if state_class else None
        return self._add("sensor", unique_id, name, unit_of_measurement=unit, **more)

    def shows(self, unique_id: str, value: float | str, unit: str | None = None) -> None:
        """Let an entity have a state."""
        entity_id = self.now(unique_id).entity_id
        attributes = {} if unit is None else {"unit_of_measurement": unit}
        self.hass.states.async_set(entity_id, str(value), attributes)

    def now(self, unique_id: str) -> er.RegistryEntry:
        """Return an entity's present entry in the registry."""
        entity = er.async_get(self.hass).entities.get_entry(self.entities[unique_id].id)
        assert entity is not None
        return entity

    def key(self, unique_id: str) -> str:
        """Return the key of the port over an entity."""
        return f"entity:{self.entities[unique_id].id}"

    def found(self) -> list[tuple[str, ...]]:
        """Return the unique ids of what belongs together: switch, power, energy, fed in."""
        return [self.ids(plug) for plug in plugs_of(self.hass, [self.id])]

    def ids(self, plug: FoundPlug) -> tuple[str, ...]:
        """Return the unique ids of a plug's entities, ``-`` where there is none."""
        registry = er.async_get(self.hass).entities
        keys = (plug.switch, plug.power, plug.energy, plug.exported)
        entries = [key and registry.get_entry(key.removeprefix("entity:")) for key in keys]
        return tuple(entry.unique_id if entry else "-" for entry in entries)

    def _add(self, domain: str, unique_id: str, name: str | None, **more: Any) -> er.RegistryEntry:
        entry = more.pop("config_entry", self.entry)
        platform = more.pop("platform", self.entry.domain)
        entity = er.async_get(self.hass).async_get_or_create(
            domain,
            platform,
            unique_id,
            config_entry=entry,
            device_id=self.id,
            original_name=name,
            has_entity_name=True,
            **more,
        )
        self.entities[unique_id] = entity
        return entity


def add_device(
    hass: HomeAssistant, name: str = "Kettle", *, domain: str = "other", identifier: str = "AABBCC"
) -> ForeignDevice:
    """Add a device of another integration, without entities."""
    entry = MockConfigEntry(domain=domain, title=name)
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(domain, identifier)}, name=name
    )
    return ForeignDevice(hass=hass, entry=entry, device=device)


def add_plug(hass: HomeAssistant, name: str = "Kettle", mac: str = "AABBCC") -> ForeignDevice:
    """Add a plug with its switch, its power and its energy."""
    plug = add_device(hass, name, domain="shelly", identifier=mac)
    plug.switch(f"{mac}-switch:0")
    plug.power(f"{mac}-switch:0-power")
    plug.energy(f"{mac}-switch:0-energy")
    return plug


def add_strip(hass: HomeAssistant, outlets: int = 4, name: str = "Strip") -> ForeignDevice:
    """Add a strip whose outlets are entities of one device."""
    strip = add_device(hass, name, domain="mqtt", identifier="0x00")
    for number in range(1, outlets + 1):
        strip.switch(f"0x00_switch_l{number}", f"Outlet {number}")
        strip.power(f"0x00_power_l{number}", f"Power outlet {number}")
        strip.energy(f"0x00_energy_l{number}", f"Energy outlet {number}")
    return strip

"""Plugs and meters that other integrations of Home Assistant already have.

They are found by device, so that nobody types an entity id, and become meters
of the Site like those of ECOM's own sources. What is disabled, has no entry in
the registry, or is not an active power or energy is passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.components.sensor.const import ATTR_STATE_CLASS
from homeassistant.config_entries import SOURCE_SYSTEM
from homeassistant.const import ATTR_ASSUMED_STATE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.unit_conversion import EnergyConverter, PowerConverter

from .const import (
    CONF_METERS,
    CONF_REPLACE,
    DOMAIN,
    ENTITY_PREFIX,
    ISSUE_SITE_DELETED,
    SITE_UID,
)
from .plug_pairing import NOT_NOW, RETURNED, Candidate, Part, Parts, pair, words_of
from .ports import Role

COUNTS: Final = {SensorStateClass.TOTAL, SensorStateClass.TOTAL_INCREASING}

PHASES: Final[Mapping[str, tuple[str, ...]]] = {"a": ("1",), "b": ("2",), "c": ("3",)}
"""Which phase a letter of Shelly's three-phase meters is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPlug:
    """A plug or a meter of another integration: the keys of its ports, by what they are.

    ``energy`` counts what is drawn and ``exported`` what is fed in. At least one
    of the four is there.
    """

    title: str
    switch: str | None = None
    power: str | None = None
    energy: str | None = None
    exported: str | None = None
    phases: tuple[str, ...] = ("1",)

    @property
    def port(self) -> str:
        """Return the key that stands for it: of its power, else of what it has."""
        return self.power or self.energy or self.exported or self.switch or ""

    def meter(self, role: Role = Role.SUB_METER) -> dict[str, Any]:
        """Return it as a meter that is proposed to the Site.

        Without a power it can be no part of a sum, so that it is a sub-meter then.
        """
        stated = {"energy": self.energy, "exported": self.exported, "switch": self.switch}
        return {
            "port": self.port,
            "role": (role if self.power else Role.SUB_METER).value,
            "title": self.title,
            "phases": [*self.phases],
            **{name: key for name, key in stated.items() if key is not None},
        }


def plugs_of(hass: HomeAssistant, device_ids: Sequence[str]) -> list[FoundPlug]:
    """Return the plugs and meters of devices, with those of their parts, each once."""
    devices = {
        device.id: device for device_id in device_ids for device in _with_parts(hass, device_id)
    }
    return [plug for device in devices.values() for plug in _plugs_of_one(hass, device)]


def plug_with(hass: HomeAssistant, power: str) -> FoundPlug | None:
    """Return the plug that the power port of an entity is a part of, None if it is of none."""
    entity = er.async_get(hass).entities.get_entry(power.removeprefix(ENTITY_PREFIX))
    if entity is None or entity.device_id is None:
        return None
    return next((plug for plug in plugs_of(hass, [entity.device_id]) if plug.power == power), None)


async def adopt_device(
    hass: HomeAssistant, device_ids: Sequence[str], replace: Mapping[str, str] | None = None
) -> int:
    """Make meters of the Site of what the devices have; return how many are new.

    They become sub-meters. The Site is created if it is missing, but not if it
    was deleted on purpose: then nothing happens. ``replace`` names ports whose
    meters shall read another port from now on, old keys to new ones; those
    meters keep their title, role and phases, and are not new.
    """
    if ir.async_get(hass).async_get_issue(DOMAIN, ISSUE_SITE_DELETED):
        return 0
    before = _count(hass)
    meters = [plug.meter() for plug in plugs_of(hass, device_ids)]
    if meters or replace:
        await hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_SYSTEM},
            data={CONF_METERS: meters, CONF_REPLACE: {**(replace or {})}},
        )
    return max(_count(hass) - before, 0)


def _count(hass: HomeAssistant) -> int:
    site = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, SITE_UID)
    return 0 if site is None else len(site.subentries)


def _with_parts(hass: HomeAssistant, device_id: str) -> Iterator[dr.AnyDeviceEntry]:
    """Yield a device, its child devices, and the outlets that are devices behind it.

    What is merely reached through the device, as through a hub, is no part of it:
    a part's identifier begins with that of the whole.
    """
    registry = dr.async_get(hass)
    if (device := registry.async_get(device_id)) is None:
        return
    yield device
    yield from dr.async_entries_for_parent_device(registry, device_id)
    names = tuple(name for _, name in device.identifiers)
    for other in dr.async_entries_for_config_entry(registry, device.config_entry_id):
        if other.via_device_id == device_id and any(
            name.startswith(names) for _, name in other.identifiers
        ):
            yield other


def _plugs_of_one(hass: HomeAssistant, device: dr.AnyDeviceEntry) -> list[FoundPlug]:
    """Return the plugs of one device, without those of its parts.

    A switch that nothing measures is no plug.
    """
    entities = er.async_entries_for_device(er.async_get(hass), device.id)
    candidates = [
        candidate
        for entity in sorted(entities, key=lambda entity: entity.entity_id)
        if (candidate := _candidate(hass, entity, device)) is not None
    ]
    # A switch alone measures nothing.
    found = [parts for parts in pair(candidates) if set(parts.found) != {Part.SWITCH}]
    name = _name_of(hass, device)
    return [
        FoundPlug(
            title=name if len(found) == 1 else f"{name} {_label(parts, number)}",
            switch=parts.key(Part.SWITCH),
            power=parts.key(Part.POWER),
            energy=parts.key(Part.ENERGY),
            exported=parts.key(Part.EXPORTED),
            phases=_phases(parts),
        )
        for number, parts in enumerate(found, 1)
    ]


def _candidate(
    hass: HomeAssistant, entity: er.RegistryEntry, device: dr.AnyDeviceEntry
) -> Candidate | None:
    """Return an entity as what it may be to a plug, None if it is nothing to one."""
    if entity.platform == DOMAIN:
        return None
    name = entity.name or entity.original_name
    words = words_of(entity.unique_id)
    name_words = words_of(name) - words_of(device.name_by_user) - words_of(device.name)
    meaning = words | name_words | words_of(entity.translation_key)
    if (part := _part(hass, entity, meaning)) is None:
        return None
    return Candidate(
        key=f"{ENTITY_PREFIX}{entity.id}",
        part=part,
        name=name,
        words=words,
        name_words=name_words,
        meaning=meaning,
        helper=entity.config_entry_id != device.config_entry_id,
        diagnostic=entity.entity_category is not None,
    )


def _part(hass: HomeAssistant, entity: er.RegistryEntry, meaning: frozenset[str]) -> Part | None:
    """Return which part of a plug an entity could be."""
    if entity.domain == Platform.SWITCH:
        state = hass.states.get(entity.entity_id)
        assumed = state is not None and state.attributes.get(ATTR_ASSUMED_STATE)
        # A switch of the configuration sets a lock or a lamp of the plug.
        return None if entity.entity_category or assumed else Part.SWITCH
    if entity.domain != Platform.SENSOR or meaning & NOT_NOW:
        return None
    unit = entity.unit_of_measurement
    match entity.device_class or entity.original_device_class:
        case SensorDeviceClass.POWER if unit in PowerConverter.VALID_UNITS:
            return Part.POWER
        case SensorDeviceClass.ENERGY if unit in EnergyConverter.VALID_UNITS:
            if (entity.capabilities or {}).get(ATTR_STATE_CLASS) in COUNTS:
                return Part.EXPORTED if meaning & RETURNED else Part.ENERGY
    return None


def _name_of(hass: HomeAssistant, device: dr.AnyDeviceEntry) -> str:
    """Return a device's name; that of a child device says which device it is a part of."""
    name = device.name_by_user or device.name or device.id
    if isinstance(device, dr.ChildDeviceEntry):
        parent = dr.async_get(hass).async_get(device.parent_device_id)
        if parent is not None and not name.startswith(whole := _name_of(hass, parent)):
            return f"{whole} {name}"
    return name


def _label(parts: Parts, number: int) -> str:
    """Return what tells a plug from the others of its device: a name, else a number."""
    names = [candidate.name for candidate in parts.found.values()]
    return next((name for name in names if name), str(number))


def _phases(parts: Parts) -> tuple[str, ...]:
    """Return the phases of a three-phase meter's part; whatever else it is has one."""
    words = parts.found[Part.POWER].words if Part.POWER in parts.found else frozenset()
    if "em" not in words:
        return ("1",)
    return next((phases for word, phases in PHASES.items() if word in words), ("1", "2", "3"))

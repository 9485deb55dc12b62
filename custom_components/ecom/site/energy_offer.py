"""What the Site could add to Home Assistant's Energy dashboard: shown first, never overwritten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN, SITE_UID
from ..ports import Role
from .meter_billing import nodes_of
from .meters import SUBENTRY_METER, MeterConfig
from .runtime import SiteRuntime

ENERGY: Final = "energy"

SOURCES, DEVICES, WATER_DEVICES = (
    "energy_sources",
    "device_consumption",
    "device_consumption_water",
)
NO_PRICE: Final = {"entity_energy_price": None, "number_energy_price": None}

TRUNKS: Final[Mapping[Role, str]] = {
    Role.GRID: "grid",
    Role.SOLAR: "solar",
    Role.BATTERY: "battery",
    Role.WATER: "water",
    Role.GAS: "gas",
}
"""The meters that are sources, where nothing is above them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Addition:
    """One thing that would be added: to which list, what, and in which words."""

    where: str
    what: Mapping[str, Any]
    kind: str
    title: str
    has_cost: bool = False


class EnergyOffer:
    """Compares the Site with the preferences of the Energy dashboard."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Look at the Site of an entry that is loaded."""
        self._hass = hass
        self._entry = entry

    async def additions(self) -> list[Addition]:
        """Return what is not there yet."""
        manager = await async_get_manager(self._hass)
        present = manager.data or manager.default_preferences()
        return [
            each for each in self._all() if not self._is_there(each, present.get(each.where, []))
        ]

    async def add(self, additions: list[Addition]) -> None:
        """Add to what is there; nothing of that is changed."""
        manager = await async_get_manager(self._hass)
        present: Any = manager.data or manager.default_preferences()
        update: dict[str, list[Any]] = {}
        for each in additions:
            update.setdefault(each.where, [*present.get(each.where, [])]).append({**each.what})
        wanted: Any = update
        await manager.async_update(wanted)

    def _all(self) -> Iterator[Addition]:
        parents = {node.key: node.parent for node in nodes_of(self._entry)}
        for part in self._entry.get_subentries_of_type(SUBENTRY_METER):
            energy = self._entity(part, "energy")
            if energy is None:
                continue
            role, parent = MeterConfig.of(part).role, parents[part.subentry_id]
            if role in TRUNKS and parent is None:
                yield self._source(part, role, energy)
            elif role is Role.SUB_METER:
                yield self._device(DEVICES, part, energy, parent)
            elif role in (Role.WATER, Role.HOT_WATER):
                yield self._device(WATER_DEVICES, part, energy, parent)

    def _source(self, part: ConfigSubentry, role: Role, energy: str) -> Addition:
        cost, returned = self._entity(part, "cost"), self._entity(part, "returned")
        paid = self._entity(part, "compensation")
        kind, name = TRUNKS[role], part.title
        what: dict[str, Any] = {"type": kind, "stat_energy_from": energy, "name": name}
        match role:
            case Role.GRID:
                what |= {
                    **NO_PRICE,
                    "stat_energy_to": returned,
                    "stat_cost": cost,
                    "stat_compensation": paid,
                    "entity_energy_price_export": None,
                    "number_energy_price_export": None,
                    "cost_adjustment_day": 0.0,
                }
            case Role.SOLAR:
                what |= {"config_entry_solar_forecast": None}
            case Role.BATTERY:
                what |= {"stat_energy_to": returned}
            case _:
                what |= {**NO_PRICE, "stat_cost": cost}
        return Addition(
            where=SOURCES,
            what=what,
            kind=kind,
            title=name,
            has_cost=what.get("stat_cost") is not None,
        )

    def _device(
        self, where: str, part: ConfigSubentry, energy: str, parent: str | None
    ) -> Addition:
        what: dict[str, Any] = {"stat_consumption": energy, "name": part.title}
        above = None if parent is None else self._entry.subentries[parent]
        if above is not None and MeterConfig.of(above).role not in TRUNKS:
            what["included_in_stat"] = self._entity(above, "energy")
        kind = "device" if where == DEVICES else "water_device"
        return Addition(where=where, what=what, kind=kind, title=part.title)

    def _is_there(self, addition: Addition, present: Any) -> bool:
        """Return whether a meter is there already, or something that may be the same.

        A source of the same type whose statistic belongs to no meter of the Site may count
        what the Site counts: nothing is added beside it.
        """
        name = "stat_energy_from" if addition.where == SOURCES else "stat_consumption"
        mine = self._meter_of(addition.what[name])
        for each in present:
            if addition.where == SOURCES and each["type"] != addition.what["type"]:
                continue
            meter = self._meter_of(each.get(name) or "")
            if meter == mine or (meter is None and addition.where == SOURCES):
                return True
        return False

    def _meter_of(self, statistic: str) -> str | None:
        """Return the meter that a statistic belongs to, None if it is none of the Site."""
        entity = er.async_get(self._hass).async_get(statistic)
        if entity is not None and entity.config_entry_id == self._entry.entry_id:
            return entity.config_subentry_id
        runtime = self._entry.runtime_data
        return runtime.meter_of(statistic) if isinstance(runtime, SiteRuntime) else None

    def _entity(self, part: ConfigSubentry, key: str) -> str | None:
        """Return the entity of a part that shows something, None if it has none that is used."""
        registry = er.async_get(self._hass)
        unique_id = f"{SITE_UID}/{part.subentry_id}/{key}"
        entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
        entity = None if entity_id is None else registry.async_get(entity_id)
        return None if entity is None or entity.disabled else entity_id

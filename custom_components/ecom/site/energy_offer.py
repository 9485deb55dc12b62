"""What the Site could add to Home Assistant's Energy dashboard: shown first, never overwritten."""

from collections.abc import Iterable, Iterator, Mapping
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
from .pasts import FED
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

ADDED_UP: Final = (Role.WATER, Role.GAS)
"""What the dashboard has sources of that may feed each other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Addition:
    """One thing that would be added: to which list, what, and in which words."""

    where: str
    what: Mapping[str, Any]
    kind: str
    title: str
    has_cost: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """What a person should know beside what would be added: which text, and of which meters."""

    key: str
    meters: str


class EnergyOffer:
    """Compares the Site with the preferences of the Energy dashboard."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Look at the Site of an entry that is loaded."""
        self._hass = hass
        self._entry = entry
        self._site: SiteRuntime = entry.runtime_data
        self._parents = {node.key: node.parent for node in nodes_of(entry)}

    async def additions(self) -> list[Addition]:
        """Return what is not there yet."""
        present = await self._present()
        return [
            each for each in self._all(present) if not self._is_there(each, present[each.where])
        ]

    async def remarks(self, additions: Iterable[Addition]) -> list[Remark]:
        """Return what may be counted twice among additions, and what cannot be added."""
        present = await self._present()
        there = {self._meter_of(each.get("stat_energy_from") or "") for each in present[SOURCES]}
        sources = [part for part in self._meters() if self._is_source(part)]
        found = [
            Remark(key="battery_left_out", meters=part.title)
            for part in sources
            if MeterConfig.of(part).role is Role.BATTERY
            and part.subentry_id not in there
            and (self._entity(part, "energy") is None) is not (self._returned(part) is None)
        ]
        kinds = {each.kind for each in additions if each.where == SOURCES}
        for role in ADDED_UP:
            beside = [
                part.title
                for part in sources
                if MeterConfig.of(part).role is role and self._entity(part, "energy") is not None
            ]
            if TRUNKS[role] in kinds and len(beside) > 1:
                found.append(Remark(key="beside", meters=", ".join(beside)))
        return found

    async def add(self, additions: list[Addition]) -> None:
        """Add to what is there; nothing of that is changed."""
        manager = await async_get_manager(self._hass)
        present: Any = manager.data or manager.default_preferences()
        update: dict[str, list[Any]] = {}
        for each in additions:
            update.setdefault(each.where, [*present.get(each.where, [])]).append({**each.what})
        wanted: Any = update
        await manager.async_update(wanted)

    async def _present(self) -> Mapping[str, list[Any]]:
        """Return what the dashboard holds, by list."""
        manager = await async_get_manager(self._hass)
        held: Any = manager.data or manager.default_preferences()
        return {where: [*held.get(where, [])] for where in (SOURCES, DEVICES, WATER_DEVICES)}

    def _meters(self) -> list[ConfigSubentry]:
        return [*self._entry.get_subentries_of_type(SUBENTRY_METER)]

    def _is_source(self, part: ConfigSubentry) -> bool:
        return MeterConfig.of(part).role in TRUNKS and self._parents[part.subentry_id] is None

    def _all(self, present: Mapping[str, list[Any]]) -> Iterator[Addition]:
        for part in self._meters():
            energy, role = self._entity(part, "energy"), MeterConfig.of(part).role
            if energy is None:
                continue
            if self._is_source(part):
                if role is not Role.BATTERY or self._returned(part) is not None:
                    yield self._source(part, role, energy)
            elif role is Role.SUB_METER:
                yield self._device(DEVICES, part, energy, present[DEVICES])
            elif role in (Role.WATER, Role.HOT_WATER):
                yield self._device(WATER_DEVICES, part, energy, present[WATER_DEVICES])

    def _source(self, part: ConfigSubentry, role: Role, energy: str) -> Addition:
        """Return a source; it has a cost where something prices it, for else none is ever known."""
        billed, paid = self._priced(part)
        cost = self._entity(part, "cost") if billed else None
        kind, name = TRUNKS[role], part.title
        what: dict[str, Any] = {"type": kind, "stat_energy_from": energy, "name": name}
        match role:
            case Role.GRID:
                returned = self._returned(part)
                kind = "grid" if returned else "grid_alone"
                what |= {
                    **NO_PRICE,
                    "stat_energy_to": returned,
                    "stat_cost": cost,
                    "stat_compensation": (
                        self._entity(part, "compensation") if returned and paid else None
                    ),
                    "entity_energy_price_export": None,
                    "number_energy_price_export": None,
                    "cost_adjustment_day": 0.0,
                }
            case Role.SOLAR:
                what |= {"config_entry_solar_forecast": None}
            case Role.BATTERY:
                what |= {"stat_energy_to": self._returned(part)}
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
        self, where: str, part: ConfigSubentry, energy: str, present: list[Any]
    ) -> Addition:
        what: dict[str, Any] = {"stat_consumption": energy, "name": part.title}
        if (above := self._above(part, present)) is not None:
            what["included_in_stat"] = above
        kind = "device" if where == DEVICES else "water_device"
        return Addition(where=where, what=what, kind=kind, title=part.title)

    def _above(self, part: ConfigSubentry, present: list[Any]) -> str | None:
        """Return the statistic of the nearest device above, None if there is none.

        A meter without statistics is passed over. One that the dashboard has already is
        there by the statistic that was chosen for it.
        """
        shown = {self._meter_of(each["stat_consumption"]): each for each in present}
        key = self._parents[part.subentry_id]
        while key is not None and not self._is_source(above := self._entry.subentries[key]):
            if key in shown:
                return str(shown[key]["stat_consumption"])
            if (energy := self._entity(above, "energy")) is not None:
                return energy
            key = self._parents[key]
        return None

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
        return self._site.meter_of(statistic)

    def _priced(self, part: ConfigSubentry) -> tuple[bool, bool]:
        """Return whether a contract bills a meter, and whether one pays for what it feeds in."""
        assigned = self._site.books.billing.assigned
        billed, paid = assigned.get(part.subentry_id, (None, None))
        return billed is not None, paid is not None

    def _returned(self, part: ConfigSubentry) -> str | None:
        """Return the entity of what flows back, None where nothing has ever counted that."""
        counted = self._site.books.target(part.subentry_id, FED) is not None
        return self._entity(part, "returned") if counted else None

    def _entity(self, part: ConfigSubentry, key: str) -> str | None:
        """Return the entity of a part that shows something, None if it has none that is used."""
        registry = er.async_get(self._hass)
        unique_id = f"{SITE_UID}/{part.subentry_id}/{key}"
        entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
        entity = None if entity_id is None else registry.async_get(entity_id)
        return None if entity is None or entity.disabled else entity_id

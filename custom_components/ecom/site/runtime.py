"""The one Site: it follows its meters and publishes what they say together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.event import async_track_time_change

from ..const import DOMAIN, ENTITY_PREFIX, SITE_UID
from ..core.timeline import Slot
from ..core.topology import SITE, children
from ..entity import EntitySpec, SpecAdder
from ..ports import AnyPort, Role
from ..runtime import Attachments, EcomConfigEntry, Question
from .books import Books
from .consumption import Asked, answer
from .contract_watch import ContractWatch
from .directory import PortDirectory
from .members import SUBENTRY_MEMBER
from .meter_billing import nodes_of
from .meters import SUBENTRY_METER, MeterConfig, MeterWatch
from .object_specs import ObjectSpecs
from .site_power_watch import SiteCoordinator
from .statement_schedule import StatementSchedule
from .statements import Statements
from .stores import database, delete_quarters
from .tables import SENSORS
from .topology_watch import TopologyWatch

PLATFORMS: Final = (Platform.SENSOR,)


class SiteRuntime:
    """The Site entry's runtime: meters as its subentries say, live."""

    uid: Final = SITE_UID

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry, books: Books) -> None:
        """Follow the meters, and keep what they count in books that are open."""
        self._hass = hass
        self.ports: Mapping[str, AnyPort] = {}
        self._entry = entry
        self._attachments = Attachments()
        self._coordinator = SiteCoordinator(hass, entry)
        self._directory = PortDirectory(hass, self._ports_changed)
        self._stop = self._directory.start()
        self.books = books
        self.statements = Statements(hass, entry, books)
        self._parts = ObjectSpecs(hass, books.publisher)
        self._offered: set[str] = set()
        self._topology = TopologyWatch(hass, books.store, lambda: self._asked(self.asked()))
        self._contracts = ContractWatch(hass, entry, books)
        self._schedule = StatementSchedule(hass, self.statements)
        books.start(self._directory)
        # A contract may hold from this day on, and another one no longer.
        self._stop_days = async_track_time_change(hass, self._new_day, hour=0, minute=0, second=1)
        self._topology.start()
        self._contracts.start()
        self._schedule.start()
        self.apply()
        self._attachments.offer(self._specs())

    def attach(self, platform: Platform, add: SpecAdder) -> None:
        """Give a platform the site's entities."""
        self._attachments.attach(platform, add)

    @callback
    def apply(self) -> None:
        """Follow the meters that the subentries name now; a difference, no reload."""
        meters = self._coordinator.meters
        wanted = {
            subentry.subentry_id: MeterConfig.of(subentry)
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_METER)
        }
        for subentry_id, config in wanted.items():
            if subentry_id in meters and meters[subentry_id].config.port != config.port:
                self.books.quarters.moved(meters[subentry_id].config.port, config.port)
        for subentry_id in [known for known in meters if wanted.get(known) != meters[known].config]:
            meters.pop(subentry_id).unbind()
        for subentry_id, config in wanted.items():
            if subentry_id not in meters:
                meters[subentry_id] = MeterWatch(config, self._coordinator.recompute)
                meters[subentry_id].bind(self._directory)
        self.books.follow([*meters.values()])
        self._coordinator.recompute()
        self._offer_parts()

    def asked(self) -> list[str]:
        """Return the ids of all meters."""
        return list(self._coordinator.meters)

    @property
    def members(self) -> Mapping[str, ConfigSubentry]:
        """Return the members of the Site by id."""
        members = self._entry.get_subentries_of_type(SUBENTRY_MEMBER)
        return {each.subentry_id: each for each in members}

    def title_of(self, meter_id: str) -> str:
        """Return what a meter is called."""
        return self._entry.subentries[meter_id].title

    def meter_of(self, entity_id: str) -> str | None:
        """Return the id of the meter that an entity belongs to, None if there is none."""
        entity = er.async_get(self._hass).async_get(entity_id)
        if entity is not None and entity.config_subentry_id in self._coordinator.meters:
            return entity.config_subentry_id
        keys = port_keys(self._hass, entity_id)
        for meter_id, meter in self._coordinator.meters.items():
            times = self.books.quarters.pasts.of(meter.config).values()
            counted = {segment.key for each in times for segment in each}
            if keys & {*meter.config.keys, *counted}:
                return meter_id
        return None

    def contract_of_entity(self, entity_id: str) -> str | None:
        """Return the id of the contract that an entity belongs to, or whose meter it shows."""
        entity = er.async_get(self._hass).async_get(entity_id)
        if entity is not None and entity.config_subentry_id in self.books.billing.tariffs:
            return entity.config_subentry_id
        meter = self.meter_of(entity_id)
        return None if meter is None else self.books.billing.assigned[meter][0]

    async def consumption(
        self, meters: Sequence[str], period: Sequence[Slot], *, site: bool
    ) -> dict[str, Any]:
        """Return what meters counted in the slots of a period, and with ``site`` the site."""
        await self.books.quarters.flush()
        read = partial(answer, self.books.store, self._asked(meters), period, site=site)
        return await self._hass.async_add_executor_job(read)

    def _asked(self, meters: Iterable[str]) -> list[Asked]:
        """Return meters as they are asked about."""
        nodes = {node.key: node for node in nodes_of(self._entry)}
        return [
            Asked(
                name=self._entry.subentries[meter_id].title,
                node=nodes[meter_id],
                series=self.books.quarters.pasts.of(self._coordinator.meters[meter_id].config),
            )
            for meter_id in meters
        ]

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what the site makes of its meters, without naming them."""
        power = self._coordinator.data.power
        return {
            "meters": [
                {"role": meter.config.role, "known": meter.power.reading is not None}
                for meter in self._coordinator.meters.values()
            ],
            "power_w": power.power_w,
            "import_w": power.import_w,
            "export_w": power.export_w,
            "production_w": power.production_w,
        }

    def question(self, issue: str) -> Question | None:
        """Ask nothing: the site raises no issue that it could fix itself."""
        del issue
        return None

    async def fix(self, issue: str, answer: Mapping[str, Any], about: str = "") -> None:
        """Fix nothing, for the same reason."""
        del answer, about
        raise NotImplementedError(issue)

    async def close(self) -> None:
        """Stop following."""
        self._stop()
        self._stop_days()
        for meter in self._coordinator.meters.values():
            meter.unbind()
        self._topology.close()
        self._contracts.close()
        self._schedule.close()
        await self.books.close()
        await self._coordinator.async_shutdown()

    @callback
    def _new_day(self, _now: datetime) -> None:
        self.books.follow([*self._coordinator.meters.values()])

    @callback
    def _ports_changed(self) -> None:
        for meter in self._coordinator.meters.values():
            meter.bind(self._directory)
        self.books.follow([*self._coordinator.meters.values()])
        self._coordinator.recompute()

    def _offer_parts(self) -> None:
        """Offer the sensors of parts that are new; those of removed parts go with them."""
        contracts, nodes = self.books.billing.contracts, nodes_of(self._entry)
        supplied = {node.key for node in nodes if children(nodes, node.key)}
        if children(nodes, SITE):
            supplied |= {node.key for node in nodes if node.role is Role.GRID}
        parts = self._entry.subentries
        self._offered = {key for key in self._offered if key.split("/")[1] in parts}
        specs = [
            spec
            for part_id, part in parts.items()
            for spec in self._parts.of(part, contracts.get(part_id), has_below=part_id in supplied)
            if spec.key not in self._offered
        ]
        self._offered |= {spec.key for spec in specs}
        self._attachments.offer(specs)

    def _specs(self) -> list[EntitySpec]:
        device = DeviceInfo(
            identifiers={(DOMAIN, SITE_UID)},
            name=self._entry.title,
            manufacturer="ECOM",
            entry_type=DeviceEntryType.SERVICE,
        )
        return [
            EntitySpec(
                platform=Platform.SENSOR,
                key=f"{SITE_UID}/{description.key}",
                coordinator=self._coordinator,
                description=description,
                device=device,
            )
            for description in SENSORS
        ]


def port_keys(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Return the keys under which an entity may be a port."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None:
        return set()
    return {
        f"{ENTITY_PREFIX}{entity.id}",
        *({entity.unique_id} if entity.platform == DOMAIN else ()),
    }


async def open_site(hass: HomeAssistant, entry: EcomConfigEntry) -> SiteRuntime:
    """Start the Site, and let its subentries change it while it runs; raises CannotConnect."""
    books = await Books.open(hass, entry, database(hass))
    runtime = SiteRuntime(hass, entry, books)

    async def updated(_hass: HomeAssistant, _entry: EcomConfigEntry) -> None:
        runtime.apply()

    entry.async_on_unload(entry.add_update_listener(updated))
    return runtime


async def forget(hass: HomeAssistant) -> None:
    """Delete what was counted, once nothing of ECOM is left."""
    await hass.async_add_executor_job(delete_quarters, database(hass))

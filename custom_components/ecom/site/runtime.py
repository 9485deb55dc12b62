"""The one Site: it follows its meters and publishes what they say together."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, ENTITY_PREFIX, SITE_UID
from ..coordinator import EcomCoordinator
from ..core.site_power import SUPPLY, UNKNOWN, site_power
from ..core.timeline import Slot, to_ms
from ..entity import EntitySpec, SpecAdder
from ..errors import CannotConnect
from ..ports import AnyPort
from ..runtime import Attachments, EcomConfigEntry, Question
from .accounts import Accounts
from .backfill import Backfill
from .billing import Billing
from .consumption import Asked, answer
from .directory import PortDirectory
from .ledger import LedgerBook
from .meter_billing import nodes_of
from .meters import SUBENTRY_METER, MeterConfig, MeterWatch
from .quarter_store import QuarterStore
from .quarters import QuarterBook
from .stores import database, delete_quarters, open_store
from .tables import SENSORS, SiteState
from .topology_watch import TopologyWatch

PLATFORMS: Final = (Platform.SENSOR,)


class SiteCoordinator(EcomCoordinator[SiteState]):
    """Makes the site's power anew at each reading, and when one goes stale."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Start with nothing known."""
        super().__init__(
            hass,
            entry,
            name="ECOM site",
            data=SiteState(power=UNKNOWN, at=dt_util.utcnow()),
        )
        self.meters: dict[str, MeterWatch] = {}

    @callback
    def recompute(self) -> None:
        """Read all meters at once and publish what follows."""
        now = dt_util.utcnow()
        powers = [meter.power for meter in self.meters.values()]
        fresh = [
            moment
            for power in powers
            if power.role in SUPPLY
            and power.reading is not None
            and not power.reading.is_stale(now)
            and (moment := power.reading.expires_at) is not None
        ]
        self.expire_at(min(fresh, default=None))
        self.async_set_updated_data(SiteState(power=site_power(powers, now), at=now))

    @callback
    @override
    def on_expiry(self) -> None:
        """Make it anew without the meter that went stale."""
        self.recompute()


class SiteRuntime:
    """The Site entry's runtime: meters as its subentries say, live."""

    uid: Final = SITE_UID

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EcomConfigEntry,
        store: QuarterStore,
        accounts: Accounts,
        billing: Billing,
    ) -> None:
        """Follow the meters, and keep what they count in an open store, and in its accounts."""
        self._hass = hass
        self.ports: Mapping[str, AnyPort] = {}
        self._entry = entry
        self._attachments = Attachments()
        self._coordinator = SiteCoordinator(hass, entry)
        self._directory = PortDirectory(hass, self._ports_changed)
        self._stop = self._directory.start()
        self.quarters = QuarterBook(hass, self._directory, store, accounts)
        self.ledger = LedgerBook(hass, self.quarters)
        self.backfill = Backfill(hass, self._directory, self.quarters, self.ledger)
        self.billing = billing
        self._topology = TopologyWatch(hass, store, lambda: self._asked(self.asked()))
        self.quarters.start()
        self.ledger.start()
        self.backfill.start()
        self._topology.start()
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
                self.quarters.moved(meters[subentry_id].config.port, config.port)
        for subentry_id in [known for known in meters if wanted.get(known) != meters[known].config]:
            meters.pop(subentry_id).unbind()
        for subentry_id, config in wanted.items():
            if subentry_id not in meters:
                meters[subentry_id] = MeterWatch(config, self._coordinator.recompute)
                meters[subentry_id].bind(self._directory)
        self.billing.apply()
        self.quarters.follow(meters.values())
        self._coordinator.recompute()

    def asked(self) -> list[str]:
        """Return the ids of all meters."""
        return list(self._coordinator.meters)

    def meter_of(self, entity_id: str) -> str | None:
        """Return the id of the meter that an entity belongs to, None if there is none."""
        keys = port_keys(self._hass, entity_id)
        for meter_id, meter in self._coordinator.meters.items():
            times = self.quarters.pasts.of(meter.config).values()
            counted = {segment.key for each in times for segment in each}
            if keys & {*meter.config.keys, *counted}:
                return meter_id
        return None

    def contract_of_entity(self, entity_id: str) -> str | None:
        """Return the id of the contract that an entity belongs to, or whose meter it shows."""
        entity = er.async_get(self._hass).async_get(entity_id)
        if entity is not None and entity.config_subentry_id in self.billing.tariffs:
            return entity.config_subentry_id
        meter = self.meter_of(entity_id)
        return None if meter is None else self.billing.assigned[meter][0]

    async def consumption(
        self, meters: Sequence[str], period: Sequence[Slot], *, site: bool
    ) -> dict[str, Any]:
        """Return what meters counted in the slots of a period, and with ``site`` the site."""
        await self.quarters.flush()
        read = partial(answer, self.quarters.store, self._asked(meters), period, site=site)
        return await self._hass.async_add_executor_job(read)

    def _asked(self, meters: Iterable[str]) -> list[Asked]:
        """Return meters as they are asked about."""
        nodes = {node.key: node for node in nodes_of(self._entry)}
        return [
            Asked(
                name=self._entry.subentries[meter_id].title,
                node=nodes[meter_id],
                series=self.quarters.pasts.of(self._coordinator.meters[meter_id].config),
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
        for meter in self._coordinator.meters.values():
            meter.unbind()
        self.backfill.close()
        self._topology.close()
        self.ledger.close()
        await self.billing.close()
        await self.quarters.close()
        await self._coordinator.async_shutdown()

    @callback
    def _ports_changed(self) -> None:
        for meter in self._coordinator.meters.values():
            meter.bind(self._directory)
        self.quarters.follow(self._coordinator.meters.values())
        self._coordinator.recompute()

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
    try:
        store, accounts = await hass.async_add_executor_job(_open, database(hass))
    except (OSError, sqlite3.Error) as err:
        raise CannotConnect(f"the quarter-hours cannot be opened: {err}") from err
    billing = Billing(hass, entry, lambda _since: None)
    await billing.load()
    runtime = SiteRuntime(hass, entry, store, accounts, billing)

    async def updated(_hass: HomeAssistant, _entry: EcomConfigEntry) -> None:
        runtime.apply()

    entry.async_on_unload(entry.add_update_listener(updated))
    return runtime


def _open(path: Path) -> tuple[QuarterStore, Accounts]:
    """Return the store and the accounts in it. Blocks."""
    store = open_store(path)
    return store, Accounts.load(store.ledger, {}, to_ms(dt_util.utcnow()))


async def forget(hass: HomeAssistant) -> None:
    """Delete what was counted, once nothing of ECOM is left."""
    await hass.async_add_executor_job(delete_quarters, database(hass))

"""Everything that the Site writes down: what meters counted, and what that costs."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..core.tariffs.model import Direction
from ..core.tariffs.succession import Succession
from ..core.timeline import to_ms
from ..errors import CannotConnect
from ..ports import Kind
from ..runtime import EcomConfigEntry
from .accounts import Accounts
from .backfill import Backfill
from .begun import Begun
from .billing import Billing
from .directory import PortDirectory
from .external import External
from .household import Household
from .imported import Imports, Target
from .ledger import LedgerBook
from .meter_billing import nodes_of
from .meters import KINDS, SUBENTRY_METER, MeterConfig, MeterWatch
from .pasts import DRAWN, FED, account_of
from .priced_by import PricedBy
from .publisher import MeterAccounts, Publisher
from .quarter_store import QuarterStore, Segment
from .quarters import QuarterBook
from .register_bands import bands_of
from .repricing import Repricing
from .stores import open_store


class Books:
    """The quarter-hours, the ledger and the contracts, which belong together."""

    def __init__(  # noqa: PLR0913 - each is a part of its own
        self,
        hass: HomeAssistant,
        entry: EcomConfigEntry,
        *,
        store: QuarterStore,
        accounts: Accounts,
        billing: Billing,
        begun: Begun,
        priced_by: PricedBy,
        household: Household,
    ) -> None:
        """Take what is open; ``start`` begins to write."""
        self.store = store
        self.billing = billing
        self.begun = begun
        self._priced_by = priced_by
        self.household = household
        self._hass = hass
        self._entry = entry
        self._accounts = accounts
        self.publisher = Publisher(hass, entry, accounts)
        self.publisher.begun = begun
        self.external = External(hass, entry)

    @classmethod
    async def open(cls, hass: HomeAssistant, entry: EcomConfigEntry, path: Path) -> Self:
        """Open what an earlier run has written; raises CannotConnect if that cannot be now."""
        billing = Billing(hass, entry)
        await billing.load()
        billing.apply()
        pricings = priced(entry, billing)
        try:
            store, accounts = await hass.async_add_executor_job(partial(_open, path, pricings))
        except (OSError, sqlite3.Error) as err:
            raise CannotConnect(f"the quarter-hours cannot be opened: {err}") from err
        begun = Begun(hass, store.ledger)
        await begun.load()
        priced_by = PricedBy(hass)
        await priced_by.load()
        books = cls(
            hass,
            entry,
            store=store,
            accounts=accounts,
            billing=billing,
            begun=begun,
            priced_by=priced_by,
            household=await Household.open(hass, entry, store.db),
        )
        await books.external.load()
        return books

    @callback
    def start(self, directory: PortDirectory) -> None:
        """Begin to write what the ports of a directory say."""
        self._directory = directory
        self.quarters = QuarterBook(self._hass, directory, self.store, self._accounts)
        self.ledger = LedgerBook(self._hass, self.quarters)
        self.ledger.adjusted = self.begun.changed
        self._accounts.renamed = self._moved
        self._accounts.rename_written = self.begun.written
        self.ledger.remade = self.external.changed
        self.imports = Imports(self._hass, self.quarters, self.ledger, self.begun)
        self.backfill = Backfill(self._hass, directory, self.quarters, self.ledger)
        self.repricing = Repricing(self._hass, self.ledger, self._priced_by)
        self.billing.changed = self.repricing.learned
        self.quarters.start()
        self.ledger.start()
        self.backfill.start()
        self.household.start(self.publisher, self.quarters, directory)
        self.publisher.start()
        self.external.start(self.quarters)

    @callback
    def follow(self, meters: Sequence[MeterWatch]) -> None:
        """Follow these meters, by the contracts that the subentries name now."""
        self.billing.apply()
        self.quarters.follow(meters, self.bands)
        self.repricing.follow(priced(self._entry, self.billing))
        self.billing.learn()
        configs = meter_configs(self._entry)
        self.publisher.follow(
            [
                MeterAccounts(
                    node=node,
                    drawn=account_of(configs[node.key], DRAWN),
                    fed=account_of(configs[node.key], FED),
                )
                for node in nodes_of(self._entry)
            ],
            self.billing.tariffs,
        )
        self.household.follow()

    async def close(self) -> None:
        """Write what is left, and no more."""
        self.backfill.close()
        await self.repricing.close()
        self.ledger.close()
        await self.external.close()
        await self.publisher.async_shutdown()
        await self.household.close()
        await self.billing.close()
        await self.begun.close()
        await self._priced_by.close()
        await self.quarters.close()

    @callback
    def _moved(self, old: str, new: str) -> None:
        self.begun.moved(old, new)
        self._priced_by.moved(old, new)

    def target(self, meter_id: str, direction: str, band: str | None = None) -> Target | None:
        """Return what readings of a meter are brought to, or of the register of a band.

        None where nothing counts that, or has ever counted it. Registers beyond the bands of
        the contract, such as rates that are not used, are no part of what it counts in all.
        """
        config = meter_configs(self._entry)[meter_id]
        account, pasts = account_of(config, direction), self.quarters.pasts
        kind = KINDS[config.role]
        whole = pasts.of_account(account)
        target = Target(
            account=account, kind=Kind.ENERGY if kind is Kind.POWER else kind, segments=whole
        )
        if band is None:
            return target if whole else None
        bands = self.bands(config)
        pricing = self.billing.succession(meter_id, Direction.IMPORT)
        used = bands.values() if pricing is None else pricing.bands
        series = {name: key for key, name in bands.items()}
        if direction != DRAWN or band not in series:
            return None
        return replace(
            target,
            segments=[Segment(key=series[band])],
            band=band,
            registers=[series[name] for name in used if name in series],
            whole=whole,
        )

    def bands(self, config: MeterConfig) -> Mapping[str, str]:
        """Return the registers of a meter by port, each with the band that it counts."""
        meter_id = next(
            (key for key, each in meter_configs(self._entry).items() if each == config), ""
        )
        pricing = self.billing.succession(meter_id, Direction.IMPORT)
        counters = config.counters(self._directory)
        return bands_of(config, counters, pricing, dt_util.utcnow())


def meter_configs(entry: EcomConfigEntry) -> dict[str, MeterConfig]:
    """Return the meters of the Site by the id of their subentry."""
    return {
        each.subentry_id: MeterConfig.of(each)
        for each in entry.get_subentries_of_type(SUBENTRY_METER)
    }


def priced(entry: EcomConfigEntry, billing: Billing) -> dict[str, Succession]:
    """Return by what each account is priced that has a contract."""
    found: dict[str, Succession] = {}
    for meter_id, config in meter_configs(entry).items():
        for name, direction in ((DRAWN, Direction.IMPORT), (FED, Direction.EXPORT)):
            pricing = billing.succession(meter_id, direction)
            if pricing is not None:
                found[account_of(config, name)] = pricing
    return found


def _open(path: Path, pricings: Mapping[str, Succession]) -> tuple[QuarterStore, Accounts]:
    """Return the store and the accounts in it, priced as they are now. Blocks."""
    store = open_store(path)
    return store, Accounts.load(store.ledger, pricings, to_ms(dt_util.utcnow()))

"""What the meters of the Site are billed by: contracts, and what these need to be told."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.tariffs.model import Contract, ContractError, Direction
from ..core.tariffs.succession import Succession
from ..core.tariffs.tariff import Tariff
from ..runtime import EcomConfigEntry
from .contract_fields import CONF_TEMPLATE
from .contracts import assigned, contract_of, contracts_of, successions
from .knowledge import Knowledge, Need

ISSUE_CONTRACT: Final = "contract_unusable"


class Billing:
    """The contracts of the Site as tariffs, kept up with its subentries."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Have no contract yet; ``load`` and ``apply`` follow."""
        self._hass = hass
        self._entry = entry
        self._taken: tuple[Mapping[str, object], date] | None = None
        self._settled: dict[str, Mapping[str, object]] = {}
        self._successions: dict[tuple[str, Direction], Succession] = {}
        self.tariffs: dict[str, Tariff] = {}
        self.assigned: dict[str, tuple[str | None, str | None]] = {}
        self.changed: Callable[[datetime], None] = lambda _since: None
        """Is told from when on something is known otherwise that prices depend on."""
        self.knowledge = Knowledge(hass, self._learned)

    async def load(self) -> None:
        """Take up what was learned before."""
        await self.knowledge.load()

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """Return the contracts by the id of their subentry."""
        return {key: tariff.contract for key, tariff in self.tariffs.items()}

    @property
    def titles(self) -> dict[str, str]:
        """Return what the contracts are called, by id."""
        return {key: self._entry.subentries[key].title for key in self.tariffs}

    @callback
    def apply(self) -> None:
        """Take the contracts that the subentries describe now."""
        now = (
            {key: each.data for key, each in self._entry.subentries.items()},
            dt_util.now().date(),
        )
        if self._taken != now:
            self._taken = now
            self._take()

    def _take(self) -> None:
        wanted = {each.subentry_id: each.data for each in contracts_of(self._entry)}
        for key in self._settled.keys() - wanted.keys():
            self._drop(key)
        for key, data in wanted.items():
            if self._settled.get(key) != data:
                self._settled[key] = dict(data)
                self._settle(key)
        self.assigned = self.assigned_on(dt_util.now().date())
        before, self._successions = self._successions, successions(self._entry, self.tariffs)
        for about, each in self._successions.items():
            if (known := before.get(about)) is not None and known.terms == each.terms:
                self._successions[about] = known

    @callback
    def learn(self) -> None:
        """Learn what these contracts need, once somebody listens to what is learned."""
        self.knowledge.follow(Need.of(each.data) for each in contracts_of(self._entry))

    def assigned_on(self, day: date) -> dict[str, tuple[str | None, str | None]]:
        """Return by which contracts each meter is billed and paid on a day."""
        return assigned(self._entry, self.contracts, day)

    def succession(self, meter_id: str, direction: Direction) -> Succession | None:
        """Return by what a direction of a meter is priced over time, None if by nothing.

        It stays the same object as long as nothing of it changes.
        """
        return self._successions.get((meter_id, direction))

    async def close(self) -> None:
        """Learn no more, and keep what was learned."""
        await self.knowledge.close()

    @callback
    def _learned(self, since: datetime) -> None:
        self.changed(since)

    def _settle(self, key: str) -> None:
        """Make a tariff of a contract; one that cannot be is said so, and bills nothing."""
        subentry = self._entry.subentries[key]
        try:
            contract = contract_of(self._hass, key, subentry.data)
        except ContractError:
            self.tariffs.pop(key, None)
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                f"{ISSUE_CONTRACT}_{key}",
                is_fixable=False,
                severity=ir.IssueSeverity.ERROR,
                translation_key=ISSUE_CONTRACT,
                translation_placeholders={"contract": subentry.title},
            )
            return
        self.tariffs[key] = Tariff(contract, self.knowledge.known)
        ir.async_delete_issue(self._hass, DOMAIN, f"{ISSUE_CONTRACT}_{key}")

    def _drop(self, key: str) -> None:
        self._settled.pop(key)
        self.tariffs.pop(key, None)
        ir.async_delete_issue(self._hass, DOMAIN, f"{ISSUE_CONTRACT}_{key}")


def is_regulated(data: Mapping[str, object]) -> bool:
    """Return whether a contract has the French regulated prices that come with ECOM."""
    return str(data.get(CONF_TEMPLATE, "")).startswith("regulated_")

"""By which contracts each account was priced last, as they were: kept over restarts."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..core.tariffs.json_form import as_json, from_json
from ..core.tariffs.model import Contract, ContractError
from ..core.tariffs.succession import Succession, Term
from ..core.tariffs.tariff import Tariff
from ..core.timeline import from_ms, to_ms

SAVE_DELAY: Final = 5
TERMS, LOST = "terms", "lost"


class PricedBy:
    """Knows what an account was made by, so that only what is said otherwise is made anew."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know of none yet."""
        self._store = Store[dict[str, Any]](hass, 1, f"{DOMAIN}.contracts")
        self._accounts: dict[str, dict[str, Any]] = {}
        self._contracts: dict[str, Any] = {}

    async def load(self) -> None:
        """Take up what an earlier run has noted."""
        stored = await self._store.async_load() or {}
        self._accounts = stored.get("accounts", {})
        self._contracts = stored.get("contracts", {})

    @callback
    def throughout(self, account: str, pricing: Succession) -> bool:
        """Return whether an account was priced by those contracts, each in its time."""
        known = self._accounts.get(account, {})
        return bool(known.get(TERMS) == _marks(pricing)) and LOST not in known

    @callback
    def note(self, account: str, pricing: Succession) -> None:
        """Note that all of an account is priced by these contracts now."""
        for tariff in pricing.tariffs:
            self._contracts[fingerprint(tariff.contract)] = as_json(tariff.contract)
        self._accounts[account] = {TERMS: _marks(pricing)}
        self._save()

    @callback
    def note_lost(self, account: str, now: int) -> None:
        """Note that an account has no contract from now on, and since when that is, in ms."""
        self._accounts.setdefault(account, {}).setdefault(LOST, now)
        self._save()

    def of(
        self, account: str, tariff_of: Callable[[Contract], Tariff]
    ) -> tuple[Succession | None, int | None]:
        """Return what an account was priced by last, and until when if it has lost that.

        None if it was priced by nothing, or by what cannot be read any more.
        """
        known = self._accounts.get(account, {})
        try:
            terms = [
                Term(
                    start=None if start is None else from_ms(start),
                    end=None if end is None else from_ms(end),
                    tariff=tariff_of(from_json(self._contracts[mark])),
                )
                for start, end, mark in known[TERMS]
            ]
        except KeyError, TypeError, ValueError, ContractError:
            return None, None
        return Succession(terms), known.get(LOST)

    @callback
    def moved(self, old: str, new: str) -> None:
        """Let what is noted of an account be that of its new name."""
        found = self._accounts.pop(old, None)
        self._accounts.pop(new, None)
        if found is not None:
            self._accounts[new] = found
        self._save()

    async def close(self) -> None:
        """Write what is noted."""
        await self._store.async_save(self._dump())

    @callback
    def _save(self) -> None:
        self._store.async_delay_save(self._dump, SAVE_DELAY)

    def _dump(self) -> dict[str, Any]:
        """Return the accounts, and the contracts that any of them was priced by."""
        used = {mark for each in self._accounts.values() for *_, mark in each.get(TERMS, ())}
        return {
            "accounts": self._accounts,
            "contracts": {mark: each for mark, each in self._contracts.items() if mark in used},
        }


def fingerprint(contract: Contract) -> str:
    """Return what tells a contract from one with other terms."""
    return sha256(repr(as_json(contract)).encode()).hexdigest()


def _marks(pricing: Succession) -> list[list[Any]]:
    """Return what is noted of contracts: when each prices, in ms, and its fingerprint."""
    return [
        [
            None if term.start is None else to_ms(term.start),
            None if term.end is None else to_ms(term.end),
            fingerprint(term.tariff.contract),
        ]
        for term in pricing.terms
    ]

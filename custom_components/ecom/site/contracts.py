"""A contract of the site: what a person settled, and the tariff that follows from it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from ..core.tariffs.model import Contract, ContractError, Direction, Fluid
from ..core.tariffs.succession import Succession, Term
from ..core.tariffs.tariff import Tariff
from ..core.tariffs.templates import make
from ..core.timeline import midnight
from ..ports import Role
from .contract_fields import CONF_COLOURS, CONF_TODAY, CONF_TOMORROW
from .meter_billing import SUBENTRY_CONTRACT, nodes_of
from .meters import SUBENTRY_METER, MeterConfig

FLUIDS: Final[Mapping[Role, Fluid]] = {
    Role.GRID: Fluid.ELECTRICITY,
    Role.SOLAR: Fluid.ELECTRICITY,
    Role.BATTERY: Fluid.ELECTRICITY,
    Role.SUB_METER: Fluid.ELECTRICITY,
    Role.WATER: Fluid.COLD_WATER,
    Role.HOT_WATER: Fluid.HOT_WATER,
    Role.GAS: Fluid.GAS,
    Role.HEAT: Fluid.HEAT,
}
"""What a meter of each role is billed for."""

UNBILLED: Final = frozenset({Role.SOLAR, Role.BATTERY})
"""What they count is not bought: neither the sun nor a battery sends a bill."""

OURS: Final = (CONF_COLOURS, CONF_TODAY, CONF_TOMORROW)
"""Settings that say where something is learned, and not what is agreed."""


def contract_of(hass: HomeAssistant, key: str, data: Mapping[str, Any]) -> Contract:
    """Return the contract that settings describe; raises ContractError.

    All that is counted in money is counted in Home Assistant's currency.
    """
    settings = {name: value for name, value in data.items() if name not in OURS}
    contract = make(settings, key, hass.config.time_zone, hass.config.currency)
    if contract.currency != hass.config.currency:
        told = {"found": contract.currency, "expected": hass.config.currency}
        raise ContractError("contract_currency", told)
    return contract


def contracts_of(site: ConfigEntry[Any]) -> list[ConfigSubentry]:
    """Return the contracts of a site."""
    return [*site.get_subentries_of_type(SUBENTRY_CONTRACT)]


def assigned(
    site: ConfigEntry[Any], contracts: Mapping[str, Contract], day: date
) -> dict[str, tuple[str | None, str | None]]:
    """Return what each meter is billed by, and paid by for what it feeds in, by its id.

    A meter that names no contract has that of the meter above it, or else the only one
    of its kind that holds on that day; where there are several, none. One that is named
    and does not hold gives way to the only one that does: a contract follows another.
    """
    configs = {
        each.subentry_id: MeterConfig.of(each)
        for each in site.get_subentries_of_type(SUBENTRY_METER)
    }
    parents = {node.key: node.parent for node in nodes_of(site)}

    def sole(fluid: Fluid, direction: Direction, named: str | None = None) -> str | None:
        found = [
            key
            for key, each in contracts.items()
            if each.fluid is fluid and each.direction is direction
        ]
        holding = [key for key in found if contracts[key].holds(day)]
        if named in holding:
            return named
        usual = found[0] if len(found) == 1 else named if named in found else None
        return holding[0] if len(holding) == 1 else usual

    def billed_by(meter_id: str) -> str | None:
        config = configs[meter_id]
        if config.role in UNBILLED:
            return None
        fluid = FLUIDS[config.role]
        if config.contract in contracts:
            return sole(fluid, Direction.IMPORT, config.contract)
        above = parents[meter_id]
        if above is not None and (found := billed_by(above)) is not None:
            return found
        return sole(fluid, Direction.IMPORT)

    def paid_by(meter_id: str) -> str | None:
        config = configs[meter_id]
        if config.feed_in in contracts:
            return sole(Fluid.ELECTRICITY, Direction.EXPORT, config.feed_in)
        return sole(Fluid.ELECTRICITY, Direction.EXPORT) if config.role is Role.GRID else None

    return {meter_id: (billed_by(meter_id), paid_by(meter_id)) for meter_id in configs}


def successions(
    site: ConfigEntry[Any], tariffs: Mapping[str, Tariff]
) -> dict[tuple[str, Direction], Succession]:
    """Return by what each meter is priced over time, by its id and the direction.

    It is by whatever is ``assigned`` on each day, on the contract's own days alone.
    """
    contracts = {key: tariff.contract for key, tariff in tariffs.items()}
    found: dict[tuple[str, Direction], list[Term]] = {}
    for since, until in pairwise([None, *changes(contracts.values()), None]):
        day = since or (date.min if until is None else until - timedelta(days=1))
        for meter_id, keys in assigned(site, contracts, day).items():
            for direction, key in zip((Direction.IMPORT, Direction.EXPORT), keys, strict=True):
                if key is not None and contracts[key].holds(day):
                    terms = found.setdefault((meter_id, direction), [])
                    _add(terms, tariffs[key], since, until)
    return {key: Succession(terms) for key, terms in found.items()}


def changes(contracts: Iterable[Contract]) -> list[date]:
    """Return the days on which a contract begins, or has ended, in order."""
    ends = {day for each in contracts for day in (each.since, each.until) if day is not None}
    return sorted(ends)


def _add(terms: list[Term], tariff: Tariff, since: date | None, until: date | None) -> None:
    """Add some days to terms; they are the last one's if nothing changes in between."""
    start, end = (None if day is None else midnight(day, tariff.zone) for day in (since, until))
    if terms and terms[-1].tariff is tariff and terms[-1].end == start:
        terms[-1] = replace(terms[-1], end=end)
        return
    terms.append(Term(start=start, end=end, tariff=tariff))

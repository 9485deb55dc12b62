"""Whether a contract suits the meter that a person lets it bill, or pay for."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..core.tariffs.model import Contract, ContractError, Direction
from ..ports import Role
from .choice import ChoiceError
from .contracts import FLUIDS, contract_of
from .meters import CONF_CONTRACT, CONF_FEED_IN

DIRECTIONS: Final = {CONF_CONTRACT: Direction.IMPORT, CONF_FEED_IN: Direction.EXPORT}
"""What the contract in each field of a meter has to be for."""


def check_contracts(
    hass: HomeAssistant, site: ConfigEntry[Any], role: Role, data: Mapping[str, Any]
) -> None:
    """See that a meter's data names contracts of its kind; raises ChoiceError.

    One that cannot be made is of no kind.
    """
    for field, direction in DIRECTIONS.items():
        key = data.get(field)
        if key is None:
            continue
        try:
            contract = contract_of(hass, key, site.subentries[key].data)
        except ContractError as err:
            raise ChoiceError("contract_of_other_kind") from err
        if not suits(contract, role, direction):
            raise ChoiceError("contract_of_other_kind")


def suits(contract: Contract, role: Role, direction: Direction) -> bool:
    """Return whether a contract is for what a meter of a role counts in a direction."""
    return contract.fluid is FLUIDS[role] and contract.direction is direction

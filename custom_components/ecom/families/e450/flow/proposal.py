"""What a new meter proposes to the Site."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME

from ....ports import Role
from ..listening import has_power
from ..protocol.values import Telegram

CONF_ROLE: Final = "role"
NO_ROLE: Final = "none"
SECOND_PHASE: Final = 2


def proposals(telegram: Telegram, uid: str, user_input: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the meters for the Site: none without a power to show, or unwanted."""
    role = user_input[CONF_ROLE]
    if role == NO_ROLE or not has_power(telegram):
        return []
    return [
        {
            "port": f"{uid}/power",
            "role": Role(role).value,
            "title": user_input[CONF_NAME],
            "inverted": role == Role.SOLAR and _exports(telegram),
            "phases": ["1", "2", "3"] if _has_second_phase(telegram) else ["1"],
        }
    ]


def _exports(telegram: Telegram) -> bool:
    """Return whether the meter counts more out than in, as one does behind panels."""
    energy = {
        value.register.name: value.value
        for value in telegram.values.values()
        if value.register is not None and isinstance(value.value, int)
    }
    return energy.get("energy_export", 0) > energy.get("energy_import", 0)


def _has_second_phase(telegram: Telegram) -> bool:
    return any(
        value.register is not None and value.register.phase == SECOND_PHASE and value.raw
        for value in telegram.values.values()
    )

"""What the flows of all plug families ask once a device was found."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.const import CONF_NAME
from homeassistant.helpers import selector

from .plugs import Channel, ChannelKind, PlugState, Quantity
from .ports import Role

CONF_ROLE: Final = "role"
NO_ROLE: Final = "none"

ROLE: Final = selector.SelectSelector(
    selector.SelectSelectorConfig(
        options=[Role.SUB_METER, Role.GRID, Role.SOLAR, NO_ROLE],
        mode=selector.SelectSelectorMode.DROPDOWN,
        translation_key="plug_role",
    )
)


def found_schema(name: str, role: Role = Role.SUB_METER) -> probatio.Schema:
    """Return the form that confirms a device: its name, and what it measures."""
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME, default=name): selector.TextSelector(),
            probatio.Required(CONF_ROLE, default=role): ROLE,
        }
    )


def proposals(uid: str, state: PlugState, user_input: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the meters for the Site: each channel, or of phases their total alone."""
    role, name = user_input[CONF_ROLE], user_input[CONF_NAME]
    measured = [
        channel
        for channel in state.channels.values()
        if channel.kind is not ChannelKind.PHASE
        and state.reading(channel.key, Quantity.POWER) is not None
    ]
    if role == NO_ROLE:
        return []
    return [
        {
            "port": f"{uid}/{channel.key}/{Quantity.POWER}",
            "role": Role(role).value,
            "title": name if len(measured) == 1 else f"{name} {channel.name or channel.number}",
            "inverted": role == Role.SOLAR and _feeds(state, channel),
            "phases": ["1", "2", "3"] if channel.kind is ChannelKind.TOTAL else ["1"],
        }
        for channel in measured
    ]


def _feeds(state: PlugState, channel: Channel) -> bool:
    """Return whether a channel has fed more in than it has drawn: panels that count so."""
    drawn, fed = (
        state.reading(channel.key, quantity) for quantity in (Quantity.ENERGY, Quantity.RETURNED)
    )
    return fed is not None and (fed.value or 0) > ((drawn and drawn.value) or 0)

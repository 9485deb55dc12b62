"""The forms of the Shelly's flow."""

from typing import Final

import probatio
from homeassistant.helpers import selector

from ....plugs import Channel, ChannelKind, PlugState, Quantity
from ....ports import Role
from ..settings import CONF_PASSWORD

CONF_ADDRESS: Final = "address"

PASSWORD: Final = selector.TextSelector(
    selector.TextSelectorConfig(
        type=selector.TextSelectorType.PASSWORD, autocomplete="current-password"
    )
)

_UNITS: Final = {
    Quantity.POWER: "W",
    Quantity.VOLTAGE: "V",
    Quantity.CURRENT: "A",
    Quantity.ENERGY: "Wh",
}
_WORDS: Final = {
    ChannelKind.OUTLET: "switch",
    ChannelKind.METER: "meter",
    ChannelKind.PHASE: "phase",
    ChannelKind.TOTAL: "em",
}


def user_schema() -> probatio.Schema:
    """Return the form that asks where the device is."""
    return probatio.Schema({probatio.Required(CONF_ADDRESS): selector.TextSelector()})


def password_schema() -> probatio.Schema:
    """Return the form that asks for the password."""
    return probatio.Schema({probatio.Required(CONF_PASSWORD): PASSWORD})


def moved_schema() -> probatio.Schema:
    """Return the form that asks where the device is now; an empty password keeps the old one."""
    return probatio.Schema(
        {
            probatio.Required(CONF_ADDRESS): selector.TextSelector(),
            probatio.Optional(CONF_PASSWORD): PASSWORD,
        }
    )


def summary(state: PlugState) -> str:
    """Return the channels and what they say, in words that need no translation."""
    return "\n".join(f"- {_line(state, channel)}" for channel in state.channels.values())


def usual_role(state: PlugState) -> Role:
    """Return what a device measures as a rule: clamps sit where the mains come in."""
    keys = state.channels
    at_grid = any(key.startswith(("em", "clamp")) for key in keys)
    return Role.GRID if at_grid else Role.SUB_METER


def _line(state: PlugState, channel: Channel) -> str:
    title = " ".join(filter(None, (_WORDS[channel.kind], str(channel.number), channel.name)))
    values = [_shown(state, channel.key, quantity) for quantity in state.quantities(channel.key)]
    return f"{title}: {', '.join(filter(None, values))}"


def _shown(state: PlugState, channel: str, quantity: Quantity) -> str:
    reading = state.reading(channel, quantity)
    if reading is None or reading.value is None:
        return ""
    if quantity is Quantity.STATE:
        return "on" if reading.value else "off"
    unit = _UNITS.get(quantity)
    return f"{reading.value:g} {unit}" if unit else ""

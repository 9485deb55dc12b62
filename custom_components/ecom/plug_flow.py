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

SIGNS: Final = {ChannelKind.PHASE: "L{number}", ChannelKind.TOTAL: "Σ"}
"""How phases and their sum are written everywhere; all others have a number."""

UNITS: Final = {
    Quantity.POWER: "W",
    Quantity.VOLTAGE: "V",
    Quantity.CURRENT: "A",
    Quantity.ENERGY: "Wh",
}


def found_schema(name: str, state: PlugState) -> probatio.Schema:
    """Return the form that confirms a device: its name and, if it measures, what it measures."""
    fields: dict[Any, Any] = {probatio.Required(CONF_NAME, default=name): selector.TextSelector()}
    if _measured(state):
        fields[probatio.Required(CONF_ROLE, default=_usual_role(state))] = ROLE
    return probatio.Schema(fields)


def summary(state: PlugState) -> str:
    """Return the channels and what they say, a line each, in signs that need no translation."""
    return "\n".join(f"- {_line(state, channel)}" for channel in state.channels.values())


def proposals(uid: str, state: PlugState, user_input: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the meters for the Site: each channel, or of phases their total alone."""
    role, name = user_input.get(CONF_ROLE, NO_ROLE), user_input[CONF_NAME]
    if role == NO_ROLE:
        return []
    measured = _measured(state)
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


def _measured(state: PlugState) -> list[Channel]:
    """Return the channels that measure power, of three phases their total alone."""
    return [
        channel
        for channel in state.channels.values()
        if channel.kind is not ChannelKind.PHASE
        and state.reading(channel.key, Quantity.POWER) is not None
    ]


def _usual_role(state: PlugState) -> Role:
    """Return what a device measures as a rule.

    What has a total of three phases, or a single clamp, sits where the mains come in.
    """
    kinds = [channel.kind for channel in state.channels.values()]
    at_mains = ChannelKind.TOTAL in kinds or kinds == [ChannelKind.METER]
    return Role.GRID if at_mains else Role.SUB_METER


def _line(state: PlugState, channel: Channel) -> str:
    sign = SIGNS.get(channel.kind, "").format(number=channel.number)
    title = " ".join(filter(None, (sign or str(channel.number), channel.name)))
    values = (_shown(state, channel.key, quantity) for quantity in state.quantities(channel.key))
    return f"{title}: {', '.join(filter(None, values))}"


def _shown(state: PlugState, channel: str, quantity: Quantity) -> str:
    reading = state.reading(channel, quantity)
    if reading is None or reading.value is None:
        return ""
    if quantity is Quantity.STATE:
        return "ON" if reading.value else "OFF"
    unit = UNITS.get(quantity)
    return f"{round(reading.value, 3):.12g} {unit}" if unit else ""


def _feeds(state: PlugState, channel: Channel) -> bool:
    """Return whether a channel has fed more in than it has drawn: panels that count so."""
    drawn, fed = (
        state.reading(channel.key, quantity) for quantity in (Quantity.ENERGY, Quantity.RETURNED)
    )
    return fed is not None and (fed.value or 0) > ((drawn and drawn.value) or 0)

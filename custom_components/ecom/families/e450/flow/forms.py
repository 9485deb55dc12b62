"""The forms of the E450's flow."""

from typing import Any, Final

import probatio
from homeassistant.const import CONF_NAME
from homeassistant.helpers import selector

from ....ports import Role
from ..protocol.profiles import Profile, propose
from ..protocol.values import Telegram
from ..settings import CONF_AUTH_KEY, CONF_DEVICE, CONF_KEY, CONF_PROFILE

SHOWN: Final = 8
"""So many values are enough to recognise one's meter."""

PASSWORD: Final = selector.TextSelector(
    selector.TextSelectorConfig(type=selector.TextSelectorType.PASSWORD)
)


def user_schema() -> probatio.Schema:
    """Return the form that asks for the port or the address."""
    return probatio.Schema({probatio.Required(CONF_DEVICE): selector.SerialPortSelector()})


def keys_schema() -> probatio.Schema:
    """Return the form that asks for the keys; the second one is optional."""
    return probatio.Schema(
        {
            probatio.Required(CONF_KEY): PASSWORD,
            probatio.Optional(CONF_AUTH_KEY): PASSWORD,
        }
    )


def found_schema(telegram: Telegram, name: str) -> probatio.Schema:
    """Return the form that confirms what was found."""
    fields: dict[Any, Any] = {
        probatio.Required(CONF_NAME, default=name): selector.TextSelector(),
        probatio.Required("role", default=Role.GRID.value): selector.SelectSelector(
            selector.SelectSelectorConfig(
                options=[Role.GRID.value, Role.SOLAR.value, Role.SUB_METER.value, "none"],
                translation_key="e450_role",
            )
        ),
    }
    if profiles := [(profile.key, profile.title) for profile in _profiles(telegram)]:
        fields[probatio.Required(CONF_PROFILE, default=telegram.profile)] = selector.SelectSelector(
            selector.SelectSelectorConfig(
                options=[
                    selector.SelectOptionDict(value=key, label=title) for key, title in profiles
                ]
            )
        )
    return probatio.Schema(fields)


def shown_values(telegram: Telegram) -> str:
    """Return the first values as lines that a person can compare with the display."""
    measured = [
        f"- {code}: {value.value} {value.unit or ''}".rstrip()
        for code, value in telegram.values.items()
        if value.value is not None and value.unit is not None
    ]
    return "\n".join(measured[:SHOWN])


def _profiles(telegram: Telegram) -> tuple[Profile, ...]:
    """Return the profiles that fit a bare telegram, none for one that names its values."""
    if telegram.profile is None:
        return ()
    return propose([value.raw for value in telegram.values.values()])

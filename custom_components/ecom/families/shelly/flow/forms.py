"""The forms of the Shelly's flow."""

from typing import Final

import probatio
from homeassistant.helpers import selector

from ..settings import CONF_PASSWORD

CONF_ADDRESS: Final = "address"

PASSWORD: Final = selector.TextSelector(
    selector.TextSelectorConfig(
        type=selector.TextSelectorType.PASSWORD, autocomplete="current-password"
    )
)


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

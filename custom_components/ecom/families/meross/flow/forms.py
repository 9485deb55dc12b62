"""The forms of the Meross flow."""

from typing import Final

import probatio
from homeassistant.helpers import selector

CONF_ADDRESS: Final = "address"
CONF_CODE: Final = "code"
CONF_EMAIL: Final = "email"
CONF_KEY: Final = "key"
CONF_PASSWORD: Final = "password"  # noqa: S105 - the name of a field

_SECRET: Final = selector.TextSelector(
    selector.TextSelectorConfig(type=selector.TextSelectorType.PASSWORD, autocomplete="off")
)
_EMAIL: Final = selector.TextSelector(
    selector.TextSelectorConfig(type=selector.TextSelectorType.EMAIL, autocomplete="username")
)
_PASSWORD: Final = selector.TextSelector(
    selector.TextSelectorConfig(
        type=selector.TextSelectorType.PASSWORD, autocomplete="current-password"
    )
)


def address_schema() -> probatio.Schema:
    """Return the form for a device that is new, or has moved."""
    return probatio.Schema({probatio.Required(CONF_ADDRESS): selector.TextSelector()})


def key_schema() -> probatio.Schema:
    """Return the form for a key that is typed in."""
    return probatio.Schema({probatio.Required(CONF_KEY): _SECRET})


def login_schema() -> probatio.Schema:
    """Return the form for an account."""
    return probatio.Schema(
        {probatio.Required(CONF_EMAIL): _EMAIL, probatio.Required(CONF_PASSWORD): _PASSWORD}
    )


def code_schema() -> probatio.Schema:
    """Return the form for the code of an authenticator."""
    return probatio.Schema({probatio.Required(CONF_CODE): selector.TextSelector()})

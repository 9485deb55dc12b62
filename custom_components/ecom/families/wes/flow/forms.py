"""The forms of the WES's flow."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import probatio
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector

from ....ports import Role
from ..settings import (
    CONF_COUNTERS,
    CONF_HTTP_PORT,
    CONF_M2M_PORT,
    CONF_PASSWORD,
    CONF_USERNAME,
    DEFAULT_HTTP_PORT,
    DEFAULT_M2M_PORT,
    Medium,
)

CONF_ADDRESS: Final = "address"
CONF_PORTS: Final = "ports"
CONF_ROLE: Final = "role"
NO_ROLE: Final = "none"

PASSWORD: Final = selector.TextSelector(
    selector.TextSelectorConfig(
        type=selector.TextSelectorType.PASSWORD, autocomplete="current-password"
    )
)
PORT: Final = probatio.All(
    selector.NumberSelector(
        selector.NumberSelectorConfig(
            min=1, max=65535, step=1, mode=selector.NumberSelectorMode.BOX
        )
    ),
    probatio.Coerce(int),
)
MEDIUM: Final = selector.SelectSelector(
    selector.SelectSelectorConfig(options=[*Medium], translation_key="wes_medium")
)
ROLE: Final = selector.SelectSelector(
    selector.SelectSelectorConfig(
        options=[Role.GRID, Role.SOLAR, Role.SUB_METER, NO_ROLE],
        mode=selector.SelectSelectorMode.DROPDOWN,
        translation_key="wes_role",
    )
)


def ports_fields(options: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the two ports, which hardly anybody changes."""
    return {
        probatio.Required(
            CONF_HTTP_PORT, default=options.get(CONF_HTTP_PORT, DEFAULT_HTTP_PORT)
        ): PORT,
        probatio.Required(
            CONF_M2M_PORT, default=options.get(CONF_M2M_PORT, DEFAULT_M2M_PORT)
        ): PORT,
    }


def user_schema() -> probatio.Schema:
    """Return the form for a new server; the account can be that of another one."""
    return probatio.Schema(
        {
            probatio.Required(CONF_ADDRESS, default="WES"): selector.TextSelector(),
            **account_fields(),
            probatio.Required(CONF_PORTS): section(
                probatio.Schema(ports_fields({})), {"collapsed": True}
            ),
        }
    )


def address_schema() -> probatio.Schema:
    """Return the form for a server that has moved."""
    return probatio.Schema(
        {probatio.Required(CONF_ADDRESS): selector.TextSelector(), **account_fields()}
    )


def account_schema() -> probatio.Schema:
    """Return the form for another account."""
    return probatio.Schema(
        {
            probatio.Required(CONF_USERNAME): selector.TextSelector(),
            probatio.Required(CONF_PASSWORD): PASSWORD,
        }
    )


def account_fields() -> dict[Any, Any]:
    """Return the account; both are left empty to keep or to take over one."""
    return {
        probatio.Optional(CONF_USERNAME): selector.TextSelector(),
        probatio.Optional(CONF_PASSWORD): PASSWORD,
    }


def found_schema(name: str, meters: Mapping[int, str], counters: Iterable[int]) -> probatio.Schema:
    """Return the form that confirms what was found, with a role for each meter."""
    fields: dict[Any, Any] = {probatio.Required(CONF_NAME, default=name): selector.TextSelector()}
    for number, role in meters.items():
        fields[probatio.Required(f"{CONF_ROLE}_{number}", default=role)] = ROLE
    if media := counters_fields(counters):
        fields[probatio.Required(CONF_COUNTERS)] = section(
            probatio.Schema(media), {"collapsed": False}
        )
    return probatio.Schema(fields)


def counters_fields(counters: Iterable[int]) -> dict[Any, Any]:
    """Return what each pulse counter counts, if anything."""
    return {probatio.Optional(f"counter_{number}"): MEDIUM for number in counters}


def media_of(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what the counters count, as the options hold it."""
    chosen = user_input.get(CONF_COUNTERS, {})
    return {name.removeprefix("counter_"): medium for name, medium in chosen.items()}

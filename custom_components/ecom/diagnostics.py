"""One download that shows what an entry knows, without its secrets."""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import (
    CONF_DEVICE,
    CONF_HOST,
    CONF_MAC,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_WEBHOOK_ID,
)
from homeassistant.core import HomeAssistant

from .runtime import EcomConfigEntry
from .site import alerts, members, meters, options

TO_REDACT = {
    *(CONF_DEVICE, CONF_HOST, CONF_MAC, CONF_PASSWORD, CONF_USERNAME, CONF_WEBHOOK_ID),
    *(
        "app_name",
        "auth_key",
        "key",
        "meter_id",
        "meter_ids",
        "meters",
        "system_title",
        "uid",
        "uuid",
    ),
}
"""Keys, passwords and accounts, addresses, and whatever names a meter or a server."""

OF_THE_SITE = TO_REDACT | {
    *(meters.CONF_PORT, meters.CONF_ENERGY, meters.CONF_EXPORTED, meters.CONF_SWITCH),
    *(meters.CONF_CONTRACT, meters.CONF_REGISTERS, meters.CONF_TITLE),
    *(members.CONF_ADDRESS, members.CONF_NOTIFY, members.CONF_PERSON, members.CONF_USER),
    *(members.CONF_MOVED_IN, members.CONF_MOVED_OUT, members.CONF_PROVISION),
    *(members.CONF_TEMPERATURES, alerts.CONF_NOTIFY, options.CONF_ISSUER, options.CONF_NOTIFY),
}
"""The same in the parts and options of the Site, and whoever lives there and is told of it.

A contract that a person wrote bears its name and labels.
"""


async def async_get_config_entry_diagnostics(
    _hass: HomeAssistant, entry: EcomConfigEntry
) -> dict[str, Any]:
    """Return the entry's redacted data, and what its runtime tells of itself."""
    return {
        "data": async_redact_data(entry.data, TO_REDACT),
        "options": async_redact_data(entry.options, OF_THE_SITE),
        "subentries": [
            {"type": sub.subentry_type, "data": async_redact_data(sub.data, OF_THE_SITE)}
            for sub in entry.subentries.values()
        ],
        "runtime": entry.runtime_data.diagnostics(),
    }

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


async def async_get_config_entry_diagnostics(
    _hass: HomeAssistant, entry: EcomConfigEntry
) -> dict[str, Any]:
    """Return the entry's redacted data, and what its runtime tells of itself."""
    return {
        "data": async_redact_data(entry.data, TO_REDACT),
        "options": dict(entry.options),
        "subentries": [
            {"type": sub.subentry_type, "data": async_redact_data(sub.data, TO_REDACT | {"port"})}
            for sub in entry.subentries.values()
        ],
        "runtime": entry.runtime_data.diagnostics(),
    }

"""Repairs: what the user confirms is done by the entry that raised the issue."""

from typing import Any, override

from homeassistant import data_entry_flow
from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.config_entries import SOURCE_SYSTEM, ConfigEntryState
from homeassistant.core import HomeAssistant

from .const import CONF_METERS, DOMAIN, ISSUE_SITE_DELETED
from .runtime import EcomConfigEntry
from .site.flow import adopt_meters


class CreateSiteFlow(ConfirmRepairFlow):
    """Bring the Site back, because the user asked for it."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> Any:
        """Create the Site once confirmed."""
        if user_input is not None:
            await self.hass.config_entries.flow.async_init(
                DOMAIN, context={"source": SOURCE_SYSTEM}
            )
            for entry in self.hass.config_entries.async_entries(DOMAIN):
                adopt_meters(self.hass, entry.data.get(CONF_METERS, ()))
        return await super().async_step_confirm(user_input)


class SourceFixFlow(ConfirmRepairFlow):
    """Let a source do what the user confirmed."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> Any:
        """Ask the source to fix the issue; without the source there is nothing to fix."""
        if user_input is None:
            return await super().async_step_confirm(user_input)
        data = self.data or {}
        entry: EcomConfigEntry | None = self.hass.config_entries.async_get_entry(
            str(data["entry_id"])
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise data_entry_flow.AbortFlow("not_loaded")
        await entry.runtime_data.fix(str(data["issue"]))
        return await super().async_step_confirm(user_input)


async def async_create_fix_flow(
    _hass: HomeAssistant, issue_id: str, _data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    return CreateSiteFlow() if issue_id == ISSUE_SITE_DELETED else SourceFixFlow()

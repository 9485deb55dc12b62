"""Repairs: what the user confirms is done by the entry that raised the issue."""

from typing import Any, override

import probatio
from homeassistant import data_entry_flow
from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.config_entries import SOURCE_SYSTEM, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import CONF_METERS, DOMAIN, ISSUE_SITE_DELETED
from .runtime import EcomConfigEntry, InvalidAnswer, Question, Runtime
from .site.adoption import adopt_meters


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


class SourceFixFlow(RepairsFlow):
    """Let a source do what the user confirmed, after the questions that it asks."""

    _about = ""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> Any:
        """Begin; what comes with the first step is no answer."""
        del user_input
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> Any:
        """Ask until the source has no question left; without it there is nothing to fix."""
        issue, runtime = str((self.data or {})["issue"]), self._runtime()
        errors: dict[str, str] = {}
        if user_input is not None:
            if runtime is None:
                raise data_entry_flow.AbortFlow("not_loaded")
            try:
                await runtime.fix(issue, user_input, self._about)
            except InvalidAnswer as err:
                errors["base"] = str(err)
            else:
                if runtime.question(issue) is None:
                    return self.async_create_entry(data={})
        question = None if runtime is None else runtime.question(issue)
        self._about = "" if question is None else question.about
        schema = probatio.Schema({}) if question is None else question.schema
        return self.async_show_form(
            step_id="confirm",
            data_schema=self.add_suggested_values_to_schema(schema, user_input if errors else None),
            description_placeholders=self._placeholders(question),
            errors=errors,
        )

    def _runtime(self) -> Runtime | None:
        """Return the source that raised the issue, None while it is not there."""
        entry: EcomConfigEntry | None = self.hass.config_entries.async_get_entry(
            str((self.data or {})["entry_id"])
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data

    def _placeholders(self, question: Question | None) -> dict[str, str]:
        """Return what fills the form's texts in: the issue's, and the question's."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        own = {} if question is None else question.placeholders
        return {**((issue and issue.translation_placeholders) or {}), **own}


async def async_create_fix_flow(
    _hass: HomeAssistant, issue_id: str, _data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    return CreateSiteFlow() if issue_id == ISSUE_SITE_DELETED else SourceFixFlow()

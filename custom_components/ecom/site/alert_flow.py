"""How a person sets a threshold, once for all meters that it is about."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.helpers import selector

from .alerts import CONF_AMOUNT, CONF_METERS, CONF_NOTIFY, CONF_WHAT, ROLES, TEMPERATURES, What
from .meters import SUBENTRY_METER, MeterConfig
from .notify_targets import is_target, target_selector

CONF_NAME: Final = "name"


class AlertSubentryFlow(ConfigSubentryFlow):
    """Add a threshold to the site, or change one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask of what, how much, and whom to tell."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._wrong(user_input)):
            return self.async_create_entry(title=user_input[CONF_NAME], data=_data(user_input))
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(self._schema(), user_input),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change all of it."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._wrong(user_input)):
            return self.async_update_and_abort(
                self._get_entry(), subentry, title=user_input[CONF_NAME], data=_data(user_input)
            )
        now = user_input or {CONF_NAME: subentry.title, **subentry.data}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(self._schema(), now),
            errors=errors,
            description_placeholders={"alert": subentry.title},
        )

    def _schema(self) -> probatio.Schema:
        meters = self._get_entry().get_subentries_of_type(SUBENTRY_METER)
        what = selector.SelectSelectorConfig(options=[*What], translation_key="alert_what")
        return probatio.Schema(
            {
                probatio.Required(CONF_NAME): selector.TextSelector(),
                probatio.Required(CONF_WHAT, default=What.ELECTRICITY): selector.SelectSelector(
                    what
                ),
                probatio.Required(CONF_AMOUNT): selector.NumberSelector(
                    selector.NumberSelectorConfig(
                        min=-50, max=1_000_000, step="any", mode=selector.NumberSelectorMode.BOX
                    )
                ),
                probatio.Optional(CONF_METERS): selector.SelectSelector(
                    selector.SelectSelectorConfig(
                        options=[
                            selector.SelectOptionDict(value=each.subentry_id, label=each.title)
                            for each in meters
                        ],
                        multiple=True,
                        mode=selector.SelectSelectorMode.DROPDOWN,
                    )
                ),
                probatio.Optional(CONF_NOTIFY): target_selector(self.hass),
            }
        )

    def _wrong(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors of an answer, by field."""
        errors: dict[str, str] = {}
        what = What(user_input[CONF_WHAT])
        subentries = self._get_entry().subentries
        chosen = [each for each in user_input.get(CONF_METERS, ()) if each in subentries]
        roles = {MeterConfig.of(subentries[each]).role for each in chosen}
        if not user_input[CONF_NAME].strip():
            errors[CONF_NAME] = "alert_name_empty"
        if what not in TEMPERATURES and user_input[CONF_AMOUNT] < 0:
            errors[CONF_AMOUNT] = "alert_below_zero"
        if not all(is_target(each) for each in user_input.get(CONF_NOTIFY, ())):
            errors[CONF_NOTIFY] = "no_notify_target"
        if not roles <= ROLES.get(what, frozenset()):
            errors[CONF_METERS] = "alert_of_other_kind"
        return errors


def _data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return a subentry's data: everything but the name, without what is empty."""
    return {
        key: value
        for key, value in user_input.items()
        if key != CONF_NAME and value not in (None, "", [])
    }

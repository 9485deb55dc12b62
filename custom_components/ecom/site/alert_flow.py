"""How a person sets a threshold, once for all meters that it is about."""

from collections.abc import Mapping
from typing import Any, override

import probatio
from homeassistant.helpers import selector

from ..amounts import amount_field
from .alerts import CONF_AMOUNT, CONF_METERS, CONF_NOTIFY, CONF_WHAT, ROLES, TEMPERATURES, What
from .meters import SUBENTRY_METER, MeterConfig
from .notify_targets import is_target, target_selector
from .part_flow import CONF_NAME, PartFlow


class AlertSubentryFlow(PartFlow):
    """Add a threshold to the site, or change one."""

    part = "alert"

    @override
    async def _schema(self) -> probatio.Schema:
        meters = self._get_entry().get_subentries_of_type(SUBENTRY_METER)
        what = selector.SelectSelectorConfig(options=[*What], translation_key="alert_what")
        return probatio.Schema(
            {
                probatio.Required(CONF_NAME): selector.TextSelector(),
                probatio.Required(CONF_WHAT, default=What.ELECTRICITY): selector.SelectSelector(
                    what
                ),
                # One that is required is filled in beforehand, with its least.
                probatio.Optional(CONF_AMOUNT): amount_field(-50, 1_000_000),
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

    @override
    def _wrong(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors of an answer, by field."""
        errors: dict[str, str] = {}
        what = What(user_input[CONF_WHAT])
        subentries = self._get_entry().subentries
        chosen = [each for each in user_input.get(CONF_METERS, ()) if each in subentries]
        roles = {MeterConfig.of(subentries[each]).role for each in chosen}
        if not user_input[CONF_NAME].strip():
            errors[CONF_NAME] = "alert_name_empty"
        amount = user_input.get(CONF_AMOUNT)
        if amount is None:
            errors[CONF_AMOUNT] = "alert_amount_missing"
        elif what not in TEMPERATURES and amount < 0:
            errors[CONF_AMOUNT] = "alert_below_zero"
        if not all(is_target(each) for each in user_input.get(CONF_NOTIFY, ())):
            errors[CONF_NOTIFY] = "no_notify_target"
        if not roles <= ROLES.get(what, frozenset()):
            errors[CONF_METERS] = "alert_of_other_kind"
        return errors

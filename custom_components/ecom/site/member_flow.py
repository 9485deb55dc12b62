"""How a person gives the site a member, and changes one."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector

from .members import (
    CONF_ADDRESS,
    CONF_FIXED,
    CONF_KIND,
    CONF_METERS,
    CONF_MOVED_IN,
    CONF_MOVED_OUT,
    CONF_NOTIFY,
    CONF_OCCUPANTS,
    CONF_PERSON,
    CONF_PROVISION,
    CONF_SURFACE,
    CONF_TEMPERATURES,
    CONF_THOUSANDTHS,
    CONF_USER,
    MemberKind,
)
from .meters import SUBENTRY_METER
from .notify_targets import is_target, target_selector

CONF_HOME: Final = "home"
CONF_CONTACT: Final = "contact"
CONF_NAME: Final = "name"


class MemberSubentryFlow(ConfigSubentryFlow):
    """Add a member to the site, or change one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask who it is and what is theirs; the rest in closed sections."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._wrong(user_input)):
            return self.async_create_entry(title=user_input[CONF_NAME], data=_flat(user_input))
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(await self._schema(), user_input),
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
                self._get_entry(), subentry, title=user_input[CONF_NAME], data=_flat(user_input)
            )
        now = user_input or {CONF_NAME: subentry.title, **_nested(subentry.data)}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(await self._schema(), now),
            errors=errors,
            description_placeholders={"member": subentry.title},
        )

    async def _schema(self) -> probatio.Schema:
        meters = self._get_entry().get_subentries_of_type(SUBENTRY_METER)
        kinds = selector.SelectSelectorConfig(options=[*MemberKind], translation_key="member_kind")
        return probatio.Schema(
            {
                probatio.Required(CONF_NAME): selector.TextSelector(),
                probatio.Required(CONF_KIND, default=MemberKind.USER): selector.SelectSelector(
                    kinds
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
                probatio.Required(CONF_HOME, default={}): section(_home(), {"collapsed": True}),
                probatio.Required(CONF_CONTACT, default={}): section(
                    await self._contact(), {"collapsed": True}
                ),
            }
        )

    async def _contact(self) -> probatio.Schema:
        users = [
            selector.SelectOptionDict(value=user.id, label=user.name or user.id)
            for user in await self.hass.auth.async_get_users()
            if user.is_active and not user.system_generated
        ]
        return probatio.Schema(
            {
                probatio.Optional(CONF_PERSON): selector.EntitySelector(
                    selector.EntitySelectorConfig(domain="person")
                ),
                probatio.Optional(CONF_USER): selector.SelectSelector(
                    selector.SelectSelectorConfig(
                        options=users, mode=selector.SelectSelectorMode.DROPDOWN
                    )
                ),
                probatio.Optional(CONF_NOTIFY): target_selector(self.hass),
                probatio.Optional(CONF_TEMPERATURES): selector.EntitySelector(
                    selector.EntitySelectorConfig(
                        domain="sensor", device_class="temperature", multiple=True
                    )
                ),
                probatio.Optional(CONF_PROVISION): _number(unit=self.hass.config.currency),
                probatio.Optional(CONF_ADDRESS): selector.TextSelector(
                    selector.TextSelectorConfig(multiline=True)
                ),
            }
        )

    def _wrong(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors of an answer, by field."""
        errors: dict[str, str] = {}
        home, contact = user_input[CONF_HOME], user_input[CONF_CONTACT]
        moved_in, moved_out = home.get(CONF_MOVED_IN), home.get(CONF_MOVED_OUT)
        if not user_input[CONF_NAME].strip():
            errors[CONF_NAME] = "member_name_empty"
        if moved_in and moved_out and date.fromisoformat(moved_in) >= date.fromisoformat(moved_out):
            errors["base"] = "member_out_before_in"
        if not all(is_target(each) for each in contact.get(CONF_NOTIFY, ())):
            errors["base"] = "no_notify_target"
        return errors


def _home() -> probatio.Schema:
    return probatio.Schema(
        {
            probatio.Optional(CONF_MOVED_IN): selector.DateSelector(),
            probatio.Optional(CONF_MOVED_OUT): selector.DateSelector(),
            probatio.Optional(CONF_SURFACE): _number(unit="m²"),
            probatio.Optional(CONF_THOUSANDTHS): _number(),
            probatio.Optional(CONF_OCCUPANTS): _number(),
            probatio.Optional(CONF_FIXED): _number(unit="%"),
        }
    )


def _number(unit: str | None = None) -> selector.NumberSelector:
    config = selector.NumberSelectorConfig(
        min=0, max=1_000_000, step="any", mode=selector.NumberSelectorMode.BOX
    )
    if unit is not None:
        config["unit_of_measurement"] = unit
    return selector.NumberSelector(config)


def _flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return a subentry's data: everything but the name, flat, without what is empty."""
    top = {key: user_input[key] for key in (CONF_KIND, CONF_METERS) if key in user_input}
    flat = {**top, **user_input[CONF_HOME], **user_input[CONF_CONTACT]}
    return {key: value for key, value in flat.items() if value not in (None, "", [])}


def _nested(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's values of a subentry's data."""
    home = {str(key) for key in _home().schema}
    top = {CONF_KIND, CONF_METERS}
    return {
        **{key: value for key, value in data.items() if key in top},
        CONF_HOME: {key: value for key, value in data.items() if key in home},
        CONF_CONTACT: {key: value for key, value in data.items() if key not in home | top},
    }

"""How a person gives the site a member, and changes one."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, override

import probatio
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector

from ..amounts import AmountSelector, amount_field
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
from .part_flow import CONF_NAME, PartFlow

CONF_HOME: Final = "home"
CONF_CONTACT: Final = "contact"


class MemberSubentryFlow(PartFlow):
    """Add a member to the site, or change one.

    What is asked in closed sections is kept flat.
    """

    part = "member"

    @override
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

    @override
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

    @override
    def _data_of(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        top = {key: user_input[key] for key in (CONF_KIND, CONF_METERS) if key in user_input}
        return super()._data_of({**top, **user_input[CONF_HOME], **user_input[CONF_CONTACT]})

    @override
    def _form_of(self, data: Mapping[str, Any]) -> dict[str, Any]:
        home = {str(key) for key in _home().schema}
        top = {CONF_KIND, CONF_METERS}
        return {
            **{key: value for key, value in data.items() if key in top},
            CONF_HOME: {key: value for key, value in data.items() if key in home},
            CONF_CONTACT: {key: value for key, value in data.items() if key not in home | top},
        }


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


def _number(unit: str | None = None) -> AmountSelector:
    return amount_field(0, 1_000_000, unit=unit)

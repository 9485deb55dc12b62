"""A part of the site that has a name and one form: how it is added, and changed as a whole."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import probatio
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult

CONF_NAME: Final = "name"


class PartFlow(ConfigSubentryFlow):
    """Add a part to the site, or change one; the name is the subentry's title."""

    part: ClassVar[str]
    """The placeholder in texts that stands for the part's name."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for all of it."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._wrong(user_input)):
            return self.async_create_entry(
                title=user_input[CONF_NAME], data=self._data_of(user_input)
            )
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
                self._get_entry(),
                subentry,
                title=user_input[CONF_NAME],
                data=self._data_of(user_input),
            )
        now = user_input or {CONF_NAME: subentry.title, **self._form_of(subentry.data)}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(await self._schema(), now),
            errors=errors,
            description_placeholders={self.part: subentry.title},
        )

    @abstractmethod
    async def _schema(self) -> probatio.Schema:
        """Return the form."""

    @abstractmethod
    def _wrong(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors of an answer, by field."""

    def _data_of(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return a subentry's data: everything but the name, without what is empty."""
        return {
            key: value
            for key, value in user_input.items()
            if key != CONF_NAME and value not in (None, "", [])
        }

    def _form_of(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return a form's values of a subentry's data."""
        return dict(data)

"""The E450's options: what no telegram says."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector

from ..settings import (
    CHANNELS,
    CONF_LIMIT,
    CONF_MEDIA,
    CONF_SCALERS,
    DEFAULT_LIMIT_KW,
    SCALED,
)

EXPONENT: Final = selector.NumberSelector(
    selector.NumberSelectorConfig(min=-6, max=6, step=1, mode=selector.NumberSelectorMode.BOX)
)
MEDIUM: Final = selector.SelectSelector(
    selector.SelectSelectorConfig(options=["water", "gas", "heat"], translation_key="e450_medium")
)
LIMIT: Final = selector.NumberSelector(
    selector.NumberSelectorConfig(
        min=1,
        max=10_000,
        step="any",
        unit_of_measurement="kW",
        mode=selector.NumberSelectorMode.BOX,
    )
)


class E450OptionsFlow(OptionsFlowWithReload):
    """State the scalers, what sub-meters count, and the most the connection carries."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin; the step has the family's name, since texts are shared by all."""
        return await self.async_step_e450_options(user_input)

    async def async_step_e450_options(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask, and keep only what was filled in."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if all(float(value).is_integer() for value in user_input[CONF_SCALERS].values()):
                return self.async_create_entry(data=_options(user_input))
            errors["base"] = "e450_not_whole"
        return self.async_show_form(
            step_id="e450_options",
            data_schema=self.add_suggested_values_to_schema(
                _schema(), user_input or _suggested(self.config_entry.options)
            ),
            errors=errors,
        )


def _schema() -> probatio.Schema:
    scalers = probatio.Schema({probatio.Optional(str(quantity)): EXPONENT for quantity in SCALED})
    media = probatio.Schema({probatio.Optional(f"channel_{n}"): MEDIUM for n in CHANNELS})
    return probatio.Schema(
        {
            probatio.Required(CONF_LIMIT, default=DEFAULT_LIMIT_KW): LIMIT,
            probatio.Required(CONF_SCALERS): section(scalers, {"collapsed": True}),
            probatio.Required(CONF_MEDIA): section(media, {"collapsed": True}),
        }
    )


def _options(user_input: Mapping[str, Any]) -> dict[str, Any]:
    return {
        CONF_LIMIT: user_input[CONF_LIMIT],
        CONF_SCALERS: {name: int(value) for name, value in user_input[CONF_SCALERS].items()},
        CONF_MEDIA: {
            name.removeprefix("channel_"): medium for name, medium in user_input[CONF_MEDIA].items()
        },
    }


def _suggested(options: Mapping[str, Any]) -> dict[str, Any]:
    media = {f"channel_{n}": medium for n, medium in options.get(CONF_MEDIA, {}).items()}
    return {**options, CONF_MEDIA: media}

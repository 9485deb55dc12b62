"""How a person changes what holds for the whole site, and lets the Energy dashboard know it."""

from collections.abc import Iterable
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.helpers import selector

from ..texts import colon_text, option_texts
from .energy_offer import ENERGY, Addition, EnergyOffer, Remark
from .notify_targets import is_target
from .options import CONF_NOTIFY, schema

CONF_ADD: Final = "add"
KINDS: Final = (
    *("grid", "grid_alone", "solar", "battery", "water", "gas", "device", "water_device"),
    "with_cost",
)
REMARKS: Final = ("battery_left_out", "beside")


class SiteOptionsFlow(OptionsFlow):
    """Change what holds for the whole site."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what it is about."""
        loaded = self.config_entry.state is ConfigEntryState.LOADED
        if ENERGY not in self.hass.config.components or not loaded:
            return await self.async_step_site_init(user_input)
        return self.async_show_menu(step_id="init", menu_options=["site_init", "site_energy"])

    async def async_step_site_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask about statements and keys."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if all(is_target(each) for each in user_input.get(CONF_NOTIFY, ())):
                return self.async_create_entry(data=user_input)
            errors[CONF_NOTIFY] = "no_notify_target"
        return self.async_show_form(
            step_id="site_init",
            data_schema=self.add_suggested_values_to_schema(
                schema(self.hass), user_input or self.config_entry.options
            ),
            errors=errors,
        )

    async def async_step_site_energy(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what would be added to the Energy dashboard, and add it if that is wanted."""
        offer = EnergyOffer(self.hass, self.config_entry)
        additions = await offer.additions()
        remarks = await self._told(await offer.remarks(additions))
        if not additions:
            return self.async_abort(
                reason="energy_nothing", description_placeholders={"remarks": remarks}
            )
        if user_input is not None:
            if not user_input[CONF_ADD]:
                return self.async_abort(reason="energy_declined")
            await offer.add(additions)
            return self.async_abort(
                reason="energy_added", description_placeholders={"count": str(len(additions))}
            )
        return self.async_show_form(
            step_id="site_energy",
            data_schema=probatio.Schema(
                {probatio.Required(CONF_ADD, default=False): selector.BooleanSelector()}
            ),
            description_placeholders={"additions": await self._listed(additions) + remarks},
        )

    async def _listed(self, additions: Iterable[Addition]) -> str:
        """Return what would be added, a line for each."""
        kinds = await option_texts(self.hass, translation_key="energy_addition", options=KINDS)
        colon = colon_text(self.hass)
        return "\n".join(
            f"- {each.title}{colon}{kinds[each.kind]}{kinds['with_cost'] if each.has_cost else ''}"
            for each in additions
        )

    async def _told(self, remarks: Iterable[Remark]) -> str:
        """Return a paragraph for each remark."""
        texts = await option_texts(self.hass, translation_key="energy_remark", options=REMARKS)
        return "".join(f"\n\n{texts[each.key].format(meters=each.meters)}" for each in remarks)

"""The WES's options: how often, through which ports, and what no page says of its inputs."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import probatio
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector
from homeassistant.helpers.network import NoURLAvailableError

from ..models import WesState
from ..protocol import Kind
from ..settings import (
    CONF_COUNTERS,
    CONF_HUMIDITY,
    CONF_INTERVAL,
    CONF_LIGHT,
    CONF_LOCAL_ONLY,
    CONF_WEBHOOK_ID,
    DEFAULT_INTERVAL,
    LONGEST_INTERVAL,
    SHORTEST_INTERVAL,
)
from .forms import CONF_PORTS, counters_fields, media_of, ports_fields

CONF_PROBES: Final = "probes"
COUNTERS: Final = range(1, 5)
"""Every WES has these, whether anything was counted yet or not."""

INTERVAL: Final = selector.NumberSelector(
    selector.NumberSelectorConfig(
        min=SHORTEST_INTERVAL,
        max=LONGEST_INTERVAL,
        step=1,
        unit_of_measurement="s",
        mode=selector.NumberSelectorMode.BOX,
    )
)


class WesOptionsFlow(OptionsFlowWithReload):
    """Ask what the page does not tell; the address for events stands on the form."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin; the step has the family's name, since texts are shared by all."""
        return await self.async_step_wes_options(user_input)

    async def async_step_wes_options(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask, and keep what was answered."""
        errors: dict[str, str] = {}
        if user_input is not None:
            probes = user_input.get(CONF_PROBES, {})
            if set(probes.get(CONF_HUMIDITY, ())).isdisjoint(probes.get(CONF_LIGHT, ())):
                kept = self.config_entry.options
                return self.async_create_entry(data={**kept, **_options(user_input)})
            errors["base"] = "wes_two_kinds"
        options = self.config_entry.options
        return self.async_show_form(
            step_id="wes_options",
            data_schema=self.add_suggested_values_to_schema(
                self._schema(options), user_input or _suggested(options)
            ),
            errors=errors,
            description_placeholders={"url": self._event_url()},
        )

    def _schema(self, options: Mapping[str, Any]) -> probatio.Schema:
        fields: dict[Any, Any] = {
            probatio.Required(CONF_INTERVAL, default=DEFAULT_INTERVAL): INTERVAL,
            probatio.Required(CONF_LOCAL_ONLY, default=True): selector.BooleanSelector(),
        }
        counters = self._numbers(Kind.COUNTER, (*COUNTERS, *map(int, _media(options))))
        fields[probatio.Required(CONF_COUNTERS)] = section(
            probatio.Schema(counters_fields(counters)), {"collapsed": True}
        )
        named = (*options.get(CONF_HUMIDITY, ()), *options.get(CONF_LIGHT, ()))
        if probes := self._numbers(Kind.PROBE, map(int, named)):
            choice = selector.SelectSelector(
                selector.SelectSelectorConfig(options=[*map(str, probes)], multiple=True)
            )
            kinds = {
                probatio.Optional(CONF_HUMIDITY, default=[]): choice,
                probatio.Optional(CONF_LIGHT, default=[]): choice,
            }
            fields[probatio.Required(CONF_PROBES)] = section(
                probatio.Schema(kinds), {"collapsed": True}
            )
        fields[probatio.Required(CONF_PORTS)] = section(
            probatio.Schema(ports_fields(options)), {"collapsed": True}
        )
        return probatio.Schema(fields)

    def _numbers(self, kind: Kind, more: Iterable[int]) -> list[int]:
        """Return the inputs of a kind that have been seen, and those named before."""
        state: WesState | None = getattr(
            getattr(self.config_entry, "runtime_data", None), "state", None
        )
        seen = () if state is None else state.present
        return sorted({*more, *(point.number for point in seen if point.kind is kind)})

    def _event_url(self) -> str:
        """Return the secret address, or just its path if Home Assistant has no address."""
        webhook_id = self.config_entry.data[CONF_WEBHOOK_ID]
        try:
            return webhook.async_generate_url(
                self.hass, webhook_id, allow_external=False, prefer_external=False
            )
        except NoURLAvailableError:
            return webhook.async_generate_path(webhook_id)


def _media(options: Mapping[str, Any]) -> Mapping[str, str]:
    media: Mapping[str, str] = options.get(CONF_COUNTERS, {})
    return media


def _options(user_input: Mapping[str, Any]) -> dict[str, Any]:
    return {
        CONF_INTERVAL: int(user_input[CONF_INTERVAL]),
        CONF_LOCAL_ONLY: user_input[CONF_LOCAL_ONLY],
        CONF_COUNTERS: media_of(user_input),
        **user_input.get(CONF_PROBES, {}),
        **user_input[CONF_PORTS],
    }


def _suggested(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **options,
        CONF_COUNTERS: {f"counter_{n}": medium for n, medium in _media(options).items()},
        CONF_PROBES: {key: options.get(key, []) for key in (CONF_HUMIDITY, CONF_LIGHT)},
        CONF_PORTS: {},
    }

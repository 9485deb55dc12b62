"""How a person gives the site a contract: a template, its terms, and a look at what follows."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, Platform
from homeassistant.data_entry_flow import section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import selector

from ..const import ENTITY_PREFIX
from ..core.price_units import scale_of
from ..core.tariffs.model import ContractError
from ..core.tariffs.pricing import Known
from ..texts import flow_text
from .choice import entity_of
from .contract_fields import (
    ASKED,
    CONF_CURVE,
    CONF_MORE,
    CONF_NAME,
    CONF_PRICE_ENTITY,
    CONF_TEMPLATE,
    ENTITIES,
    SELECTORS,
    fields_of,
    more_of,
)
from .contract_preview import preview
from .contracts import contract_of
from .knowledge import Knowledge

PLACEHOLDERS: Final = (
    *("line", "expected", "found", "text", "problem", "field"),
    *("day", "since", "value"),
)
"""What the texts of errors may be filled in with."""

KNOWN_ERRORS: Final = frozenset(
    {
        "contract_currency",
        "contract_ends_before_it_begins",
        "entity_not_registered",
        "feed_in_not_known",
        "floor_above_cap",
        "power_without_prices",
        "price_entity_unit",
        "price_of_unit_too_large",
        "price_too_large",
        "prices_count",
        "prices_date_missing",
        "prices_missing",
        "prices_negative",
        "prices_not_before",
        "prices_order",
        "series_late",
        "setting_missing",
        "setting_value",
        "tiers_count",
        "tiers_order",
        "typed_date",
        "typed_number",
        "windows_late",
        "windows_missing",
        "windows_order",
        "windows_overlap",
        "windows_season",
        "windows_twice",
        "windows_window",
    }
)
"""What a form can be wrong in; what only the general model can has one text for all."""


class ContractSubentryFlow(ConfigSubentryFlow):
    """Add a contract to the site, or change one."""

    def __init__(self) -> None:
        """Start with nothing settled."""
        self._name = ""
        self._template = ""
        self._data: dict[str, Any] = {}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a name, and what kind of contract it is."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._name, self._template = user_input[CONF_NAME].strip(), user_input[CONF_TEMPLATE]
            if self._name:
                return await self.async_step_terms()
            errors[CONF_NAME] = "contract_name_empty"
        templates = selector.SelectSelectorConfig(
            options=[*ASKED],
            translation_key="contract_template",
            mode=selector.SelectSelectorMode.DROPDOWN,
        )
        schema = probatio.Schema(
            {
                probatio.Required(CONF_NAME): selector.TextSelector(),
                probatio.Required(CONF_TEMPLATE): selector.SelectSelector(templates),
            }
        )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Go to the terms of a contract that is there."""
        del user_input
        subentry = self._get_reconfigure_subentry()
        self._name, self._data = subentry.title, dict(subentry.data)
        self._template = self._data[CONF_TEMPLATE]
        return await self.async_step_terms()

    async def async_step_terms(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what is agreed, and say in which line something is wrong."""
        errors: dict[str, str] = {}
        placeholders = {**dict.fromkeys(PLACEHOLDERS, "?"), "contract": self._name}
        if user_input is not None:
            try:
                self._data = self._settled(user_input)
                contract_of(self.hass, "new", self._data)
            except ContractError as err:
                field, key, told = await self._found_wrong(err)
                errors[field] = key
                placeholders |= told
            else:
                return await self.async_step_preview()
        return self.async_show_form(
            step_id="terms",
            data_schema=self.add_suggested_values_to_schema(
                self._schema(), user_input or self._suggested()
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the prices of 24 hours, and let the person go back."""
        del user_input
        contract = contract_of(self.hass, "new", self._data)
        prices = await preview(self.hass, contract, self._known())
        return self.async_show_menu(
            step_id="preview",
            menu_options=["save", "terms"],
            description_placeholders={"prices": prices},
        )

    async def async_step_save(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Keep it."""
        del user_input
        if self.source == "reconfigure":
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), data=self._data
            )
        return self.async_create_entry(title=self._name, data=self._data)

    async def _found_wrong(self, err: ContractError) -> tuple[str, str, dict[str, str]]:
        """Return the field that is wrong, the text that says so, and what fills it in."""
        key, found = (*err.args, {})[:2]
        told: dict[str, str] = dict(found)
        setting = str(told.get("setting", ""))
        field = {kept: field for field, kept in ENTITIES.items()}.get(setting, setting)
        where = field if field in fields_of(self._template).schema else "base"
        if key not in KNOWN_ERRORS:
            problem = " ".join([key.replace("_", " "), *(f"({text})" for text in told.values())])
            key, told = "contract_wrong", {"problem": problem}
        if field not in {str(each) for each in more_of(self._template).schema}:
            return where, key, told
        # A section shows no errors of its fields: the form does, and names the field.
        told = {**dict.fromkeys(PLACEHOLDERS, "?"), **told}
        told["problem"] = await flow_text(self.hass, f"contract.error.{key}", **told)
        label = f"contract.step.terms.sections.{CONF_MORE}.data.{field}"
        return "base", "more_wrong", {**told, "field": await flow_text(self.hass, label)}

    def _known(self) -> Known:
        """Return what the Site knows, and what the entity of a price shows now."""
        runtime = getattr(self._get_entry(), "runtime_data", None)
        knowledge = (
            runtime.books.billing.knowledge
            if runtime
            else Knowledge(self.hass, lambda _since: None)
        )
        curve = self._data.get(CONF_CURVE)
        if curve is None:
            return knowledge.known
        curves = {curve: knowledge.look_at_curve(curve)}
        return Known(colours=knowledge.known.colours, curves=curves)

    def _schema(self) -> probatio.Schema:
        schema, more = fields_of(self._template), more_of(self._template)
        if not more.schema:
            return schema
        closed = section(more, {"collapsed": True})
        return schema.extend({probatio.Required(CONF_MORE, default={}): closed})

    def _settled(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return a subentry's data: flat, without what is empty, with ids instead of entities."""
        flat = {**user_input, **user_input.get(CONF_MORE, {})}
        flat.pop(CONF_MORE, None)
        for field, kept in ENTITIES.items():
            if entity_id := flat.pop(field, None):
                flat[kept] = self._entity_key(field, entity_id)
        filled = {key: value for key, value in flat.items() if value not in (None, "")}
        return {CONF_TEMPLATE: self._template, **filled}

    def _entity_key(self, field: str, entity_id: str) -> str:
        """Return what outlives a rename; raises ContractError for an entity without an id."""
        entity = er.async_get(self.hass).async_get(entity_id)
        if entity is None:
            raise ContractError("entity_not_registered", {"setting": field})
        if field == CONF_PRICE_ENTITY:
            self._check_unit(entity)
        return f"{ENTITY_PREFIX}{entity.id}"

    def _check_unit(self, entity: er.RegistryEntry) -> None:
        """Refuse an entity whose unit is none of a price in Home Assistant's currency."""
        state, currency = self.hass.states.get(entity.entity_id), self.hass.config.currency
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) if state is not None else None
        unit = unit or entity.unit_of_measurement
        if scale_of(unit, currency) is None:
            told = {"setting": CONF_PRICE_ENTITY, "text": str(unit), "expected": currency}
            raise ContractError("price_entity_unit", told)

    def _suggested(self) -> dict[str, Any]:
        """Return the form's values of what is settled."""
        shown = dict(self._data)
        for field, kept in ENTITIES.items():
            if key := shown.pop(kept, None):
                shown[field] = entity_of(self.hass, key, Platform.SENSOR)
        more = {str(key) for key in more_of(self._template).schema}
        return {
            **{key: value for key, value in shown.items() if key in SELECTORS and key not in more},
            CONF_MORE: {key: value for key, value in shown.items() if key in more},
        }

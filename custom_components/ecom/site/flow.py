"""How a person gives the Site a meter, and changes one."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.config_entries import ConfigSubentry, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import selector

from ..amounts import amount_field
from ..const import ENTITY_PREFIX
from ..plug_adoption import plug_with
from ..ports import Kind, Role
from .adoption import meter_on, meter_uid
from .choice import ChoiceError, entity_of, port_of
from .contract_choice import check_contracts
from .meter_billing import billing_data, billing_fields, billing_suggested
from .meters import (
    CONF_ENERGY,
    CONF_EXPORTED,
    CONF_INVERTED,
    CONF_PHASES,
    CONF_PORT,
    CONF_ROLE,
    CONF_SWITCH,
    CONF_VALID_FOR,
    DEFAULT_VALID_FOR,
    KINDS,
)

CONF_BILLING: Final = "billing"
CONF_DETAILS: Final = "details"
CONF_ENTITY: Final = "entity"

DETAILS: Final = probatio.Schema(
    {
        probatio.Required(CONF_INVERTED, default=False): selector.BooleanSelector(),
        probatio.Required(CONF_PHASES, default=["1"]): selector.SelectSelector(
            selector.SelectSelectorConfig(
                options=["1", "2", "3"], multiple=True, translation_key="phase"
            )
        ),
        probatio.Required(CONF_VALID_FOR, default=DEFAULT_VALID_FOR.total_seconds()): amount_field(
            5, 86400, unit="s"
        ),
        probatio.Optional(CONF_ENERGY): selector.EntitySelector(
            selector.EntitySelectorConfig(
                domain=Platform.SENSOR, device_class=SensorDeviceClass.ENERGY
            )
        ),
    }
)


class MeterSubentryFlow(ConfigSubentryFlow):
    """Add a meter to the Site, or change one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the entity, its role, and in a closed section for the details."""
        errors: dict[str, str] = {}
        if user_input is not None:
            kind = KINDS[Role(user_input[CONF_ROLE])]
            try:
                port, title = port_of(self.hass, user_input[CONF_ENTITY], kind)
            except ChoiceError as err:
                errors[CONF_ENTITY] = str(err)
            else:
                if meter_on(self._get_entry(), port):
                    return self.async_abort(reason="already_configured")
                try:
                    data = self._data(port, user_input, _counted(self.hass, port, user_input))
                except ChoiceError as err:
                    errors["base"] = str(err)
                else:
                    return self.async_create_entry(
                        title=title, data=data, unique_id=meter_uid(port)
                    )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(self._schema(), user_input),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the role and the details; another entity is another meter."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            if not _may_be(subentry, Role(user_input[CONF_ROLE])):
                errors[CONF_ROLE] = "wrong_kind"
            else:
                try:
                    stated = self._restated(subentry, user_input)
                    meter_id = subentry.subentry_id
                    data = self._data(subentry.data[CONF_PORT], user_input, stated, meter_id)
                except ChoiceError as err:
                    errors["base"] = str(err)
                else:
                    return self.async_update_and_abort(self._get_entry(), subentry, data=data)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema({**_role_field(), **self._sections(subentry.subentry_id)}),
                user_input or _suggested(self.hass, subentry),
            ),
            errors=errors,
            description_placeholders={"meter": subentry.title},
        )

    def _restated(
        self, subentry: ConfigSubentry, user_input: Mapping[str, Any]
    ) -> Mapping[str, str]:
        """Return what counts and what switches the meter, after a change of it.

        What counts it is looked for anew only if the answer about it is another one.
        """
        data = subentry.data
        kept = {key: data[key] for key in (CONF_SWITCH,) if key in data}
        before = _suggested(self.hass, subentry)[CONF_DETAILS].get(CONF_ENERGY)
        if user_input[CONF_DETAILS].get(CONF_ENERGY) == before:
            counters = (CONF_ENERGY, CONF_EXPORTED)
            return {**kept, **{key: data[key] for key in counters if key in data}}
        return {**kept, **_counted(self.hass, data[CONF_PORT], user_input)}

    def _schema(self) -> probatio.Schema:
        """Return the form, without the Site's own sensors among the entities."""
        registry = er.async_get(self.hass)
        own = [
            entity.entity_id
            for entity in er.async_entries_for_config_entry(registry, self._get_entry().entry_id)
        ]
        entities = selector.EntitySelector(
            selector.EntitySelectorConfig(domain=Platform.SENSOR, exclude_entities=own)
        )
        return probatio.Schema(
            {probatio.Required(CONF_ENTITY): entities, **_role_field(), **self._sections()}
        )

    def _sections(self, meter_id: str | None = None) -> dict[Any, Any]:
        """Return the closed sections: how it is read, and what it is billed by."""
        billing = section(billing_fields(self._get_entry(), meter_id), {"collapsed": True})
        return {
            probatio.Required(CONF_DETAILS): section(DETAILS, {"collapsed": True}),
            probatio.Required(CONF_BILLING, default={}): billing,
        }

    def _data(
        self,
        port: str,
        user_input: Mapping[str, Any],
        stated: Mapping[str, Any],
        meter_id: str | None = None,
    ) -> dict[str, Any]:
        """Return a subentry's data: what was asked for, flat, with keys instead of entities.

        Raises ChoiceError where the meter cannot hang where it should, or be billed so.
        """
        details = {
            key: value for key, value in user_input[CONF_DETAILS].items() if key != CONF_ENERGY
        }
        role = Role(user_input[CONF_ROLE])
        billing = billing_data(
            self.hass, self._get_entry(), role, user_input[CONF_BILLING], meter_id
        )
        check_contracts(self.hass, self._get_entry(), role, billing)
        return {CONF_PORT: port, CONF_ROLE: role.value, **details, **billing, **stated}


def _counted(hass: HomeAssistant, port: str, user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys of what counts a power: as stated, else as its device shows.

    A person states what counts the meter as the Site sees it; a meter that is
    inverted counts that where its own power is negative. Raises ChoiceError.
    """
    details, is_power = user_input[CONF_DETAILS], KINDS[Role(user_input[CONF_ROLE])] is Kind.POWER
    if entity_id := details.get(CONF_ENERGY):
        if not is_power:
            raise ChoiceError("wrong_energy")
        try:
            energy, _ = port_of(hass, entity_id, Kind.ENERGY)
        except ChoiceError as err:
            raise ChoiceError("wrong_energy") from err
        return {CONF_EXPORTED if details[CONF_INVERTED] else CONF_ENERGY: energy}
    if not is_power or not port.startswith(ENTITY_PREFIX):
        return {}
    plug = plug_with(hass, port)
    found = {CONF_ENERGY: plug.energy, CONF_EXPORTED: plug.exported} if plug else {}
    return {name: key for name, key in found.items() if key is not None}


def _may_be(subentry: ConfigSubentry, role: Role) -> bool:
    """Return whether a meter can have a role; one without a power is a sub-meter."""
    data = subentry.data
    beside = {data.get(key) for key in (CONF_ENERGY, CONF_EXPORTED, CONF_SWITCH)}
    if role is not Role.SUB_METER and data[CONF_PORT] in beside:
        return False
    return KINDS[role] is KINDS[Role(data[CONF_ROLE])]


def _suggested(hass: HomeAssistant, subentry: ConfigSubentry) -> dict[str, Any]:
    """Return the form's values for a meter as it is."""
    data = subentry.data
    details = {
        key: data[key] for key in (CONF_INVERTED, CONF_PHASES, CONF_VALID_FOR) if key in data
    }
    counter = data.get(CONF_EXPORTED if data.get(CONF_INVERTED) else CONF_ENERGY)
    if counter and (entity_id := entity_of(hass, counter, Platform.SENSOR)):
        details[CONF_ENERGY] = entity_id
    return {
        CONF_ROLE: data[CONF_ROLE],
        CONF_DETAILS: details,
        CONF_BILLING: billing_suggested(hass, data),
    }


def _role_field() -> dict[Any, Any]:
    roles = selector.SelectSelector(
        selector.SelectSelectorConfig(options=[*Role], translation_key="meter_role")
    )
    return {probatio.Required(CONF_ROLE, default=Role.GRID): roles}

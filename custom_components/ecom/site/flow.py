"""How a person gives the Site its meters, and how a new source proposes some."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import probatio
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import selector

from ..const import DOMAIN, ENTITY_PREFIX, SITE_UID
from ..ports import Kind, Role
from ..runtime import EcomConfigEntry
from .entity_port import UNITS
from .meters import (
    CONF_INVERTED,
    CONF_PHASES,
    CONF_PORT,
    CONF_ROLE,
    CONF_VALID_FOR,
    DEFAULT_VALID_FOR,
    KINDS,
    SUBENTRY_METER,
)

CONF_DETAILS: Final = "details"
CONF_ENTITY: Final = "entity"
CONF_TITLE: Final = "title"

DETAILS: Final = probatio.Schema(
    {
        probatio.Required(CONF_INVERTED, default=False): selector.BooleanSelector(),
        probatio.Required(CONF_PHASES, default=["1"]): selector.SelectSelector(
            selector.SelectSelectorConfig(
                options=["1", "2", "3"], multiple=True, translation_key="phase"
            )
        ),
        probatio.Required(
            CONF_VALID_FOR, default=DEFAULT_VALID_FOR.total_seconds()
        ): selector.NumberSelector(
            selector.NumberSelectorConfig(
                min=5,
                max=86400,
                step="any",
                unit_of_measurement="s",
                mode=selector.NumberSelectorMode.BOX,
            )
        ),
    }
)


class MeterError(Exception):
    """The chosen entity cannot serve as this meter; ``args[0]`` is the error's key."""


class MeterSubentryFlow(ConfigSubentryFlow):
    """Add a meter to the Site, or change one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the entity, its role, and in a closed section for the details."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                port, title = port_of(
                    self.hass, user_input[CONF_ENTITY], Role(user_input[CONF_ROLE])
                )
            except MeterError as err:
                errors[CONF_ENTITY] = str(err)
            else:
                if _taken(self._get_entry(), port):
                    return self.async_abort(reason="already_configured")
                return self.async_create_entry(
                    title=title, data=_data(port, user_input), unique_id=meter_uid(port)
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
            role = Role(user_input[CONF_ROLE])
            if KINDS[role] is KINDS[Role(subentry.data[CONF_ROLE])]:
                return self.async_update_and_abort(
                    self._get_entry(), subentry, data=_data(subentry.data[CONF_PORT], user_input)
                )
            errors[CONF_ROLE] = "wrong_kind"
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema({**_role_field(), **_details_field()}),
                user_input or _suggested(subentry),
            ),
            errors=errors,
            description_placeholders={"meter": subentry.title},
        )

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
            {probatio.Required(CONF_ENTITY): entities, **_role_field(), **_details_field()}
        )


def port_of(hass: HomeAssistant, entity_id: str, role: Role) -> tuple[str, str]:
    """Return the key of the port behind an entity, and a title for the meter.

    An entity of ECOM whose unique id is a port's key stands for that port, so
    that the meter survives a disabled entity. Raises MeterError.
    """
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None:
        raise MeterError("entity_not_registered")
    state = hass.states.get(entity_id)
    title = state.name if state else entity.original_name or entity_id
    kind = KINDS[role]
    if entity.platform == DOMAIN and _has_port(hass, entity, kind):
        return entity.unique_id, title
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) if state else entity.unit_of_measurement
    if unit not in UNITS[kind][0].VALID_UNITS:
        raise MeterError("wrong_kind")
    return f"{ENTITY_PREFIX}{entity.id}", title


def meter_uid(port: str) -> str:
    """Return the unique id of a meter subentry: they span all types of the entry."""
    return f"{SUBENTRY_METER}:{port}"


@callback
def adopt_meters(hass: HomeAssistant, proposals: Iterable[Mapping[str, Any]]) -> None:
    """Add the meters that a new source proposed and the user confirmed.

    Nothing happens without a Site, nor for a port that is a meter already.
    """
    site = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, SITE_UID)
    if site is None:
        return
    for proposal in proposals:
        if _taken(site, proposal[CONF_PORT]):
            continue
        hass.config_entries.async_add_subentry(
            site,
            ConfigSubentry(
                subentry_type=SUBENTRY_METER,
                title=proposal[CONF_TITLE],
                unique_id=meter_uid(proposal[CONF_PORT]),
                data=MappingProxyType(
                    {key: value for key, value in proposal.items() if key != CONF_TITLE}
                ),
            ),
        )


def _has_port(hass: HomeAssistant, entity: er.RegistryEntry, kind: Kind) -> bool:
    entry: EcomConfigEntry | None = hass.config_entries.async_get_entry(
        entity.config_entry_id or ""
    )
    runtime = getattr(entry, "runtime_data", None)
    port = runtime.ports.get(entity.unique_id) if runtime is not None else None
    return port is not None and port.kind is kind


def _taken(site: ConfigEntry[Any], port: str) -> bool:
    return any(sub.unique_id == meter_uid(port) for sub in site.subentries.values())


def _data(port: str, user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return a subentry's data: what was asked for, flat."""
    return {CONF_PORT: port, CONF_ROLE: user_input[CONF_ROLE], **user_input[CONF_DETAILS]}


def _suggested(subentry: ConfigSubentry) -> dict[str, Any]:
    data = subentry.data
    details = {
        key: data[key] for key in (CONF_INVERTED, CONF_PHASES, CONF_VALID_FOR) if key in data
    }
    return {CONF_ROLE: data[CONF_ROLE], CONF_DETAILS: details}


def _role_field() -> dict[Any, Any]:
    roles = selector.SelectSelector(
        selector.SelectSelectorConfig(options=[*Role], translation_key="meter_role")
    )
    return {probatio.Required(CONF_ROLE, default=Role.GRID): roles}


def _details_field() -> dict[Any, Any]:
    return {probatio.Required(CONF_DETAILS): section(DETAILS, {"collapsed": True})}

"""How a person gives the Site a plug that Home Assistant already has: by its device."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector

from ..plug_adoption import FoundPlug, plugs_of
from ..ports import Kind, Role
from .adoption import adopt_meters, meter_on
from .choice import ChoiceError, entity_of, port_of
from .meters import CONF_ENERGY, CONF_ROLE, CONF_SWITCH, KINDS

CONF_BY_HAND: Final = "by_hand"
CONF_DEVICES: Final = "devices"
CONF_PLUGS: Final = "plugs"
CONF_POWER: Final = "power"

ROLES: Final = [role.value for role in Role if KINDS[role] is Kind.POWER]

BY_HAND: Final = {
    CONF_POWER: selector.EntitySelectorConfig(
        domain=Platform.SENSOR, device_class=SensorDeviceClass.POWER
    ),
    CONF_ENERGY: selector.EntitySelectorConfig(
        domain=Platform.SENSOR, device_class=SensorDeviceClass.ENERGY
    ),
    CONF_SWITCH: selector.EntitySelectorConfig(domain=Platform.SWITCH),
}
"""What is offered where entities are picked one by one."""

PICKED: Final[Mapping[str, tuple[Kind, str]]] = {
    CONF_POWER: (Kind.POWER, "plug_power_wrong"),
    CONF_ENERGY: (Kind.ENERGY, "plug_energy_wrong"),
    CONF_SWITCH: (Kind.SWITCH, "plug_switch_wrong"),
}
"""What a port over each of them reads, and the error of one that cannot."""

USER: Final = probatio.Schema(
    {
        probatio.Optional(CONF_DEVICES): selector.DeviceSelector(
            selector.DeviceSelectorConfig(
                entity=[
                    selector.EntityFilterSelectorConfig(
                        domain=Platform.SENSOR, device_class=device_class
                    )
                    for device_class in (SensorDeviceClass.POWER, SensorDeviceClass.ENERGY)
                ],
                multiple=True,
            )
        ),
        probatio.Required(CONF_ROLE, default=Role.SUB_METER.value): selector.SelectSelector(
            selector.SelectSelectorConfig(options=ROLES, translation_key="meter_role")
        ),
        probatio.Required(CONF_BY_HAND): section(
            probatio.Schema(
                {
                    probatio.Optional(name): selector.EntitySelector(config)
                    for name, config in BY_HAND.items()
                }
            ),
            {"collapsed": True},
        ),
    }
)


class PlugSubentryFlow(ConfigSubentryFlow):
    """Pick a device, see what was found on it, confirm."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self._role = Role.SUB_METER
        self._plugs: list[FoundPlug] = []

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for devices; a closed section takes entities that have none."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                found = _found(self.hass, user_input)
            except ChoiceError as err:
                errors["base"] = str(err)
            else:
                site = self._get_entry()
                self._role = Role(user_input[CONF_ROLE])
                self._plugs = [plug for plug in found if meter_on(site, plug.port) is None]
                if not self._plugs:
                    return self.async_abort(reason="already_configured")
                return await self.async_step_confirm()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(USER, user_input),
            errors=errors,
        )

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what was found; each that is kept becomes a meter of the Site.

        They are meters like any other, of which there may be several; so the
        dialogue ends with what was done, not with one subentry of its own.
        """
        errors: dict[str, str] = {}
        if user_input is not None:
            chosen = [plug for plug in self._plugs if plug.port in user_input[CONF_PLUGS]]
            if chosen:
                adopt_meters(self.hass, [plug.meter(self._role) for plug in chosen])
                return self.async_abort(
                    reason="plugs_added", description_placeholders={"count": str(len(chosen))}
                )
            errors[CONF_PLUGS] = "plug_none_chosen"
        return self.async_show_form(
            step_id="confirm", data_schema=self._confirmation(), errors=errors
        )

    def _confirmation(self) -> probatio.Schema:
        """Return the form that lists what was found, all of it chosen."""
        options = [
            selector.SelectOptionDict(value=plug.port, label=_label(self.hass, plug))
            for plug in self._plugs
        ]
        everything = [plug.port for plug in self._plugs]
        return probatio.Schema(
            {
                probatio.Required(CONF_PLUGS, default=everything): selector.SelectSelector(
                    selector.SelectSelectorConfig(
                        options=options, multiple=True, mode=selector.SelectSelectorMode.LIST
                    )
                )
            }
        )


def _found(hass: HomeAssistant, user_input: Mapping[str, Any]) -> list[FoundPlug]:
    """Return what the devices have and what was picked; raise ChoiceError if that is nothing."""
    devices = user_input.get(CONF_DEVICES, [])
    by_hand = _picked(hass, user_input[CONF_BY_HAND])
    if not devices and by_hand is None:
        raise ChoiceError("plug_nothing_chosen")
    found = {plug.port: plug for plug in plugs_of(hass, devices)}
    if by_hand is not None:
        found[by_hand.port] = by_hand
    if not found:
        raise ChoiceError("plug_none_found")
    return [*found.values()]


def _picked(hass: HomeAssistant, chosen: Mapping[str, str]) -> FoundPlug | None:
    """Return the plug whose entities were picked one by one, None if none was."""
    if not chosen:
        return None
    keys: dict[str, str] = {}
    titles: list[str] = []
    for name, (kind, wrong) in PICKED.items():
        if entity_id := chosen.get(name):
            try:
                keys[name], title = port_of(hass, entity_id, kind)
            except ChoiceError as err:
                raise ChoiceError(wrong) from err
            titles.append(title)
    power, energy = keys.get(CONF_POWER), keys.get(CONF_ENERGY)
    if power is None and energy is None:
        raise ChoiceError("plug_not_measured")
    return FoundPlug(title=titles[0], power=power, energy=energy, switch=keys.get(CONF_SWITCH))


def _label(hass: HomeAssistant, plug: FoundPlug) -> str:
    """Return a plug's title with the entities that it is made of."""
    sensors = [key for key in (plug.power, plug.energy, plug.exported) if key]
    entities = [
        *(entity_of(hass, key, Platform.SWITCH) for key in (plug.switch,) if key),
        *(entity_of(hass, key, Platform.SENSOR) for key in sensors),
    ]
    return f"{plug.title} ({', '.join(filter(None, entities))})"

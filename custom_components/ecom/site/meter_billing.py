"""Where a meter hangs and what it is billed by: the second section of its form."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import probatio
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import selector

from ..core.topology import Misplaced, Node, check_parent
from ..ports import Kind, Role
from .choice import ChoiceError, entity_of, port_of
from .meters import (
    CONF_CONTRACT,
    CONF_FEED_IN,
    CONF_PARENT,
    CONF_RATES,
    CONF_REGISTERS,
    SUBENTRY_METER,
    MeterConfig,
    Rates,
)

SUBENTRY_CONTRACT = "contract"

CONF_REGISTER_PEAK: Final = "register_peak"
CONF_REGISTER_OFF_PEAK: Final = "register_off_peak"
REGISTERS: Final[Mapping[str, str]] = {
    CONF_REGISTER_PEAK: "peak",
    CONF_REGISTER_OFF_PEAK: "off_peak",
}
"""The fields for sensors that count one band each, and the band."""


def node_of(subentry: ConfigSubentry) -> Node:
    """Return a meter as the tree of the site holds it."""
    config = MeterConfig.of(subentry)
    return Node(
        key=subentry.subentry_id, role=config.role, parent=config.parent, phases=config.phases
    )


def nodes_of(site: ConfigEntry[Any]) -> list[Node]:
    """Return the meters of a site; one whose parent was removed or changed is on the trunk."""
    named = [node_of(each) for each in site.get_subentries_of_type(SUBENTRY_METER)]
    nodes = {node.key: node for node in named}
    return [node if _hangs(nodes, node) else replace(node, parent=None) for node in named]


def billing_fields(site: ConfigEntry[Any], but: str | None = None) -> probatio.Schema:
    """Return the fields; there is none for what cannot be chosen. ``but`` is the meter itself."""
    meters = [
        each for each in site.get_subentries_of_type(SUBENTRY_METER) if each.subentry_id != but
    ]
    contracts = [*site.get_subentries_of_type(SUBENTRY_CONTRACT)]
    fields: dict[Any, Any] = {}
    if meters:
        fields[probatio.Optional(CONF_PARENT)] = _choice(meters)
    if contracts:
        fields[probatio.Optional(CONF_CONTRACT)] = _choice(contracts)
        fields[probatio.Optional(CONF_FEED_IN)] = _choice(contracts)
    energy = selector.EntitySelector(
        selector.EntitySelectorConfig(domain=Platform.SENSOR, device_class=SensorDeviceClass.ENERGY)
    )
    fields[probatio.Optional(CONF_REGISTER_PEAK)] = energy
    fields[probatio.Optional(CONF_REGISTER_OFF_PEAK)] = energy
    fields[probatio.Required(CONF_RATES, default=Rates.AS_NAMED)] = selector.SelectSelector(
        selector.SelectSelectorConfig(options=[*Rates], translation_key="meter_rates")
    )
    return probatio.Schema(fields)


def billing_data(
    hass: HomeAssistant,
    site: ConfigEntry[Any],
    role: Role,
    answer: Mapping[str, Any],
    but: str | None = None,
) -> dict[str, Any]:
    """Return what a subentry keeps of the section; raises ChoiceError where it cannot be so."""
    usual = {CONF_RATES: Rates.AS_NAMED}
    stated: dict[str, Any] = {
        key: str(value)
        for key, value in answer.items()
        if key not in REGISTERS and value != usual.get(key)
    }
    if registers := _registers(hass, answer):
        stated[CONF_REGISTERS] = registers
    child = Node(key=but or "", role=role, parent=stated.get(CONF_PARENT))
    try:
        check_parent({node.key: node for node in nodes_of(site)}, child)
    except Misplaced as err:
        raise ChoiceError(str(err)) from err
    return stated


def billing_suggested(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section's values for a meter as it is."""
    keys = (CONF_PARENT, CONF_CONTRACT, CONF_FEED_IN, CONF_RATES)
    ports = {band: port for port, band in data.get(CONF_REGISTERS, {}).items()}
    entities = {
        field: entity_of(hass, ports[band], Platform.SENSOR)
        for field, band in REGISTERS.items()
        if band in ports
    }
    return {**{key: data[key] for key in keys if key in data}, **entities}


def _registers(hass: HomeAssistant, answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the ports that a person says count one band each; raises ChoiceError."""
    chosen = {band: answer[field] for field, band in REGISTERS.items() if answer.get(field)}
    if chosen and len(set(chosen.values())) != len(REGISTERS):
        raise ChoiceError("registers_one_of_two")
    try:
        return {port_of(hass, each, Kind.ENERGY)[0]: band for band, each in chosen.items()}
    except ChoiceError as err:
        raise ChoiceError("wrong_energy") from err


def _hangs(nodes: Mapping[str, Node], node: Node) -> bool:
    try:
        check_parent(nodes, node)
    except Misplaced:
        return False
    return True


def _choice(subentries: Iterable[ConfigSubentry]) -> selector.SelectSelector:
    """Return a choice among subentries by their titles."""
    return selector.SelectSelector(
        selector.SelectSelectorConfig(
            options=[
                selector.SelectOptionDict(value=each.subentry_id, label=each.title)
                for each in subentries
            ],
            mode=selector.SelectSelectorMode.DROPDOWN,
        )
    )

"""Where a meter hangs and what it is billed by: the second section of its form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import probatio
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.helpers import selector

from ..core.topology import Misplaced, Node, check_parent
from ..ports import Role
from .choice import ChoiceError
from .meters import (
    CONF_CONTRACT,
    CONF_FEED_IN,
    CONF_PARENT,
    CONF_RATES,
    SUBENTRY_METER,
    MeterConfig,
    Rates,
)

SUBENTRY_CONTRACT = "contract"


def node_of(subentry: ConfigSubentry) -> Node:
    """Return a meter as the tree of the site holds it."""
    config = MeterConfig.of(subentry)
    return Node(
        key=subentry.subentry_id, role=config.role, parent=config.parent, phases=config.phases
    )


def nodes_of(site: ConfigEntry[Any]) -> list[Node]:
    """Return the meters of a site; one whose parent was removed or changed is on the trunk."""
    nodes = [node_of(each) for each in site.get_subentries_of_type(SUBENTRY_METER)]
    return [node if _hangs(nodes, node) else replace(node, parent=None) for node in nodes]


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
    fields[probatio.Required(CONF_RATES, default=Rates.AS_NAMED)] = selector.SelectSelector(
        selector.SelectSelectorConfig(options=[*Rates], translation_key="meter_rates")
    )
    return probatio.Schema(fields)


def billing_data(
    site: ConfigEntry[Any], role: Role, answer: Mapping[str, Any], but: str | None = None
) -> dict[str, str]:
    """Return what a subentry keeps of the section; raises ChoiceError where it cannot be so."""
    usual = {CONF_RATES: Rates.AS_NAMED}
    stated = {key: str(value) for key, value in answer.items() if value != usual.get(key)}
    child = Node(key=but or "", role=role, parent=stated.get(CONF_PARENT))
    try:
        check_parent(nodes_of(site), child)
    except Misplaced as err:
        raise ChoiceError(str(err)) from err
    return stated


def billing_suggested(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section's values for a meter as it is."""
    keys = (CONF_PARENT, CONF_CONTRACT, CONF_FEED_IN, CONF_RATES)
    return {key: data[key] for key in keys if key in data}


def _hangs(nodes: Sequence[Node], node: Node) -> bool:
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

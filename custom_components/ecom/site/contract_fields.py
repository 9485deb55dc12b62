"""What is asked about a contract, by its template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import probatio
from homeassistant.const import Platform
from homeassistant.helpers import selector

from ..core.tariffs.model import Per

CONF_COLOURS: Final = "colours"
CONF_CURVE: Final = "curve"
CONF_MORE: Final = "more"
CONF_NAME: Final = "name"
CONF_PRICE_ENTITY: Final = "price_entity"
CONF_TEMPLATE: Final = "template"
CONF_TODAY: Final = "today"
CONF_TOMORROW: Final = "tomorrow"

ENTITIES: Final[Mapping[str, str]] = {
    CONF_PRICE_ENTITY: CONF_CURVE,
    CONF_TODAY: CONF_TODAY,
    CONF_TOMORROW: CONF_TOMORROW,
}
"""The fields that name entities, and where a subentry keeps the ids that outlive a rename."""

KVA: Final = ("3", "6", "9", "12", "15", "18", "24", "30", "36")
COLOUR_SOURCES: Final = ("api", "entities")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The fields of a template: those that must be filled in, that may be, and the rest."""

    needed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


_TIME: Final = ("since", "until")
_TAX: Final = ("prices_with_tax", "vat")
_POWER: Final = ("standing_per", *_TAX, "excise", "cta", *_TIME)
_REGULATED: Final = ("cta", "producer", *_TIME)
_COLOURS: Final = (CONF_COLOURS, CONF_TODAY, CONF_TOMORROW)
_FOLLOWS: Final = ("factor", "offset", "floor", "cap")
_FLUID: Final = ("standing_per", *_TAX, *_TIME)

ASKED: Final[Mapping[str, Asked]] = {
    "regulated_base": Asked(needed=("kva",), more=_REGULATED),
    "regulated_peak_offpeak": Asked(needed=("kva", "windows"), more=_REGULATED),
    "regulated_tempo": Asked(needed=("kva",), asked=_COLOURS, more=_REGULATED),
    "flat": Asked(needed=("prices",), asked=("standing",), more=_POWER),
    "peak_offpeak": Asked(needed=("prices", "windows"), asked=("standing",), more=_POWER),
    "tempo": Asked(needed=("prices",), asked=(*_COLOURS, "standing"), more=_POWER),
    "ejp": Asked(needed=("prices",), asked=(CONF_TODAY, CONF_TOMORROW, "standing"), more=_POWER),
    "dynamic": Asked(needed=(CONF_PRICE_ENTITY,), asked=("standing",), more=(*_FOLLOWS, *_POWER)),
    "feed_in": Asked(
        asked=("prices", CONF_PRICE_ENTITY, "requested", "kwc"), more=(*_FOLLOWS, *_TIME)
    ),
    "gas": Asked(needed=("prices",), asked=("coefficient", "standing"), more=("excise", *_FLUID)),
    "water": Asked(
        asked=("prices", "tiers", "wastewater", "standing"),
        more=("wastewater_vat", "anchor", "dwellings", "marginal", *_FLUID),
    ),
    "hot_water": Asked(
        needed=("cold_water", "energy_price"),
        asked=("wastewater", "temperature_rise", "efficiency", "losses"),
        more=("kwh_per_m3", "standing", "wastewater_vat", *_FLUID),
    ),
    "heat": Asked(needed=("prices",), asked=("standing",), more=("heating_share", *_FLUID)),
    "custom": Asked(needed=("contract",)),
}
"""By the name of the template."""


def fields_of(template: str) -> probatio.Schema:
    """Return the form of a template, with what few need in a closed section."""
    asked = ASKED[template]
    return probatio.Schema(
        {
            **{_required(name): SELECTORS[name] for name in asked.needed},
            **{_optional(name): SELECTORS[name] for name in asked.asked},
        }
    )


def more_of(template: str) -> probatio.Schema:
    """Return the closed section of a template's form, empty if there is none."""
    return probatio.Schema({_optional(name): SELECTORS[name] for name in ASKED[template].more})


def _required(name: str) -> probatio.Required:
    if name in DEFAULTS:
        return probatio.Required(name, default=DEFAULTS[name])
    return probatio.Required(name)


def _optional(name: str) -> probatio.Optional:
    if name in DEFAULTS:
        return probatio.Optional(name, default=DEFAULTS[name])
    return probatio.Optional(name)


DEFAULTS: Final[Mapping[str, Any]] = {
    "prices_with_tax": True,
    "marginal": True,
    "standing_per": Per.MONTH.value,
    CONF_COLOURS: COLOUR_SOURCES[0],
    "kva": "6",
}


NUMBERS: Final = (
    *("standing", "excise", "cta", "producer", "vat", "wastewater", "wastewater_vat"),
    *("cold_water", "energy_price", "heating_share", *_FOLLOWS, "temperature_rise"),
    *("efficiency", "losses", "kwh_per_m3", "dwellings", "anchor", "kwc"),
)


def _lines() -> selector.TextSelector:
    return selector.TextSelector(selector.TextSelectorConfig(multiline=True))


def _text() -> selector.TextSelector:
    return selector.TextSelector()


def _sensor() -> selector.EntitySelector:
    return selector.EntitySelector(selector.EntitySelectorConfig(domain=Platform.SENSOR))


SELECTORS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("prices", "windows", "tiers", "coefficient"), _lines()),
    **dict.fromkeys(NUMBERS, _text()),
    **dict.fromkeys(("since", "until", "requested"), selector.DateSelector()),
    **dict.fromkeys(("prices_with_tax", "marginal"), selector.BooleanSelector()),
    **dict.fromkeys(ENTITIES, _sensor()),
    "kva": selector.SelectSelector(selector.SelectSelectorConfig(options=[*KVA])),
    "standing_per": selector.SelectSelector(
        selector.SelectSelectorConfig(options=[*Per], translation_key="standing_per")
    ),
    CONF_COLOURS: selector.SelectSelector(
        selector.SelectSelectorConfig(options=[*COLOUR_SOURCES], translation_key="colour_source")
    ),
    "contract": selector.ObjectSelector(),
}
"""What each field is filled in with. Numbers are texts: a decimal comma is no error."""

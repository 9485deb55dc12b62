"""What holds for the whole site: who issues statements and when, and what divides the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import probatio
from homeassistant.core import HomeAssistant
from homeassistant.helpers import selector

from ..amounts import amount_field
from ..core.billing.keys import KeyKind
from .notify_targets import target_selector

CONF_COMMON_KEY: Final = "common_key"
CONF_HEAT_COMMON: Final = "heat_common"
CONF_ISSUER: Final = "issuer"
CONF_LANGUAGE: Final = "language"
CONF_MONTHLY: Final = "monthly"
CONF_NOTIFY: Final = "notify"

LANGUAGES: Final = ("en", "fr")
USUAL_HEAT_COMMON: Final = 30
"""Percent of a building's heat that is common, CCH R174-10."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteOptions:
    """The options of the Site.

    ``heat_common`` is the part of heat, 0 to 0.5, that is divided by surface. ``monthly``
    issues each member's statement of a month on the first of the next one.
    """

    issuer: str = ""
    language: str = "en"
    common_key: KeyKind = KeyKind.EQUAL
    heat_common: Decimal = Decimal(USUAL_HEAT_COMMON) / 100
    monthly: bool = False
    notify: tuple[str, ...] = ()

    @classmethod
    def of(cls, hass: HomeAssistant, options: Mapping[str, Any]) -> SiteOptions:
        """Return the options; the language is Home Assistant's until one is chosen."""
        usual = hass.config.language if hass.config.language in LANGUAGES else LANGUAGES[0]
        percent = Decimal(str(options.get(CONF_HEAT_COMMON, USUAL_HEAT_COMMON)))
        return cls(
            issuer=options.get(CONF_ISSUER, ""),
            language=options.get(CONF_LANGUAGE, usual),
            common_key=KeyKind(options.get(CONF_COMMON_KEY, KeyKind.EQUAL)),
            heat_common=percent / 100,
            monthly=options.get(CONF_MONTHLY, False),
            notify=tuple(options.get(CONF_NOTIFY, ())),
        )


def schema(hass: HomeAssistant) -> probatio.Schema:
    """Return the form of the options."""
    usual = SiteOptions.of(hass, {})
    keys = selector.SelectSelectorConfig(options=[*KeyKind], translation_key="common_key")
    languages = selector.SelectSelectorConfig(
        options=[*LANGUAGES], translation_key="statement_language"
    )
    return probatio.Schema(
        {
            probatio.Required(CONF_COMMON_KEY, default=usual.common_key): selector.SelectSelector(
                keys
            ),
            probatio.Required(CONF_HEAT_COMMON, default=USUAL_HEAT_COMMON): amount_field(
                0, 50, unit="%"
            ),
            probatio.Optional(CONF_ISSUER): selector.TextSelector(
                selector.TextSelectorConfig(multiline=True)
            ),
            probatio.Required(CONF_LANGUAGE, default=usual.language): selector.SelectSelector(
                languages
            ),
            probatio.Required(CONF_MONTHLY, default=False): selector.BooleanSelector(),
            probatio.Optional(CONF_NOTIFY): target_selector(hass),
        }
    )

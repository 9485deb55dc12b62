"""Texts that the backend itself says, in the language of the server."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN


async def option_texts(
    hass: HomeAssistant, *, translation_key: str, options: Iterable[str]
) -> Mapping[str, str]:
    """Return the texts of a selector's options; one that has no text is its own.

    A notification, or a look at prices, is made where nobody's own language is known.
    """
    texts = await async_get_translations(hass, hass.config.language, "selector", {DOMAIN})
    prefix = f"component.{DOMAIN}.selector.{translation_key}.options"
    return {option: texts.get(f"{prefix}.{option}", option.replace("_", " ")) for option in options}


async def flow_text(hass: HomeAssistant, path: str, **placeholders: str) -> str:
    """Return a text of the dialogues about parts, in which one text stands within another.

    ``path`` is as in the translations; what has no text is its last word.
    """
    texts = await async_get_translations(hass, hass.config.language, "config_subentries", {DOMAIN})
    text = texts.get(f"component.{DOMAIN}.config_subentries.{path}", path.rpartition(".")[2])
    return text.format(**placeholders)


async def error_text(hass: HomeAssistant, key: str, placeholders: Mapping[str, str]) -> str:
    """Return what is said where something is refused."""
    texts = await async_get_translations(hass, hass.config.language, "exceptions", {DOMAIN})
    return texts.get(f"component.{DOMAIN}.exceptions.{key}.message", key).format(**placeholders)


def number_text(hass: HomeAssistant, value: Decimal, digits: int = 2) -> str:
    """Return a number as it is written in the language of the server, without needless zeros."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if hass.config.language.startswith("fr") else text


def colon_text(hass: HomeAssistant) -> str:
    """Return a colon as it is set in the language of the server."""
    return "\N{NO-BREAK SPACE}: " if hass.config.language.startswith("fr") else ": "

"""ECOM: electric consumption, optimised and monitored."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.typing import ConfigType

from .const import CONF_FAMILY, DOMAIN, ISSUE_SITE_DELETED, SITE_UID
from .errors import CannotConnect, EcomError, InvalidAuth
from .registry import FAMILIES
from .runtime import SIGNAL_PORTS, EcomConfigEntry, Runtime
from .services import async_setup_services
from .site import runtime as site

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Set up what does not belong to a single entry."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: EcomConfigEntry) -> bool:
    """Open a source, or the site, and let the site know its ports."""
    entry.runtime_data = await _open(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, _platforms(entry))
    _announce(hass, entry.runtime_data)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: EcomConfigEntry) -> bool:
    """Take the ports back, unload the platforms, and close."""
    runtime = entry.runtime_data
    async_dispatcher_send(hass, SIGNAL_PORTS, runtime.uid, frozenset())
    if not await hass.config_entries.async_unload_platforms(entry, _platforms(entry)):
        _announce(hass, runtime)
        return False
    await runtime.close()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: EcomConfigEntry) -> None:
    """Remember a Site that was deleted on purpose, as long as sources remain."""
    sources = [e for e in hass.config_entries.async_entries(DOMAIN) if CONF_FAMILY in e.data]
    if entry.unique_id != SITE_UID:
        await FAMILIES[entry.data[CONF_FAMILY]].forget(hass, entry)
        if not sources:
            ir.async_delete_issue(hass, DOMAIN, ISSUE_SITE_DELETED)
    elif sources:
        ir.async_create_issue(
            hass,
            DOMAIN,
            ISSUE_SITE_DELETED,
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_SITE_DELETED,
        )
    if not hass.config_entries.async_entries(DOMAIN):
        await site.forget(hass)


async def _open(hass: HomeAssistant, entry: EcomConfigEntry) -> Runtime:
    """Return the entry's runtime; errors become those that Home Assistant knows."""
    try:
        if entry.unique_id == SITE_UID:
            return await site.open_site(hass, entry)
        return await _open_source(hass, entry)
    except InvalidAuth as err:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="invalid_auth"
        ) from err
    except CannotConnect as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="cannot_connect",
            translation_placeholders={"reason": str(err)},
        ) from err
    except EcomError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="device_error",
            translation_placeholders={"reason": str(err)},
        ) from err


async def _open_source(hass: HomeAssistant, entry: EcomConfigEntry) -> Runtime:
    """Return a source, whose family may bring the entry's data up to date first."""
    family = FAMILIES[entry.data[CONF_FAMILY]]
    if not await family.migrate(hass, entry):
        raise ConfigEntryError(translation_domain=DOMAIN, translation_key="newer_version")
    return await family.open(hass, entry)


def _platforms(entry: EcomConfigEntry) -> tuple[Platform, ...]:
    """Return the platforms that the entry's entities need."""
    if entry.unique_id == SITE_UID:
        return site.PLATFORMS
    return FAMILIES[entry.data[CONF_FAMILY]].platforms


def _announce(hass: HomeAssistant, runtime: Runtime) -> None:
    """Tell the site which ports can be resolved from now on."""
    async_dispatcher_send(hass, SIGNAL_PORTS, runtime.uid, frozenset(runtime.ports))

"""Backups hold the quarter-hours whole: nothing is written while files are copied."""

from homeassistant.core import HomeAssistant

from .const import DOMAIN, SITE_UID
from .site.runtime import SiteRuntime


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Write what is known, bring it into one file, and wait."""
    if (site := _site(hass)) is not None:
        await site.books.quarters.pause()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Go on writing."""
    if (site := _site(hass)) is not None:
        site.books.quarters.resume()


def _site(hass: HomeAssistant) -> SiteRuntime | None:
    """Return the Site, None while it is not there."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, SITE_UID)
    runtime = getattr(entry, "runtime_data", None)
    return runtime if isinstance(runtime, SiteRuntime) else None

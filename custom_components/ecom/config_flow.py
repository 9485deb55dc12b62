"""The one config flow of the domain; each family brings its own steps."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast, override

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_SYSTEM,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import UnknownHandler
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.usb import UsbServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .const import CONF_FAMILY, CONF_METERS, DOMAIN, ISSUE_SITE_DELETED, SITE_UID
from .registry import FAMILIES
from .runtime import Discovery, FamilyFlow
from .site.add_plug import PlugSubentryFlow
from .site.adoption import adopt_meters, take_up
from .site.alert_flow import AlertSubentryFlow
from .site.contract_flow import ContractSubentryFlow
from .site.flow import MeterSubentryFlow
from .site.member_flow import MemberSubentryFlow
from .site.options_flow import SiteOptionsFlow

type Step = Callable[..., Coroutine[Any, Any, ConfigFlowResult]]

STEP_PREFIX = "async_step_"


class EcomConfigFlow(ConfigFlow, domain=DOMAIN):
    """Choose a family, and hand every further step to that family's flow."""

    VERSION = 1

    def __init__(self) -> None:
        """Start without a family."""
        self._inner: dict[str, FamilyFlow] = {}

    def __getattr__(self, name: str) -> Step:
        """Return a family's step, such as ``async_step_e450_keys``."""
        family = name.removeprefix(STEP_PREFIX).partition("_")[0]
        if not name.startswith(STEP_PREFIX) or family not in FAMILIES:
            raise AttributeError(name)
        return cast("Step", getattr(self._family_flow(family), name))

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which family of device is to be added."""
        del user_input
        return self.async_show_menu(
            step_id="user", menu_options=[f"{key}_user" for key in FAMILIES], sort=True
        )

    async def async_step_system(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create the Site; only ECOM itself starts this step.

        ``user_input`` may ask for meters, which a Site that is there takes up as well.
        """
        if site := await self.async_set_unique_id(SITE_UID, raise_on_progress=False):
            take_up(self.hass, site, user_input)
            return self.async_abort(reason="already_configured")
        return self.async_create_entry(title=self.hass.config.location_name, data={})

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask the family of the entry for new keys."""
        return await self._step(entry_data[CONF_FAMILY], "reauth", entry_data)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the family of the entry change how its device is reached."""
        family = self._get_reconfigure_entry().data.get(CONF_FAMILY)
        if family is None:
            return self.async_abort(reason="site_reconfigure")
        return await self._step(family, "reconfigure", user_input)

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Hand a device that asked for an address to the family that knows it."""
        return await self._discovered(("dhcp", discovery_info))

    @override
    async def async_step_usb(self, discovery_info: UsbServiceInfo) -> ConfigFlowResult:
        """Hand a serial adapter that was plugged in to the family that knows it."""
        return await self._discovered(("usb", discovery_info))

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Hand a device that announced itself to the family that knows it."""
        return await self._discovered(("zeroconf", discovery_info))

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Make the Site with the first source, and give it the source's meters."""
        if self.source == SOURCE_SYSTEM:
            take_up(self.hass, result["result"], self.init_data)
        if self.source not in (SOURCE_SYSTEM, SOURCE_IGNORE):
            await self._create_site()
            adopt_meters(self.hass, result["data"].get(CONF_METERS, ()))
        return result

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options flow of the entry's family, or of the Site."""
        if config_entry.unique_id == SITE_UID:
            return SiteOptionsFlow()
        family = FAMILIES.get(config_entry.data.get(CONF_FAMILY, ""))
        flow = None if family is None else family.flow.options(config_entry)
        if flow is None:
            raise UnknownHandler
        return flow

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: ConfigEntry) -> bool:
        """Return whether the entry has options."""
        if config_entry.unique_id == SITE_UID:
            return True
        family = FAMILIES.get(config_entry.data.get(CONF_FAMILY, ""))
        return family is not None and family.flow.options(config_entry) is not None

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what a person can add by hand, which is all to the Site."""
        if config_entry.unique_id != SITE_UID:
            return {}
        return {
            "meter": MeterSubentryFlow,
            "plug": PlugSubentryFlow,
            "contract": ContractSubentryFlow,
            "member": MemberSubentryFlow,
            "alert": AlertSubentryFlow,
        }

    @callback
    @override
    def async_remove(self) -> None:
        """Let the families' flows clean up when the dialogue is closed."""
        for flow in self._inner.values():
            flow.async_remove()

    async def _create_site(self) -> None:
        """Create the Site unless it exists or was deleted on purpose."""
        if self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, SITE_UID):
            return
        if ir.async_get(self.hass).async_get_issue(DOMAIN, ISSUE_SITE_DELETED):
            return
        await self.hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_SYSTEM})

    async def _discovered(self, discovery: Discovery) -> ConfigFlowResult:
        """Hand a discovery to the family that has the device, or else claims it."""
        if (owner := self._owner(discovery)) is not None:
            return await self._step(owner, *discovery)
        for key, family in FAMILIES.items():
            if family.claims(discovery):
                return await self._step(key, *discovery)
        return self.async_abort(reason="not_supported")

    def _owner(self, discovery: Discovery) -> str | None:
        """Return the family of the entry whose device asks for an address, by its MAC.

        A maker has more prefixes than anybody knows: a device that is there already is
        followed, whatever its MAC begins with.
        """
        source, info = discovery
        if not isinstance(info, DhcpServiceInfo):
            return None
        mac = (dr.CONNECTION_NETWORK_MAC, dr.format_mac(info.macaddress))
        for device in dr.async_get(self.hass).async_get_devices(connections={mac}):
            entry = self.hass.config_entries.async_get_entry(device.config_entry_id)
            family = None if entry is None else entry.data.get(CONF_FAMILY)
            if family in FAMILIES and hasattr(
                FAMILIES[family].flow, f"{STEP_PREFIX}{family}_{source}"
            ):
                return str(family)
        return None

    async def _step(self, family: str, step: str, data: object = None) -> ConfigFlowResult:
        """Run one step of a family."""
        run: Step = getattr(self, f"{STEP_PREFIX}{family}_{step}")
        return await run(data)

    def _family_flow(self, key: str) -> FamilyFlow:
        """Return the family's flow, sharing this flow's identity and context."""
        if key not in self._inner:
            inner = FAMILIES[key].flow()
            inner.hass = self.hass
            inner.handler = self.handler
            inner.flow_id = self.flow_id
            inner.context = self.context
            inner.init_data = self.init_data
            self._inner[key] = inner
        return self._inner[key]

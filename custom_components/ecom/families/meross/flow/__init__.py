"""From an address to a device: try the keys that are known, or ask for one, and confirm."""

from collections.abc import Mapping
from itertools import chain, count
from typing import Any, Final

from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import UnknownStep
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

from ....address import HTTP_PORT
from ....const import CONF_FAMILY, CONF_METERS, CONF_SCHEMA, DOMAIN
from ....errors import CannotConnect, DeviceError, InvalidAuth, Unsupported
from ....plug_flow import found_schema, proposals, summary
from ....runtime import EcomConfigEntry, FamilyFlow
from ..address import Address
from ..cloud import CodeNeeded, CodeWrong, TriedTooOften, fetch_key
from ..settings import (
    CONF_HOST,
    CONF_KEY,
    CONF_MAC,
    CONF_UID,
    CONF_UUID,
    FAMILY,
    SCHEMA,
    address_of,
    uid_of,
)
from .forms import (
    CONF_ADDRESS,
    CONF_CODE,
    CONF_EMAIL,
    CONF_PASSWORD,
    address_schema,
    code_schema,
    key_schema,
    login_schema,
)
from .visit import Found, known_keys, visit

NO_KEY: Final = ""
"""What a device is asked with that may be there: one that has an owner refuses it in words."""

type Answer = dict[str, Any] | None
type Errors = dict[str, str]


class MerossFlow(FamilyFlow):
    """Add a device, move it, or give it its owner's new key."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._address = Address(host="")
        self._account: Mapping[str, str] = {}
        self._account_key: str | None = None
        self._seen: Found | None = None

    async def async_step_meross_user(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the address; the keys of devices that are there are tried by themselves."""
        errors: Errors = {}
        if user_input is not None and not (errors := self._parse(user_input)):
            errors = await self._try(known_keys(self.hass) or [NO_KEY])
            if errors.get("base") == "meross_invalid_auth":
                return await self.async_step_meross_access()
            if not errors:
                return await self._go_on()
        return self.async_show_form(
            step_id="meross_user",
            data_schema=self.add_suggested_values_to_schema(address_schema(), user_input),
            errors=errors,
        )

    async def async_step_meross_dhcp(self, info: DhcpServiceInfo) -> ConfigFlowResult:
        """Follow a known device to its address, or look at a new one."""
        serial = info.macaddress.replace(":", "").upper()
        entry = await self.async_set_unique_id(f"{FAMILY}:{serial}")
        there = entry is not None and CONF_HOST in entry.data
        port = address_of(entry.data).port if entry and there else HTTP_PORT
        self._address = Address(host=info.ip, port=port)
        self._abort_if_unique_id_configured({CONF_HOST: str(self._address)})
        errors = await self._try(known_keys(self.hass) or [NO_KEY])
        if errors.get("base") == "meross_invalid_auth":
            return await self.async_step_meross_access()
        if errors:
            return self.async_abort(reason="meross_not_usable")
        return await self._go_on()

    async def async_step_meross_access(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask where the key shall come from."""
        del user_input
        return self.async_show_menu(
            step_id="meross_access",
            menu_options=["meross_login", "meross_key"],
            description_placeholders=self._where,
        )

    async def async_step_meross_key(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the key, and try it."""
        errors: Errors = {}
        if user_input is not None:
            errors = await self._try([user_input[CONF_KEY].strip()])
            if not errors:
                return await self._go_on()
        return self.async_show_form(
            step_id="meross_key",
            data_schema=key_schema(),
            errors=errors,
            description_placeholders=self._where,
        )

    async def async_step_meross_login(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for an account, whose key is fetched; the account itself is forgotten."""
        errors: Errors = {}
        if user_input is not None:
            self._account = user_input
            try:
                errors = await self._log_in()
            except CodeNeeded:
                return await self.async_step_meross_mfa()
            if not errors:
                return await self._go_on()
        return self.async_show_form(
            step_id="meross_login",
            data_schema=login_schema(),
            errors=errors,
            description_placeholders=self._where,
        )

    async def async_step_meross_mfa(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the code that the account is protected with."""
        errors: Errors = {}
        if user_input is not None:
            try:
                errors = await self._log_in(user_input[CONF_CODE].strip())
            except CodeNeeded:
                errors = {CONF_CODE: "meross_code_wrong"}
            if not errors:
                return await self._go_on()
        return self.async_show_form(step_id="meross_mfa", data_schema=code_schema(), errors=errors)

    async def async_step_meross_found(self, user_input: Answer = None) -> ConfigFlowResult:
        """Show what was found; its name and what it measures are all that is asked."""
        found = self._found()
        errors: Errors = {}
        if user_input is not None:
            user_input[CONF_NAME] = user_input[CONF_NAME].strip()
            if user_input[CONF_NAME]:
                return self._create(found, user_input)
            errors[CONF_NAME] = "meross_name_needed"
        return self.async_show_form(
            step_id="meross_found",
            data_schema=found_schema(self._name(), found.state),
            errors=errors,
            description_placeholders={
                **self._where,
                "model": found.identity.model,
                "firmware": found.identity.firmware or "?",
                "found": summary(found.state),
            },
        )

    async def async_step_meross_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Try the keys of other devices, and ask for one if none fits."""
        self._address = address_of(entry_data)
        others = [key for key in known_keys(self.hass) if key != entry_data[CONF_KEY]]
        if others and not await self._try(others):
            return await self._go_on()
        return await self.async_step_meross_access()

    async def async_step_meross_reconfigure(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask where the device is now; another device is refused."""
        entry = self._get_reconfigure_entry()
        errors: Errors = {}
        if user_input is not None and not (errors := self._parse(user_input)):
            errors = await self._try([entry.data[CONF_KEY]])
            if not errors and self._is_other(entry):
                errors = {"base": "meross_other_device"}
            if not errors:
                data = {**entry.data, CONF_HOST: str(self._address)}
                return self.async_update_reload_and_abort(entry, data=data)
        suggested = user_input or {CONF_ADDRESS: entry.data[CONF_HOST]}
        return self.async_show_form(
            step_id="meross_reconfigure",
            data_schema=self.add_suggested_values_to_schema(address_schema(), suggested),
            errors=errors,
            description_placeholders={"device": entry.title},
        )

    async def _go_on(self) -> ConfigFlowResult:
        """Keep a new key, or confirm a new device."""
        found = self._found()
        self._account = {}
        if self.source == SOURCE_REAUTH:
            entry = self._get_reauth_entry()
            if self._is_other(entry):
                return self.async_abort(reason="meross_other_device")
            data = {**entry.data, CONF_KEY: found.key}
            return self.async_update_reload_and_abort(entry, data=data)
        await self.async_set_unique_id(uid_of(found.identity), raise_on_progress=False)
        self._abort_if_unique_id_configured({CONF_HOST: str(self._address)})
        return await self.async_step_meross_found()

    def _parse(self, user_input: Mapping[str, str]) -> Errors:
        """Take the address that was typed; return the form's errors."""
        try:
            self._address = Address.parse(user_input[CONF_ADDRESS])
        except ValueError:
            return {CONF_ADDRESS: "meross_invalid_address"}
        return {}

    async def _log_in(self, code: str | None = None) -> Errors:
        """Fetch the account's key, once, and try it; raises CodeNeeded."""
        try:
            if self._account_key is None:
                self._account_key = await fetch_key(
                    async_get_clientsession(self.hass),
                    self._account[CONF_EMAIL].strip(),
                    self._account[CONF_PASSWORD],
                    code,
                )
        except CodeNeeded:
            raise
        except CodeWrong:
            return {CONF_CODE: "meross_code_wrong"}
        except InvalidAuth:
            return {"base": "meross_login_refused"}
        except TriedTooOften:
            return {"base": "meross_login_locked"}
        except CannotConnect:
            return {"base": "meross_login_unreachable"}
        errors = await self._try([self._account_key])
        if errors.get("base") == "meross_invalid_auth":
            self._account_key = None
            return {"base": "meross_other_account"}
        return errors

    async def _try(self, keys: list[str]) -> Errors:
        """Visit the device; return the form's errors."""
        try:
            self._seen = await visit(self.hass, self._address, keys)
        except InvalidAuth:
            return {"base": "meross_invalid_auth"}
        except Unsupported, DeviceError:
            return {"base": "meross_not_supported"}
        except CannotConnect:
            return {"base": "meross_cannot_connect"}
        return {}

    @property
    def _where(self) -> dict[str, str]:
        return {"address": str(self._address)}

    def _is_other(self, entry: EcomConfigEntry) -> bool:
        return uid_of(self._found().identity) != entry.unique_id

    def _found(self) -> Found:
        """Return what was found; no later step is reached without it."""
        if self._seen is None:
            raise UnknownStep
        return self._seen

    def _name(self) -> str:
        """Return a name that no other entry has: Meross mss310, Meross mss310 2, and so on."""
        model = f"Meross {self._found().identity.model}"
        titles = {entry.title for entry in self.hass.config_entries.async_entries(DOMAIN)}
        names = chain((model,), (f"{model} {number}" for number in count(2)))
        return next(name for name in names if name not in titles)

    def _create(self, found: Found, user_input: Mapping[str, Any]) -> ConfigFlowResult:
        """Create the entry, with the meters that it proposes to the Site."""
        uid = uid_of(found.identity)
        return self.async_create_entry(
            title=user_input[CONF_NAME],
            data={
                CONF_FAMILY: FAMILY,
                CONF_SCHEMA: SCHEMA,
                CONF_UID: uid,
                CONF_HOST: str(self._address),
                CONF_UUID: found.identity.uuid,
                CONF_MAC: found.identity.mac,
                CONF_KEY: found.key,
                CONF_METERS: proposals(uid, found.state, user_input),
            },
        )

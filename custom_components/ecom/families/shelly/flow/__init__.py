"""From an address to a device: ask where it is, show what it has, confirm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import UnknownStep
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from ....const import CONF_FAMILY, CONF_METERS, CONF_SCHEMA
from ....errors import CannotConnect, DeviceError, InvalidAuth, Unsupported
from ....plug_adoption import adopt_device
from ....plug_flow import found_schema, proposals, summary
from ....plugs import PlugState
from ....runtime import EcomConfigEntry, FamilyFlow
from ..address import Address
from ..client import ShellyClient
from ..coordinator import VALID_FOR
from ..identity import Gen1
from ..models import Reader
from ..settings import (
    CONF_APP_NAME,
    CONF_HOST,
    CONF_MAC,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_UID,
    KEY,
    SCHEMA,
    address_of,
    uid_of,
)
from .forms import CONF_ADDRESS, moved_schema, password_schema, user_schema
from .known import core_devices, core_entry

type Answer = dict[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A device that was visited, and what it said."""

    mac: str
    state: PlugState


class ShellyFlow(FamilyFlow):
    """Add a device, move it, or give it another password."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._address = Address(host="")
        self._mac = ""
        self._password: str | None = None
        self._seen: Found | None = None

    async def async_step_shelly_user(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the address; what follows depends on what answers there."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._look(user_input)):
            await self.async_set_unique_id(uid_of(self._mac), raise_on_progress=False)
            self._abort_if_unique_id_configured()
            if core_entry(self.hass, self._mac) is not None:
                return await self.async_step_shelly_core()
            if self._seen is not None:
                return await self.async_step_shelly_found()
            return await self.async_step_shelly_password()
        return self.async_show_form(
            step_id="shelly_user",
            data_schema=self.add_suggested_values_to_schema(user_schema(), user_input),
            errors=errors,
        )

    async def async_step_shelly_password(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the password of a device that has one."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._try(self._address, user_input[CONF_PASSWORD], self._mac)
            if not errors:
                return await self.async_step_shelly_found()
        return self.async_show_form(
            step_id="shelly_password",
            data_schema=password_schema(),
            errors=errors,
            description_placeholders={"address": str(self._address)},
        )

    async def async_step_shelly_found(self, user_input: Answer = None) -> ConfigFlowResult:
        """Show what was found; ask for its name and for what it measures."""
        state = self._found().state
        errors: dict[str, str] = {}
        if user_input is not None:
            user_input[CONF_NAME] = user_input[CONF_NAME].strip()
            if user_input[CONF_NAME]:
                return self._create(user_input)
            errors = {CONF_NAME: "shelly_name_needed"}
        return self.async_show_form(
            step_id="shelly_found",
            data_schema=found_schema(state.name or state.model, state),
            errors=errors,
            description_placeholders={
                "address": str(self._address),
                "model": state.model,
                "firmware": state.firmware or "?",
                "found": summary(state),
            },
        )

    async def async_step_shelly_core(self, user_input: Answer = None) -> ConfigFlowResult:
        """Offer to take the entities of core's integration, which reads the device already."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if devices := core_devices(self.hass, self._mac):
                count = await adopt_device(self.hass, devices)
                return self.async_abort(
                    reason="shelly_adopted", description_placeholders={"count": str(count)}
                )
            errors = {"base": "shelly_core_not_ready"}
        entry = core_entry(self.hass, self._mac)
        return self.async_show_form(
            step_id="shelly_core",
            errors=errors,
            description_placeholders={"device": entry.title if entry else self._mac},
        )

    async def async_step_shelly_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for another password."""
        del entry_data
        return await self.async_step_shelly_reauth_confirm()

    async def async_step_shelly_reauth_confirm(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for a password and try it before it is kept."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            password = user_input[CONF_PASSWORD]
            errors = await self._try(address_of(entry.data), password, entry.data[CONF_MAC])
            if not errors:
                data = {**entry.data, CONF_PASSWORD: self._password}
                return self.async_update_reload_and_abort(entry, data=data)
        return self.async_show_form(
            step_id="shelly_reauth_confirm",
            data_schema=password_schema(),
            errors=errors,
            description_placeholders={"device": entry.title},
        )

    async def async_step_shelly_reconfigure(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask where the device is now; another device is refused."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._move(entry, user_input)):
            return self.async_update_reload_and_abort(
                entry,
                data={
                    **entry.data,
                    CONF_HOST: self._address.host,
                    CONF_PORT: self._address.port,
                    CONF_PASSWORD: self._password,
                },
            )
        suggested = {CONF_ADDRESS: str(address_of(entry.data))}
        return self.async_show_form(
            step_id="shelly_reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                moved_schema(), user_input or suggested
            ),
            errors=errors,
            description_placeholders={"device": entry.title},
        )

    async def _look(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Look at what is there, and read it if it needs no password; return the form's errors."""
        try:
            self._address = Address.parse(user_input[CONF_ADDRESS])
        except ValueError:
            return {CONF_ADDRESS: "shelly_invalid_address"}
        self._seen = None
        try:
            identity = await self._client(self._address).identify()
        except Gen1 as err:
            self._mac = err.mac
            return {} if core_entry(self.hass, err.mac) else {"base": "shelly_gen1"}
        except Unsupported:
            return {"base": "shelly_no_shelly"}
        except CannotConnect:
            return {"base": "shelly_cannot_connect"}
        self._mac = identity.mac
        if identity.asks_for_password or core_entry(self.hass, identity.mac):
            return {}
        return await self._try(self._address, "", identity.mac)

    async def _move(self, entry: EcomConfigEntry, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Visit an entry's device at its new address; return the form's errors."""
        try:
            address = Address.parse(user_input[CONF_ADDRESS])
        except ValueError:
            return {CONF_ADDRESS: "shelly_invalid_address"}
        try:
            identity = await self._client(address).identify()
        except Unsupported:
            return {"base": "shelly_no_shelly"}
        except CannotConnect:
            return {"base": "shelly_cannot_connect"}
        if identity.mac != entry.data[CONF_MAC]:
            return {"base": "shelly_other_device"}
        password = user_input.get(CONF_PASSWORD) or entry.data[CONF_PASSWORD] or ""
        return await self._try(address, password, identity.mac)

    async def _try(self, address: Address, password: str, mac: str) -> dict[str, str]:
        """Read a device; return the form's errors."""
        client = self._client(address, password or None, mac)
        reader = Reader(PlugState())
        try:
            reader.take_identity(await client.connect())
            reader.take_settings(client.status, client.config)
            reader.take_status(client.status, dt_util.utcnow(), VALID_FOR)
        except InvalidAuth:
            return {"base": "shelly_invalid_auth"}
        except CannotConnect, DeviceError, Unsupported:
            return {"base": "shelly_cannot_connect"}
        finally:
            await client.close()
        if not reader.state.channels:
            return {"base": "shelly_nothing_to_read"}
        self._address, self._password = address, password or None
        self._seen = Found(mac=mac, state=reader.state)
        return {}

    def _client(
        self, address: Address, password: str | None = None, mac: str | None = None
    ) -> ShellyClient:
        return ShellyClient(async_get_clientsession(self.hass), address, password, mac)

    def _found(self) -> Found:
        """Return what was found; no later step is reached without it."""
        if self._seen is None:
            raise UnknownStep
        return self._seen

    def _create(self, user_input: Mapping[str, Any]) -> ConfigFlowResult:
        """Create the entry, with the meters that it proposes to the Site."""
        found = self._found()
        uid = uid_of(found.mac)
        return self.async_create_entry(
            title=user_input[CONF_NAME],
            data={
                CONF_FAMILY: KEY,
                CONF_SCHEMA: SCHEMA,
                CONF_UID: uid,
                CONF_HOST: self._address.host,
                CONF_PORT: self._address.port,
                CONF_MAC: found.mac,
                CONF_PASSWORD: self._password,
                CONF_APP_NAME: found.state.name,
                CONF_METERS: proposals(uid, found.state, user_input),
            },
        )

"""From an address to a server: ask where it is, show what it has, confirm."""

from collections.abc import Mapping
from itertools import chain, count
from typing import Any, override

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import UnknownStep
from homeassistant.util import slugify

from ....const import CONF_FAMILY, CONF_METERS, CONF_SCHEMA, DOMAIN
from ....errors import CannotConnect, InvalidAuth, Unsupported
from ....runtime import EcomConfigEntry, FamilyFlow
from ..client import Address
from ..protocol import Kind, Quantity
from ..settings import (
    CONF_COUNTERS,
    CONF_HOST,
    CONF_HTTP_PORT,
    CONF_M2M_PORT,
    CONF_MAC,
    CONF_METER_IDS,
    CONF_PASSWORD,
    CONF_UID,
    CONF_USERNAME,
    CONF_WEBHOOK_ID,
    DEFAULT_HTTP_PORT,
    SCHEMA,
    address_of,
)
from ..visit import Account, Found, visit
from .forms import (
    CONF_ADDRESS,
    CONF_PORTS,
    account_schema,
    address_schema,
    found_schema,
    media_of,
    user_schema,
)
from .known import KEY, accounts, has_uid, is_known, is_same, is_taken
from .options import WesOptionsFlow
from .proposal import proposals, role_of, summary

type Answer = dict[str, Any] | None


class WesFlow(FamilyFlow):
    """Add a server, move it, or give it another account."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._address = Address(host="")
        self._seen: Found | None = None

    @staticmethod
    @callback
    @override
    def options(entry: EcomConfigEntry) -> OptionsFlow:
        """Return the options: the pace, the ports, and what the inputs are."""
        del entry
        return WesOptionsFlow()

    async def async_step_wes_user(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the address; an account that opens another server is tried by itself."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._visit(user_input)):
            found = self._found()
            if is_known(self.hass, found, self._address) or has_uid(self.hass, found.uid):
                return self.async_abort(reason="already_configured")
            if found.uid is not None:
                await self.async_set_unique_id(found.uid, raise_on_progress=False)
            return await self.async_step_wes_found()
        return self.async_show_form(
            step_id="wes_user",
            data_schema=self.add_suggested_values_to_schema(user_schema(), user_input),
            errors=errors,
            description_placeholders={"known": str(len(accounts(self.hass)))},
        )

    async def async_step_wes_found(self, user_input: Answer = None) -> ConfigFlowResult:
        """Show what was found; its name is all that a person may want to change."""
        found = self._found()
        errors: dict[str, str] = {}
        if user_input is not None:
            user_input[CONF_NAME] = user_input[CONF_NAME].strip()
            uid = found.uid or f"wes:{slugify(user_input[CONF_NAME])}"
            if not user_input[CONF_NAME]:
                errors[CONF_NAME] = "wes_name_needed"
            elif has_uid(self.hass, uid):
                errors[CONF_NAME] = "wes_name_taken"
        if user_input is not None and not errors:
            await self.async_set_unique_id(uid, raise_on_progress=False)
            self._abort_if_unique_id_configured()
            return self._create(uid, found, user_input)
        meters = {
            number: role_of(found, number)
            for number in found.numbers(Kind.TELEINFO, Quantity.METER_ID)
        }
        return self.async_show_form(
            step_id="wes_found",
            data_schema=found_schema(
                self._name(), meters, found.numbers(Kind.COUNTER, Quantity.INDEX)
            ),
            errors=errors,
            description_placeholders={
                "address": str(self._address),
                "firmware": found.report.firmware or "?",
                "found": summary(found),
            },
        )

    async def async_step_wes_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for another account."""
        del entry_data
        return await self.async_step_wes_reauth_confirm()

    async def async_step_wes_reauth_confirm(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for an account and try it before it is kept."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            address = address_of(entry.data, entry.options)
            errors = await self._try(address, [_typed(user_input)])
            if not errors and not is_same(entry, self._found()):
                errors = {"base": "wes_other_server"}
            if not errors:
                return self.async_update_reload_and_abort(entry, data=self._with_account(entry))
        return self.async_show_form(
            step_id="wes_reauth_confirm",
            data_schema=self.add_suggested_values_to_schema(
                account_schema(), {CONF_USERNAME: entry.data.get(CONF_USERNAME)}
            ),
            errors=errors,
            description_placeholders={"server": entry.title},
        )

    async def async_step_wes_reconfigure(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask where the server is now; another server is refused."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._visit_moved(entry, user_input)):
            return self.async_update_reload_and_abort(
                entry,
                data={**self._with_account(entry), CONF_HOST: self._address.host},
                options={**entry.options, CONF_HTTP_PORT: self._address.http_port},
            )
        suggested = {
            CONF_ADDRESS: str(address_of(entry.data, entry.options)),
            CONF_USERNAME: entry.data.get(CONF_USERNAME),
        }
        return self.async_show_form(
            step_id="wes_reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                address_schema(), user_input or suggested
            ),
            errors=errors,
            description_placeholders={"server": entry.title},
        )

    async def _visit(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Visit a new server; return the form's errors."""
        ports = user_input[CONF_PORTS]
        try:
            self._address = _address(user_input[CONF_ADDRESS], ports)
        except ValueError:
            return {CONF_ADDRESS: "wes_invalid_address"}
        typed = _typed(user_input)
        known = [typed] if typed.username else accounts(self.hass)
        errors = await self._try(self._address, known)
        if errors.get("base") == "wes_invalid_auth" and not known:
            return {CONF_USERNAME: "wes_account_needed"}
        return errors

    async def _visit_moved(
        self, entry: EcomConfigEntry, user_input: Mapping[str, Any]
    ) -> dict[str, str]:
        """Visit a server at its new address; return the form's errors."""
        old = address_of(entry.data, entry.options)
        try:
            address = Address.parse(user_input[CONF_ADDRESS])
        except ValueError:
            return {CONF_ADDRESS: "wes_invalid_address"}
        self._address = Address(
            host=address.host, http_port=address.http_port, m2m_port=old.m2m_port
        )
        typed = _typed(user_input)
        kept = Account(entry.data.get(CONF_USERNAME), entry.data.get(CONF_PASSWORD))
        account = typed if typed.password else kept
        if errors := await self._try(self._address, [account]):
            return errors
        if is_taken(self.hass, entry, self._address):
            return {CONF_ADDRESS: "wes_other_server"}
        return {} if is_same(entry, self._found()) else {"base": "wes_other_server"}

    async def _try(self, address: Address, known: list[Account]) -> dict[str, str]:
        """Visit; return the form's errors."""
        try:
            self._seen = await visit(address, known)
        except InvalidAuth:
            return {"base": "wes_invalid_auth"}
        except Unsupported:
            return {"base": "wes_no_wes"}
        except CannotConnect:
            return {"base": "wes_cannot_connect"}
        return {}

    def _name(self) -> str:
        """Return a name that no other entry has: WES, WES 2, and so on."""
        titles = {entry.title for entry in self.hass.config_entries.async_entries(DOMAIN)}
        names = chain(("WES",), (f"WES {number}" for number in count(2)))
        return next(name for name in names if name not in titles)

    def _found(self) -> Found:
        """Return what was found; no later step is reached without it."""
        if self._seen is None:
            raise UnknownStep
        return self._seen

    def _with_account(self, entry: EcomConfigEntry) -> dict[str, Any]:
        """Return an entry's data with the account that was accepted."""
        username, password = self._found().account
        return {**entry.data, CONF_USERNAME: username, CONF_PASSWORD: password}

    def _create(self, uid: str, found: Found, user_input: Mapping[str, Any]) -> ConfigFlowResult:
        """Create the entry, with the meters that it proposes to the Site."""
        media = media_of(user_input)
        username, password = found.account
        return self.async_create_entry(
            title=user_input[CONF_NAME],
            data={
                CONF_FAMILY: KEY,
                CONF_SCHEMA: SCHEMA,
                CONF_UID: uid,
                CONF_HOST: self._address.host,
                CONF_USERNAME: username,
                CONF_PASSWORD: password,
                CONF_MAC: found.mac,
                CONF_METER_IDS: found.meter_ids,
                CONF_WEBHOOK_ID: webhook.async_generate_id(),
                CONF_METERS: proposals(found, uid, user_input, media),
            },
            options={
                CONF_HTTP_PORT: self._address.http_port,
                CONF_M2M_PORT: self._address.m2m_port,
                CONF_COUNTERS: media,
            },
        )


def _address(text: str, ports: Mapping[str, int]) -> Address:
    """Return the address; a port in its text stands above that of the section."""
    parsed = Address.parse(text)
    http_port = ports[CONF_HTTP_PORT] if parsed.http_port == DEFAULT_HTTP_PORT else parsed.http_port
    return Address(host=parsed.host, http_port=http_port, m2m_port=ports[CONF_M2M_PORT])


def _typed(user_input: Mapping[str, Any]) -> Account:
    username = (user_input.get(CONF_USERNAME) or "").strip()
    return Account(username or None, user_input.get(CONF_PASSWORD, ""))

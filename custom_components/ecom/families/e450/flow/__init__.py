"""From "which port?" to a meter: listen first, ask only what cannot be read."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components import usb
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import UnknownStep
from homeassistant.util import slugify

from ....const import CONF_FAMILY, CONF_METERS, CONF_SCHEMA
from ....errors import CannotConnect
from ....runtime import EcomConfigEntry, FamilyFlow
from ..client import normalise
from ..listening import Heard, best, listen
from ..protocol.profiles import PROFILES
from ..protocol.security import Keys
from ..protocol.values import RefusalKind, Telegram
from ..settings import (
    CONF_AUTH_KEY,
    CONF_DEVICE,
    CONF_KEY,
    CONF_LINE,
    CONF_METER_ID,
    CONF_MODEL,
    CONF_PROFILE,
    SCHEMA,
)
from .forms import found_schema, keys_schema, shown_values, user_schema
from .options import E450OptionsFlow
from .proposal import proposals

FIELDS: Final = {"e450_auth_key_wrong": CONF_AUTH_KEY, "e450_nothing_heard": "base"}
"""Where the keys' errors are shown, other than at the encryption key."""

type Answer = dict[str, Any] | None


class E450Flow(FamilyFlow):
    """Add a meter, change its port, or give it other keys."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._url = ""
        self._error: str | None = None
        self._heard: Heard | None = None
        self._telegram: Telegram | None = None
        self._keys: dict[str, str] = {}
        self._task: asyncio.Task[Heard | None] | None = None

    @staticmethod
    @callback
    @override
    def options(entry: EcomConfigEntry) -> OptionsFlow:
        """Return the options: scalers, sub-meters, the connection's limit."""
        del entry
        return E450OptionsFlow()

    async def async_step_e450_user(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the port, or an address."""
        errors: dict[str, str] = {}
        if self._error is not None:
            errors["base"], self._error = self._error, None
        elif user_input is not None:
            try:
                self._url = normalise(user_input[CONF_DEVICE])
            except ValueError:
                errors[CONF_DEVICE] = "e450_invalid_address"
            else:
                return await self.async_step_e450_listen()
        suggested = user_input or {CONF_DEVICE: self._url}
        return self.async_show_form(
            step_id="e450_user",
            data_schema=self.add_suggested_values_to_schema(user_schema(), suggested),
            errors=errors,
        )

    async def async_step_e450_listen(self, user_input: Answer = None) -> ConfigFlowResult:
        """Listen until a telegram comes, and say meanwhile that it may take a minute."""
        del user_input
        if self._task is None:
            url = await self._stable_url()
            if self.source != SOURCE_RECONFIGURE:
                # Two readers of one serial port would take each other's bytes.
                self._async_abort_entries_match({CONF_DEVICE: url})
            self._task = self.hass.async_create_task(listen(url))
        if not self._task.done():
            return self.async_show_progress(
                step_id="e450_listen",
                progress_action="e450_listening",
                progress_task=self._task,
            )
        task, self._task = self._task, None
        try:
            self._heard = task.result()
        except CannotConnect:
            self._error = "e450_cannot_connect"
            return self.async_show_progress_done(next_step_id="e450_user")
        if self._heard is None:
            self._error = "e450_silent"
            return self.async_show_progress_done(next_step_id="e450_user")
        return self.async_show_progress_done(next_step_id="e450_heard")

    async def async_step_e450_heard(self, user_input: Answer = None) -> ConfigFlowResult:
        """Go on to the keys if the telegram needs some, else to what was found."""
        del user_input
        if self._decode(self._keys) is None:
            return await self.async_step_e450_found()
        return await self.async_step_e450_keys()

    async def async_step_e450_keys(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the keys, and try them on what was heard."""
        errors: dict[str, str] = {}
        if user_input is not None:
            keys = {key: value for key, value in user_input.items() if value}
            if (error := self._decode(keys)) is None:
                return await self.async_step_e450_found()
            errors[FIELDS.get(error, CONF_KEY)] = error
        return self.async_show_form(step_id="e450_keys", data_schema=keys_schema(), errors=errors)

    async def async_step_e450_found(self, user_input: Answer = None) -> ConfigFlowResult:
        """Show what was found, and let the user say what it measures."""
        heard, telegram = self._found()
        found_id = telegram.meter_id or telegram.system_title
        if found_id is not None:
            await self._settle_unique_id(found_id)
        if self.source == SOURCE_RECONFIGURE:
            if found_id is None and _has_name(self._get_reconfigure_entry()):
                return self.async_abort(reason="e450_other_meter")
            return self._reconfigured()
        if user_input is not None:
            if found_id is None:
                await self._settle_unique_id(slugify(user_input[CONF_NAME], separator="-"))
            self._telegram = self._with_profile(user_input.get(CONF_PROFILE))
            return self._create(user_input)
        return self.async_show_form(
            step_id="e450_found",
            data_schema=found_schema(telegram, f"E450 {found_id}" if found_id else "E450"),
            description_placeholders={
                "meter": found_id or "?",
                "model": telegram.model.value.upper(),
                "layout": telegram.layout.value,
                "line": str(heard.line),
                "values": shown_values(telegram),
            },
        )

    async def async_step_e450_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for other keys."""
        del entry_data
        return await self.async_step_e450_reauth_confirm()

    async def async_step_e450_reauth_confirm(self, user_input: Answer = None) -> ConfigFlowResult:
        """Ask for the keys and try them on what the meter has just said."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            keys = {key: value for key, value in user_input.items() if value}
            self._heard = self._recently_heard(entry)
            if (error := self._decode(keys)) is None:
                return self.async_update_reload_and_abort(
                    entry, data={**_without_keys(entry.data), **keys}
                )
            errors[FIELDS.get(error, CONF_KEY)] = error
        return self.async_show_form(
            step_id="e450_reauth_confirm",
            data_schema=keys_schema(),
            errors=errors,
            description_placeholders={"meter": entry.title},
        )

    async def async_step_e450_reconfigure(self, user_input: Answer = None) -> ConfigFlowResult:
        """Begin to look for the meter on another port."""
        del user_input
        entry = self._get_reconfigure_entry()
        self._url = entry.data[CONF_DEVICE]
        self._keys = {
            key: entry.data[key] for key in (CONF_KEY, CONF_AUTH_KEY) if key in entry.data
        }
        return await self.async_step_e450_user()

    async def _stable_url(self) -> str:
        """Return the port under a name that survives replugging."""
        if self._url.startswith("/dev/"):
            self._url = await self.hass.async_add_executor_job(usb.get_serial_by_id, self._url)
        return self._url

    async def _settle_unique_id(self, meter: str) -> None:
        """Make sure that the meter is not there yet, or is the one to be changed."""
        await self.async_set_unique_id(f"e450:{meter.replace('/', '-')}", raise_on_progress=False)
        if self.source == SOURCE_RECONFIGURE:
            self._abort_if_unique_id_mismatch(reason="e450_other_meter")
        else:
            self._abort_if_unique_id_configured()

    def _decode(self, keys: Mapping[str, str]) -> str | None:
        """Decode what was heard; return the key of an error, None if a telegram is good."""
        try:
            parsed = Keys.from_hex(keys.get(CONF_KEY), keys.get(CONF_AUTH_KEY))
        except ValueError:
            return "e450_key_malformed"
        if self._heard is None:
            return "e450_nothing_heard"
        good, refused = self._heard.decode(parsed)
        if good:
            self._telegram, self._keys = best(good), dict(keys)
            return None
        wrong = {refusal.kind for refusal in refused}
        return "e450_auth_key_wrong" if RefusalKind.AUTH_KEY in wrong else "e450_key_wrong"

    def _with_profile(self, profile: str | None) -> Telegram | None:
        """Return the telegram as the chosen profile reads it."""
        if profile is None or self._heard is None:
            return self._telegram
        keys = Keys.from_hex(self._keys.get(CONF_KEY), self._keys.get(CONF_AUTH_KEY))
        good, _ = self._heard.decode(keys, profile)
        return best(good) if good else self._telegram

    def _recently_heard(self, entry: EcomConfigEntry) -> Heard | None:
        """Return what a running entry has just heard, None while it is not loaded."""
        recent: bytes = getattr(getattr(entry, "runtime_data", None), "recent", b"")
        if not recent:
            return None
        return Heard.of(recent, entry.data[CONF_LINE])

    def _found(self) -> tuple[Heard, Telegram]:
        """Return what was heard and decoded; no later step is reached without it."""
        if self._heard is None or self._telegram is None:
            raise UnknownStep
        return self._heard, self._telegram

    def _reconfigured(self) -> ConfigFlowResult:
        heard, _ = self._found()
        entry = self._get_reconfigure_entry()
        return self.async_update_reload_and_abort(
            entry,
            data={
                **_without_keys(entry.data),
                **self._keys,
                CONF_DEVICE: self._url,
                CONF_LINE: str(heard.line),
            },
        )

    def _create(self, user_input: Mapping[str, Any]) -> ConfigFlowResult:
        """Create the entry, with the meter that it proposes to the Site."""
        heard, telegram = self._found()
        data = {
            CONF_FAMILY: "e450",
            CONF_SCHEMA: SCHEMA,
            CONF_DEVICE: self._url,
            CONF_LINE: str(heard.line),
            CONF_MODEL: telegram.model.value.upper(),
            CONF_METER_ID: telegram.meter_id,
            CONF_PROFILE: _profile(telegram),
            CONF_METERS: proposals(telegram, str(self.unique_id), user_input),
            **self._keys,
        }
        return self.async_create_entry(title=user_input[CONF_NAME], data=data)


def _profile(telegram: Telegram) -> str | None:
    """Return the confirmed profile of a bare layout, None for the others."""
    bare = {profile.layout for profile in PROFILES}
    return telegram.profile if telegram.layout in bare else None


def _has_name(entry: EcomConfigEntry) -> bool:
    """Return whether the meter of an entry names itself, by its id or its system title."""
    return bool(entry.data.get(CONF_METER_ID) or entry.data.get(CONF_KEY))


def _without_keys(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in (CONF_KEY, CONF_AUTH_KEY)}

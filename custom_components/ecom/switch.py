"""Switches of every family: one description, one class."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .entity import EcomEntity, spec_adder
from .errors import DeviceError, Why
from .ports import Reading
from .runtime import EcomConfigEntry

PARALLEL_UPDATES = 0
"""Nothing is fetched here, and a family takes its commands in turn by itself."""

NOT_SWITCHED: Final = {
    Why.REFUSED: "switch_refused",
    Why.UNCONFIRMED: "switch_unconfirmed",
    Why.FORBIDDEN: "switch_forbidden",
}


@dataclass(frozen=True, kw_only=True)
class EcomSwitchDescription[DataT](SwitchEntityDescription):
    """A switch, where its state is found, and what switches it.

    ``command`` returns once the device has confirmed; it raises DeviceError.
    """

    reading: Callable[[DataT], Reading[bool] | None]
    command: Callable[[bool], Awaitable[None]]


class EcomSwitch[DataT](EcomEntity[DataT], SwitchEntity):
    """A switch that shows what the device says, never what was asked of it."""

    entity_description: EcomSwitchDescription[DataT]

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state, None while it is known to be absent."""
        return None if (reading := self.reading) is None else reading.value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch on, and return once that is confirmed."""
        await self._command(True)  # noqa: FBT003 - the one argument is what it does

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch off, and return once that is confirmed."""
        await self._command(False)  # noqa: FBT003 - as above

    async def _command(self, on: bool) -> None:  # noqa: FBT001 - as above
        try:
            await self.entity_description.command(on)
        except DeviceError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key=NOT_SWITCHED[err.why]
            ) from err


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: EcomConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Let the entry's runtime add its switches, now and whenever new ones appear."""
    entry.runtime_data.attach(Platform.SWITCH, spec_adder(EcomSwitch, async_add_entities))

"""A port over a switch that Home Assistant already has."""

import asyncio
from datetime import timedelta
from typing import Final, override

from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    Platform,
)
from homeassistant.core import HomeAssistant, State

from ..commands import TRIES, switch_and_confirm
from ..errors import CannotConnect
from ..ports import Kind, Reading, no_reading
from .followed_entity import FollowedEntity

LATENCY: Final = timedelta(seconds=20)
"""Time for all tries together; a plug on a mesh network may take seconds."""

RATED_VA: Final = 3680.0
"""What a plug of 16 A at 230 V may draw: it is not known what hangs on it."""

VALUES: Final = {STATE_ON: True, STATE_OFF: False}


class EntitySwitchPort(FollowedEntity[bool]):
    """Reads and switches one switch, which it finds by its registry id.

    A switch is silent while nothing changes, and says so when its device is
    gone; so its state holds for as long as it stands. One that Home Assistant
    only assumes is no reading.
    """

    rated_va = RATED_VA
    phases = frozenset({1})
    latency = LATENCY

    def __init__(self, hass: HomeAssistant, registry_id: str) -> None:
        """Point at a switch; nothing is subscribed yet."""
        super().__init__(hass, registry_id, Kind.SWITCH)

    @override
    def read(self) -> Reading[bool]:
        """Return whether it is on, None if that is not known."""
        if (state := self.state) is None:
            return no_reading()
        return Reading(
            value=_value(state), measured_at=state.last_reported, valid_for=timedelta.max
        )

    async def command(self, on: bool) -> None:  # noqa: FBT001 - as the port's protocol has it
        """Switch, and return once the entity says so; raise DeviceError otherwise."""
        attempt = _Attempt(self, on=on)
        await switch_and_confirm(attempt.send, attempt.read_back, on)


class _Attempt:
    """One command to one switch: each try has its share of the latency."""

    def __init__(self, port: EntitySwitchPort, *, on: bool) -> None:
        self._port = port
        self._on = on
        self._until: float | None = None

    async def send(self, on: bool) -> None:  # noqa: FBT001 - as ``switch_and_confirm`` has it
        """Call the service that switches; raise CannotConnect if that was in vain."""
        self._until = None
        state = self._port.state
        if state is None or state.state == STATE_UNAVAILABLE:
            raise CannotConnect("the switch is unavailable")
        until = asyncio.get_running_loop().time() + LATENCY.total_seconds() / TRIES
        try:
            async with asyncio.timeout_at(until):
                await self._port.hass.services.async_call(
                    Platform.SWITCH,
                    SERVICE_TURN_ON if on else SERVICE_TURN_OFF,
                    {ATTR_ENTITY_ID: state.entity_id},
                    blocking=True,
                )
        except Exception as err:
            # Each integration raises what its library raises, and none of it may end
            # the caller: only the state that follows tells whether it was done.
            raise CannotConnect(f"the switch cannot be reached: {type(err).__name__}") from err
        self._until = until

    async def read_back(self) -> bool | None:
        """Return the state, once it is the wished one or the time of this try is over."""
        if self._until is None:
            return self._port.read().value
        done = asyncio.Event()

        def heard(reading: Reading[bool]) -> None:
            if reading.value is self._on:
                done.set()

        unsubscribe = self._port.subscribe(heard)
        heard(self._port.read())
        try:
            async with asyncio.timeout_at(self._until):
                await done.wait()
        except TimeoutError:
            pass
        finally:
            unsubscribe()
        return self._port.read().value


def _value(state: State) -> bool | None:
    """Return whether a state is on, None if it says neither, or only assumes it."""
    return None if state.attributes.get(ATTR_ASSUMED_STATE) else VALUES.get(state.state)

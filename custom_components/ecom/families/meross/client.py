"""Asks one device, and makes sure that it is the right one.

This module is pure. Its methods raise CannotConnect, InvalidAuth, DeviceError and
Unsupported, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientSession

from ...errors import CannotConnect, DeviceError, Unsupported
from ...plugs import Values
from .abilities import USEFUL, Ability, encrypts
from .address import Address
from .models import (
    Clock,
    DaySlot,
    HourSlot,
    Identity,
    clock,
    days,
    hours,
    identity,
    mac_of,
    measured,
    switches,
)
from .transport import TIMEOUT_S, Cipher, LanManager

ALL_CHANNELS: Final = 65535
_MOST_ABILITIES: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """What a device says of itself as a whole."""

    identity: Identity
    clock: Clock
    switches: Mapping[int, bool]


class MerossClient:
    """One device; with ``uuid`` and ``mac`` no other one is accepted."""

    def __init__(  # noqa: PLR0913 - what reaches a device, and what tells it from others
        self,
        session: ClientSession,
        address: Address,
        key: str,
        *,
        uuid: str | None = None,
        mac: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Know where it is; nothing is sent yet."""
        self.address = address
        self.abilities: frozenset[str] = frozenset()
        self._key = key
        self._uuid, self._mac = uuid, mac
        self._lan = LanManager(session, address, key, timeout_s=timeout_s)
        self._channels: tuple[int, ...] = ()
        self._fresh: Overview | None = None

    async def identify(self) -> Identity:
        """Return who answers, and learn what it can do and whether it encrypts.

        Abilities are told in plain text by every device, so that a wrong key is refused
        in words even by one that would otherwise hang up.
        """
        self._lan.cipher, self._lan.uuid, self._fresh = None, "", None
        stated = (await self._lan.ask(Ability.ABILITY)).get("ability")
        if not isinstance(stated, dict):
            raise CannotConnect("the device does not say what it can do")
        self.abilities = frozenset([*stated][:_MOST_ABILITIES])
        if encrypts(self.abilities):
            self._lan.cipher = self._cipher()
        self._fresh = await self._ask_overview()
        if not self.abilities & USEFUL:
            raise Unsupported("the device neither switches nor measures")
        return self._fresh.identity

    async def overview(self) -> Overview:
        """Return identity, clock and switches; what ``identify`` has just read serves once."""
        found, self._fresh = self._fresh, None
        return await self._ask_overview() if found is None else found

    async def measured(self) -> dict[int, Values]:
        """Return power, voltage and current by channel, nothing if it measures nothing."""
        if Ability.ELECTRICITY_X in self.abilities:
            asked = {"electricity": {"channel": ALL_CHANNELS}}
            found = measured(await self._lan.ask(Ability.ELECTRICITY_X, asked), several=True)
            self._channels = tuple(found)
            return found
        if Ability.ELECTRICITY in self.abilities:
            asked = {"electricity": {"channel": 0}}
            return measured(await self._lan.ask(Ability.ELECTRICITY, asked), several=False)
        return {}

    async def days(self) -> list[DaySlot] | None:
        """Return the daily counters, None if it is a device without any."""
        if Ability.CONSUMPTION_X not in self.abilities:
            return None
        asked: dict[str, Any] = {"consumptionx": []}
        found = days(await self._lan.ask(Ability.CONSUMPTION_X, asked))
        if found is None:
            raise DeviceError("the device does not say its counters")
        return found

    async def hours(self) -> dict[int, list[HourSlot]]:
        """Return the hourly counters by channel, nothing if it has none.

        All channels are asked for at once; one by one if that answer is too long for the
        device, which some firmware cuts.
        """
        if Ability.CONSUMPTION_H not in self.abilities:
            return {}
        if Ability.ELECTRICITY_X not in self.abilities:
            return await self._ask_hours([{"channel": 0}])
        try:
            return await self._ask_hours({"channel": ALL_CHANNELS})
        except CannotConnect, DeviceError:
            if not self._channels:
                raise
        found: dict[int, list[HourSlot]] = {}
        for channel in self._channels:
            found |= await self._ask_hours({"channel": channel})
        return found

    async def switch(self, channel: int, *, on: bool) -> None:
        """Send a command; that it was taken is no proof that it was done."""
        wanted = {"channel": channel, "onoff": int(on)}
        if Ability.TOGGLE_X in self.abilities:
            await self._lan.tell(Ability.TOGGLE_X, {"togglex": wanted})
        else:
            await self._lan.tell(Ability.TOGGLE, {"toggle": wanted})

    async def _ask_hours(self, channels: object) -> dict[int, list[HourSlot]]:
        return hours(await self._lan.ask(Ability.CONSUMPTION_H, {"consumptionH": channels}))

    def _cipher(self) -> Cipher:
        """Return the cipher of the device that has answered."""
        uuid = self._lan.uuid
        if self._uuid not in (None, uuid):
            raise CannotConnect("another device answers at this address")
        if not uuid:
            raise Unsupported("the device encrypts, and does not say its uuid")
        return Cipher(uuid, self._mac or mac_of(uuid), self._key)

    async def _ask_overview(self) -> Overview:
        stated = (await self._lan.ask(Ability.ALL)).get("all")
        everything = stated if isinstance(stated, dict) else {}
        who = identity(everything)
        if self._uuid not in (None, who.uuid) or self._mac not in (None, who.mac):
            raise CannotConnect("another device answers at this address")
        self._lan.uuid = who.uuid
        return Overview(identity=who, clock=clock(everything), switches=switches(everything))

"""Reads one device at the pace of each of its values, and keeps what it said.

This module is pure: Home Assistant's coordinator, its forms and the probe all read with it.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from ...errors import CannotConnect, DeviceError
from ...plugs import PlugState, Quantity, Values, clean
from ...ports import NEVER
from .abilities import Ability, passed_over
from .client import MerossClient, Overview
from .energy import Energy
from .models import Clock, Identity, channel_of

INTERVAL: Final = timedelta(seconds=10)
COUNTERS_EVERY: Final = timedelta(seconds=60)
"""Counters have whole Wh: a plug of 60 W grows by one a minute."""

LATE: Final = timedelta(seconds=10)
VALID_FOR: Final = 3 * INTERVAL + LATE
COUNTERS_VALID_FOR: Final = 3 * COUNTERS_EVERY + LATE

type Zones = Callable[[str], Awaitable[tzinfo | None]]


class MerossReader:
    """One device, and what is known of it.

    ``zones`` finds a time zone by its name; days begin where the device thinks they do.
    """

    def __init__(self, client: MerossClient, zones: Zones, energy: Energy | None = None) -> None:
        """Know nothing but the totals that were stored."""
        self.client = client
        self.energy = energy or Energy()
        self.state = PlugState()
        self.clock = Clock(now=None, zone=None)
        self.read_at = NEVER
        self.numbers: dict[str, int] = {}
        self._zones = zones
        self._counted_at: datetime | None = None
        self._switched: frozenset[int] = frozenset()
        self._measured: set[int] = set()

    async def identify(self) -> Identity:
        """Ask who answers; raises what the client raises."""
        found = await self.client.identify()
        self.state.model = found.model
        self.state.unknown = passed_over(self.client.abilities)
        return found

    async def read(self, now: datetime) -> None:
        """Read switches and powers, and once a minute the counters.

        Raises CannotConnect and InvalidAuth. What the device refuses to say is left out,
        and goes stale by itself; so do counters whose answer is lost, or too long for it.
        """
        self.note_overview(await self.client.overview(), now)
        try:
            measured = await self.client.measured()
        except DeviceError:
            measured = {}
        self._note_measured(measured, now)
        if self._counted_at is None or now - self._counted_at >= COUNTERS_EVERY - LATE / 2:
            self._counted_at = now
            with suppress(CannotConnect, DeviceError):
                await self._count(now)
        self.state.reachable = True
        self.state.reads += 1

    async def read_switch(self, key: str, now: datetime) -> bool | None:
        """Return whether an outlet is on by what the device says now; raises EcomError."""
        overview = await self.client.overview()
        self.note_overview(overview, now)
        return overview.switches.get(self.numbers[key])

    def note_overview(self, overview: Overview, now: datetime) -> None:
        """Take what the device says of itself and of its switches.

        Outlets do not grow: those that it had when it was first read are all that it has.
        """
        self.clock, self.read_at = overview.clock, now
        self.state.firmware = overview.identity.firmware
        self._switched = self._switched or frozenset(overview.switches)
        for number in sorted(self._switched & overview.switches.keys()):
            self._note(number, {Quantity.STATE: overview.switches[number]}, now, VALID_FOR)

    async def zone(self) -> tzinfo:
        """Return the device's time zone, UTC if it states none that is known."""
        name = self.clock.zone
        return (await self._zones(name) if name else None) or UTC

    def _note_measured(self, measured: Mapping[int, Values], now: datetime) -> None:
        """Take what is measured, once it is known which channels are outlets."""
        if self._has_outlets and not self._switched:
            return
        self._measured |= measured.keys()
        for number, values in measured.items():
            self._note(number, values, now, VALID_FOR)

    @property
    def _has_outlets(self) -> bool:
        return not self.client.abilities.isdisjoint({Ability.TOGGLE, Ability.TOGGLE_X})

    async def _count(self, now: datetime) -> None:
        """Book the counters, days where the device has them, else hours."""
        device_now = self.clock.now or now
        if (days := await self.client.days()) is not None:
            today = device_now.astimezone(await self.zone())
            self.energy.of(0).take_days(days, today, now)
            found = {0}
        else:
            hours = await self.client.hours()
            for number, slots in hours.items():
                self.energy.of(number).take_hours(slots, device_now)
            found = set(hours)
        for number in found & self._measured:
            total = clean(Quantity.ENERGY, self.energy.of(number).energy_wh)
            self._note(number, {Quantity.ENERGY: total}, now, COUNTERS_VALID_FOR)

    def _note(self, number: int, values: Values, now: datetime, valid_for: timedelta) -> None:
        channel = channel_of(number, switched=self._switched, measures=self._measured)
        self.state.channels.setdefault(channel.key, channel)
        self.numbers[channel.key] = number
        self.state.note(channel.key, values, now, valid_for)

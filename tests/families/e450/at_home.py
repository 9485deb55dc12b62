"""An E450 on a real TCP socket, with a voice, in a house with Home Assistant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.families.e450.coordinator import E450Coordinator
from custom_components.ecom.families.e450.family import E450Source
from custom_components.ecom.families.e450.models import MeterState
from custom_components.ecom.families.e450.protocol.values import Raw
from tests.families.e450.telegrams import METER, Voice
from tests.house import House, until
from tests.meters import TcpMeter


def entry_of(
    meter: TcpMeter, uid: str = METER, options: Mapping[str, Any] | None = None, **data: object
) -> MockConfigEntry:
    """Return the entry that the flow would make for a meter."""
    return MockConfigEntry(
        domain=DOMAIN,
        unique_id=f"e450:{uid}",
        title="My meter",
        data={
            "family": "e450",
            "schema": 1,
            "device": meter.url,
            "line": "2400 8E1",
            "model": "E450",
            "meter_id": uid,
            "profile": None,
            "meters": [],
            **data,
        },
        options=dict(options or {}),
    )


class MeterAtHome:
    """A meter and its entry: what it says arrives before the test goes on."""

    def __init__(self, house: House, socket: TcpMeter, voice: Voice | None = None) -> None:
        """Give a socket a voice."""
        self.house = house
        self.socket = socket
        self.voice = voice or Voice()
        self.entry = entry_of(socket)

    async def move_in(
        self, uid: str = METER, options: Mapping[str, Any] | None = None, **data: object
    ) -> None:
        """Set the meter's entry up."""
        self.entry = entry_of(self.socket, uid, options, **data)
        await self.house.add(self.entry)
        await until(lambda: self.socket.listening)

    async def back(self) -> None:
        """Wait until someone listens again."""
        await until(lambda: self.socket.listening)

    @property
    def source(self) -> E450Source:
        """Return the runtime of the loaded entry."""
        source = self.entry.runtime_data
        assert isinstance(source, E450Source)
        return source

    @property
    def coordinator(self) -> E450Coordinator:
        """Return the coordinator of the loaded entry."""
        coordinator = self.source.coordinators[0]
        assert isinstance(coordinator, E450Coordinator)
        return coordinator

    @property
    def state(self) -> MeterState:
        """Return what is known of the meter."""
        return self.coordinator.data

    def key(self, local: str) -> str:
        """Return the key of one of its ports and entities."""
        return f"{self.entry.unique_id}/{local}"

    def shown(self, local: str) -> str:
        """Return what one of its sensors shows."""
        return self.house.shown(self.key(local))

    async def says(self, values: Mapping[str, Raw], at: datetime | None = None) -> None:
        """Push a telegram, and wait until it has been judged."""
        await self.sends(self.voice.says(values, at or dt_util.utcnow()))

    async def sends(self, telegram: bytes) -> None:
        """Push octets that make one event, and wait until it has been counted."""
        before = sum(self.state.health.counts().values())
        await self.socket.send(telegram)
        await until(lambda: sum(self.state.health.counts().values()) > before)
        await self.house.hass.async_block_till_done()

"""A WES on real sockets, in a house with Home Assistant; time stands still for both."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import State
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.families.wes.coordinator import WesCoordinator
from custom_components.ecom.families.wes.family.source import WesSource
from custom_components.ecom.ports import AnyPort
from scripts.simulators.wes_server import Setup, WesServer
from tests.house import House, until

ADMIN = {"username": "admin", "password": "wes"}


def server_of(**setup: Any) -> WesServer:
    """Return a server whose clock is the test's."""
    return WesServer(Setup(**setup), clock=dt_util.utcnow)


def entry_of(
    server: WesServer, options: Mapping[str, Any] | None = None, **data: Any
) -> MockConfigEntry:
    """Return the entry that the flow would make for a server."""
    uid = data.pop("uid", f"wes:{server.mac}")
    return MockConfigEntry(
        domain=DOMAIN,
        unique_id=uid,
        title="WES",
        data={
            "family": "wes",
            "schema": 1,
            "uid": uid,
            "host": "127.0.0.1",
            "mac": server.mac,
            "meter_ids": [],
            "webhook_id": f"secret{server.port}",
            "meters": [],
            **ADMIN,
            **data,
        },
        options={"http_port": server.port, "m2m_port": server.m2m_port, **(options or {})},
    )


class WesAtHome:
    """A server and its entry: what it says arrives before the test goes on."""

    def __init__(self, house: House, server: WesServer) -> None:
        """Take a server that runs."""
        self.house = house
        self.server = server
        self.entry = entry_of(server)

    async def move_in(self, options: Mapping[str, Any] | None = None, **data: Any) -> None:
        """Set the server's entry up."""
        self.entry = entry_of(self.server, options, **data)
        await self.house.add(self.entry)

    @property
    def source(self) -> WesSource:
        """Return the runtime of the loaded entry."""
        source = self.entry.runtime_data
        assert isinstance(source, WesSource)
        return source

    @property
    def coordinator(self) -> WesCoordinator:
        """Return the coordinator of the loaded entry."""
        return self.source.coordinator

    def key(self, local: str) -> str:
        """Return the key of one of its ports and entities."""
        return f"{self.source.uid}/{local}"

    def key_of(self, local: str) -> str:
        """Return the same while the entry is not loaded."""
        return f"{self.entry.data['uid']}/{local}"

    def port(self, local: str) -> AnyPort:
        """Return a port that the source offers now."""
        return self.source.ports[self.key(local)]

    def state(self, local: str, platform: Platform = Platform.SENSOR) -> State:
        """Return the state of one of its entities."""
        return self.house.state(self.key(local), platform)

    def shown(self, local: str, platform: Platform = Platform.SENSOR) -> str:
        """Return what one of its entities shows."""
        return self.house.shown(self.key(local), platform)

    def relay(self, number: int) -> str:
        """Return what a relay's switch shows."""
        return self.shown(f"relay{number}/state", Platform.SWITCH)

    async def poll(self) -> bool:
        """Read the page now, without any time passing."""
        worked = await self.coordinator.poll()
        await self.house.hass.async_block_till_done()
        return worked

    async def says(self, values: Mapping[str, str | None]) -> bool:
        """Let the page say something else from now on, and read it."""
        self.server.values |= values
        return await self.poll()

    async def insists(self, values: Mapping[str, str | None]) -> None:
        """Let the page say something else three times, which makes it certain."""
        await self.says(values)
        await self.poll()
        await self.poll()

    async def later(self, seconds: int) -> None:
        """Let time pass second by second, and the polls happen that are due by then."""
        for _ in range(seconds):
            await self.house.later(seconds=1)
            await self.idle()

    async def idle(self) -> None:
        """Wait until no poll is under way."""
        await until(lambda: not self.coordinator.polling)
        await self.house.hass.async_block_till_done()

    async def switch(self, local: str, *, on: bool) -> None:
        """Switch one of its switches as a person does, and wait until that has returned."""
        await self.house.hass.services.async_call(
            Platform.SWITCH,
            "turn_on" if on else "turn_off",
            {"entity_id": self.house.entity_id(self.key(local), Platform.SWITCH)},
            blocking=True,
        )

"""A simulated Shelly on a real socket, in a house where time stands still for both."""

import asyncio
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import State
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.families.shelly.coordinator import ShellyCoordinator
from custom_components.ecom.families.shelly.family.source import ShellySource
from custom_components.ecom.plugs import PlugState
from custom_components.ecom.ports import AnyPort
from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_fixture import Fixture, read_fixture
from scripts.simulators.shelly_server import ShellyServer
from scripts.tools.pure import ROOT
from tests.house import House, until

FIXTURES = ROOT / "tests" / "fixtures" / "shelly"
PLUG = "plus_plug_s_1.1.0_2024-02-07"
PLUG_M = "plug_m_gen3_2.0.0"
PRO_3EM = "pro_3em_1.1.0_2024-02-07"
PRO_4PM = "pro_4pm_1.0.3_2024-02-19"
STRIP = "power_strip_1.8.99_2025-11-02"

TURNS = 100
"""Turns of the event loop in which a connection over loopback is made or refused."""


def fixture_of(name: str) -> Fixture:
    """Return a recorded device."""
    return read_fixture(FIXTURES / f"{name}.json")


def server_of(fixture: Fixture | str = PLUG, *, live: bool = False, **setup: Any) -> ShellyServer:
    """Return a server whose clock is the test's."""
    recorded = fixture_of(fixture) if isinstance(fixture, str) else fixture
    return ShellyServer(ShellyDevice(recorded, live=live, clock=dt_util.utcnow), **setup)


def entry_of(server: ShellyServer, **data: Any) -> MockConfigEntry:
    """Return the entry that the flow would make for a server."""
    mac = data.get("mac", server.device.info["mac"])
    return MockConfigEntry(
        domain=DOMAIN,
        unique_id=f"shelly:{mac}",
        title=data.pop("title", "Kettle"),
        data={
            "family": "shelly",
            "schema": 1,
            "uid": f"shelly:{mac}",
            "host": "127.0.0.1",
            "port": server.port,
            "mac": mac,
            "password": server.password,
            "app_name": server.device.info.get("name"),
            "meters": [],
            **data,
        },
    )


class ShellyAtHome:
    """A device and its entry: what it says arrives before the test goes on."""

    def __init__(self, house: House, server: ShellyServer) -> None:
        """Take a server that runs."""
        self.house = house
        self.server = server
        self.entry = entry_of(server)

    async def move_in(self, **data: Any) -> None:
        """Set the device's entry up."""
        self.entry = entry_of(self.server, **data)
        await self.house.add(self.entry)

    @property
    def source(self) -> ShellySource:
        """Return the runtime of the loaded entry."""
        source = self.entry.runtime_data
        assert isinstance(source, ShellySource)
        return source

    @property
    def coordinator(self) -> ShellyCoordinator:
        """Return the coordinator of the loaded entry."""
        coordinator = self.source.coordinator
        assert isinstance(coordinator, ShellyCoordinator)
        return coordinator

    @property
    def state(self) -> PlugState:
        """Return what is known of the device."""
        return self.source.state

    def key(self, local: str) -> str:
        """Return the key of one of its ports and entities."""
        return f"{self.entry.unique_id}/{local}"

    def port(self, local: str) -> AnyPort:
        """Return a port that the source offers now."""
        return self.source.ports[self.key(local)]

    def entity(self, local: str, platform: Platform = Platform.SENSOR) -> State:
        """Return the state of one of its entities."""
        return self.house.state(self.key(local), platform)

    def shown(self, local: str, platform: Platform = Platform.SENSOR) -> str:
        """Return what one of its entities shows."""
        return self.house.shown(self.key(local), platform)

    def outlet(self, number: int = 0) -> str:
        """Return what an outlet's switch shows."""
        return self.shown(f"switch{number}/state", Platform.SWITCH)

    @property
    def reachable(self) -> str:
        """Return what the entity of its connection shows."""
        return self.shown("reachable", Platform.BINARY_SENSOR)

    def value(self, local: str) -> Any:
        """Return the value of a port."""
        return self.port(local).read().value

    async def poll(self) -> bool:
        """Ask for everything now, without any time passing."""
        worked = await self.coordinator.poll()
        await self.house.hass.async_block_till_done()
        return worked

    async def push(self) -> None:
        """Let the device tell what has changed, and wait until that was heard."""
        heard: list[bool] = []
        remove = self.coordinator.async_add_listener(lambda: heard.append(True))
        await self.server.push()
        await until(lambda: heard)
        remove()
        await self.house.hass.async_block_till_done()

    async def becomes(self, *, reachable: bool) -> None:
        """Wait until that is known."""
        await until(lambda: self.state.reachable is reachable)
        await self.house.hass.async_block_till_done()

    async def until_reachable(self, seconds: int = 120) -> None:
        """Let time pass, second by second, until it is reached again."""
        for _ in range(seconds):
            await self.later(1)
            if self.state.reachable:
                return
        raise AssertionError("it was never reached again")

    async def later(self, seconds: int) -> None:
        """Let time pass second by second, and what is due by then happen on real sockets."""
        for _ in range(seconds):
            await self.house.later(seconds=1)
            await self.settle()

    async def settle(self) -> None:
        """Let sockets that have something to say say it."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await self.house.hass.async_block_till_done()

    async def switch(self, *, on: bool, number: int = 0) -> None:
        """Switch an outlet as a person does, and wait until that has returned."""
        await self.house.hass.services.async_call(
            Platform.SWITCH,
            "turn_on" if on else "turn_off",
            {"entity_id": self.house.entity_id(self.key(f"switch{number}/state"), Platform.SWITCH)},
            blocking=True,
        )

"""A Meross device on a real socket, in a house with Home Assistant; time stands still for both."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import State
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.families.meross.coordinator import MerossCoordinator
from custom_components.ecom.families.meross.family import MerossSource
from custom_components.ecom.ports import AnyPort, HistoryPort, SwitchPort
from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import MerossServer
from scripts.simulators.meross_trace import read_trace
from scripts.tools.pure import ROOT
from tests.house import House, until

FIXTURES = ROOT / "tests" / "fixtures" / "meross"
MSS305 = "mss305_8.3.15_2025-02-17.json"  # REAL
MSS310 = "mss310_2.1.17_2024-03-10.csv"  # DERIVED
STRIP = "mss425f_6.1.8.csv"  # SYNTHETIC
EM06 = "em06_2.3.8.json"  # SYNTHETIC

RECORDED_AT = {
    MSS305: datetime.fromtimestamp(1739780217, UTC),
    MSS310: datetime.fromtimestamp(1710076747, UTC),
    STRIP: datetime.fromtimestamp(1780488000, UTC),
    EM06: datetime.fromtimestamp(1721586807, UTC),
}
"""What the devices' own clocks say in the recordings."""


def recorded(name: str, *, encrypted: bool = False, live: bool = False) -> MerossDevice:
    """Return a recorded device, whose clock is the test's."""
    trace = read_trace(FIXTURES / name)
    return MerossDevice(trace, live=live, encrypted=encrypted, clock=dt_util.utcnow)


def made_up(**setup: Any) -> MerossDevice:
    """Return an mss310 that nobody owns (SYNTHETIC), alive."""
    return MerossDevice(live=True, clock=dt_util.utcnow, **setup)


def serial_of(device: MerossDevice) -> str:
    """Return a device's MAC as ids have it."""
    return device.mac.replace(":", "").upper()


def entry_of(server: MerossServer, **data: Any) -> MockConfigEntry:
    """Return the entry that the flow would make for a device."""
    uid = f"meross:{serial_of(server.device)}"
    return MockConfigEntry(
        domain=DOMAIN,
        unique_id=uid,
        title="Plug",
        data={
            "family": "meross",
            "schema": 1,
            "uid": uid,
            "host": server.address,
            "uuid": server.device.uuid,
            "mac": server.device.mac,
            "key": server.key,
            "meters": [],
            **data,
        },
    )


class MerossAtHome:
    """A device and its entry: what it says arrives before the test goes on."""

    def __init__(self, house: House, server: MerossServer) -> None:
        """Take a device that runs."""
        self.house = house
        self.server = server
        self.entry = entry_of(server)

    async def is_a(self, device: MerossDevice) -> None:
        """Let the server be another device from now on."""
        self.server.device = device
        self.entry = entry_of(self.server)

    async def move_in(self, **data: Any) -> None:
        """Set the device's entry up."""
        self.entry = entry_of(self.server, **data)
        await self.house.add(self.entry)

    @property
    def source(self) -> MerossSource:
        """Return the runtime of the loaded entry."""
        source = self.entry.runtime_data
        assert isinstance(source, MerossSource)
        return source

    @property
    def coordinator(self) -> MerossCoordinator:
        """Return the coordinator of the loaded entry."""
        coordinator = self.source.coordinator
        assert isinstance(coordinator, MerossCoordinator)
        return coordinator

    def key(self, local: str) -> str:
        """Return the key of one of its ports and entities."""
        return f"{self.entry.data['uid']}/{local}"

    def port(self, local: str) -> AnyPort:
        """Return a port that the source offers now."""
        return self.source.ports[self.key(local)]

    def outlet(self, local: str = "outlet0") -> SwitchPort:
        """Return the port of an outlet."""
        port = self.port(f"{local}/state")
        assert isinstance(port, SwitchPort)
        return port

    def history(self, local: str = "outlet0") -> HistoryPort:
        """Return what the device remembers of a channel."""
        return self.source.histories[self.key(f"{local}/energy")]

    def state(self, local: str, platform: Platform = Platform.SENSOR) -> State:
        """Return the state of one of its entities."""
        return self.house.state(self.key(local), platform)

    def shown(self, local: str, platform: Platform = Platform.SENSOR) -> str:
        """Return what one of its entities shows."""
        return self.house.shown(self.key(local), platform)

    def values(self, channel: str = "outlet0") -> dict[str, float]:
        """Return the measured values that are shown of a channel."""
        prefix = self.key(f"{channel}/")
        return {
            key.removeprefix(prefix): float(self.house.shown(key))
            for key in (self.key(f"{channel}/{part}") for part in MEASURED)
            if self.house.entity_id(key)
        }

    def is_on(self, channel: str = "outlet0") -> str:
        """Return what the switch of an outlet shows."""
        return self.shown(f"{channel}/state", Platform.SWITCH)

    @property
    def reachable(self) -> str:
        """Return whether the device is shown to be reachable."""
        return self.shown("reachable", Platform.BINARY_SENSOR)

    async def poll(self) -> bool:
        """Read the device now, without any time passing."""
        worked = await self.coordinator.poll()
        await self.house.hass.async_block_till_done()
        return worked

    async def count(self) -> None:
        """Let a minute pass and read, counters as well."""
        self.house.freezer.tick(60)
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

    async def switch(self, channel: str = "outlet0", *, on: bool) -> None:
        """Switch an outlet as a person does, and wait until that has returned."""
        entity_id = self.house.entity_id(self.key(f"{channel}/state"), Platform.SWITCH)
        await self.house.hass.services.async_call(
            Platform.SWITCH,
            "turn_on" if on else "turn_off",
            {"entity_id": entity_id},
            blocking=True,
        )


MEASURED = ("power", "voltage", "current", "energy")

"""Every port that there is keeps the one contract."""

from datetime import timedelta
from typing import Any, override

import pytest

from custom_components.ecom.ports import AnyPort, Kind, SwitchPort
from custom_components.ecom.site.entity_port import EntityPort
from custom_components.ecom.site.entity_switch import EntitySwitchPort
from scripts.simulators.plug_faults import Fault as PlugFault
from scripts.simulators.plug_faults import Pace
from scripts.simulators.wes_faults import Fault
from tests.contract_ports import PortCase, PortContract, SwitchCase, SwitchPortContract
from tests.entities import ForeignSensor, ForeignSwitch, add_sensor, add_switch, registry_id
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.conftest import meter
from tests.families.e450.telegrams import EXPORT, IMPORT
from tests.families.meross.at_home import MerossAtHome
from tests.families.meross.conftest import meross, plug_server
from tests.families.shelly.at_home import ShellyAtHome
from tests.families.shelly.conftest import plug, shelly
from tests.families.wes.at_home import WesAtHome
from tests.families.wes.conftest import in_france, server, wes
from tests.house import House

__all__ = ["in_france", "meross", "meter", "plug", "plug_server", "server", "shelly", "wes"]


class E450PowerCase(PortCase):
    """The net power of an E450 on a socket."""

    kind = Kind.POWER

    def __init__(self, meter: MeterAtHome) -> None:
        """Take a meter that is set up."""
        self._meter = meter

    @property
    @override
    def port(self) -> AnyPort:
        """Return the port that the source offers now."""
        return self._meter.source.ports[self._meter.key("power")]

    @override
    async def report(self, value: float | None) -> None:
        """Let the meter say it as import, or as export where it is negative."""
        if value is None:
            await self._meter.says({IMPORT: None, EXPORT: 0})
        else:
            watts = int(value)
            await self._meter.says({IMPORT: max(watts, 0), EXPORT: max(-watts, 0)})

    @override
    async def later(self, seconds: float) -> None:
        """Let the meter be silent."""
        await self._meter.house.later(seconds=seconds)

    @override
    async def restart(self) -> None:
        """Reload the meter's entry."""
        await self._meter.house.reload(self._meter.entry)


class EntityCase(PortCase):
    """A power sensor of another integration."""

    kind = Kind.POWER

    def __init__(self, house: House, sensor: ForeignSensor) -> None:
        """Take a sensor that is registered."""
        self._house = house
        self._sensor = sensor
        self._make()

    @property
    @override
    def port(self) -> AnyPort:
        """Return the one port over the entity."""
        return self._port

    @override
    async def report(self, value: float | None) -> None:
        """Let the sensor report."""
        self._sensor.shows(value)

    @override
    async def later(self, seconds: float) -> None:
        """Let the sensor be silent."""
        await self._house.later(seconds=seconds)

    @override
    async def restart(self) -> None:
        """Make the port anew from what is stored of it."""
        self._make()

    def _make(self) -> None:
        self._port = EntityPort(
            self._house.hass, registry_id(self._sensor), Kind.POWER, timedelta(minutes=5)
        )


class TestE450Power(PortContract):
    """A port of a coordinator."""

    @pytest.fixture
    async def case(self, meter: MeterAtHome) -> PortCase:
        """Return the meter's net power, once there is one."""
        await meter.move_in()
        await meter.says({IMPORT: 0, EXPORT: 0})
        return E450PowerCase(meter)


class TestEntity(PortContract):
    """A port over an entity."""

    @pytest.fixture
    async def case(self, house: House) -> PortCase:
        """Return a port over a registered sensor."""
        return EntityCase(house, await add_sensor(house.hass, "plug"))


class WesRelayCase(SwitchCase):
    """A relay of a WES on a socket."""

    def __init__(self, wes: WesAtHome) -> None:
        """Take a server that is set up."""
        self._wes = wes

    @property
    @override
    def port(self) -> SwitchPort:
        """Return the port that the source offers now."""
        port = self._wes.port("relay1/state")
        assert isinstance(port, SwitchPort)
        return port

    @property
    @override
    def is_on(self) -> bool:
        """Return the relay's state on the server."""
        return self._wes.server.outputs.relays[1]

    @override
    async def refuse(self) -> None:
        """Let the server ignore commands."""
        self._wes.server.faults.add(Fault.RELAY_REFUSES)

    @override
    async def vanish(self) -> None:
        """Take the power away."""
        await self._wes.server.stop()


class TestWesRelay(SwitchPortContract):
    """A port that a coordinator reads and a family switches."""

    @pytest.fixture
    async def switch(self, wes: WesAtHome) -> SwitchCase:
        """Return a relay of a server at home."""
        await wes.move_in()
        return WesRelayCase(wes)


class EntitySwitchCase(SwitchCase):
    """A switch of another integration."""

    def __init__(self, house: House, switch: ForeignSwitch) -> None:
        """Take a switch that is registered."""
        self._house = house
        self._switch = switch

    @property
    @override
    def port(self) -> SwitchPort:
        """Return a port over the entity."""
        return EntitySwitchPort(self._house.hass, registry_id(self._switch))

    @property
    @override
    def is_on(self) -> bool:
        """Return the state that the other integration keeps."""
        return bool(self._switch.is_on)

    @override
    async def refuse(self) -> None:
        """Let the other integration raise."""
        self._switch.refuses()

    @override
    async def vanish(self) -> None:
        """Let the other integration lose its device."""
        self._switch.goes()


class TestEntitySwitch(SwitchPortContract):
    """A port over an entity that Home Assistant's own service switches."""

    @pytest.fixture
    async def switch(self, house: House) -> SwitchCase:
        """Return a registered switch."""
        return EntitySwitchCase(house, await add_switch(house.hass, "plug"))


class ShellyPowerCase(PortCase):
    """The power of a Shelly's outlet."""

    kind = Kind.POWER

    def __init__(self, shelly: ShellyAtHome) -> None:
        """Take a plug that is set up."""
        self._shelly = shelly

    @property
    @override
    def port(self) -> AnyPort:
        """Return the port that the source offers now."""
        return self._shelly.port("switch0/power")

    @override
    async def report(self, value: float | None) -> None:
        """Let the plug push it; what it says once more is seen when it is asked."""
        before = self.port.read()
        self._shelly.server.device.channels.clear()
        self._shelly.server.device.set("switch:0", apower=value)
        if before.value == value:
            await self._shelly.poll()
        else:
            await self._shelly.push()

    @override
    async def later(self, seconds: float) -> None:
        """Let the plug be silent, and refuse to be asked."""
        throttled = self._shelly.server
        throttled.faults.add(PlugFault.THROTTLE)
        throttled._throttle._pace = Pace(most_calls=0)
        await self._shelly.house.later(seconds=seconds)
        await self._shelly.settle()
        throttled.faults.clear()

    @override
    async def restart(self) -> None:
        """Reload the plug's entry."""
        await self._shelly.house.reload(self._shelly.entry)


class TestShellyPower(PortContract):
    """A port of a coordinator that is pushed to."""

    @pytest.fixture
    async def case(self, shelly: ShellyAtHome) -> PortCase:
        """Return the power of a plug at home."""
        await shelly.move_in()
        return ShellyPowerCase(shelly)


class ShellyOutletCase(SwitchCase):
    """An outlet of a Shelly on a socket."""

    def __init__(self, shelly: ShellyAtHome) -> None:
        """Take a plug that is set up."""
        self._shelly = shelly

    @property
    @override
    def port(self) -> SwitchPort:
        """Return the port that the source offers now."""
        port = self._shelly.port("switch0/state")
        assert isinstance(port, SwitchPort)
        return port

    @property
    @override
    def is_on(self) -> bool:
        """Return the output on the device."""
        return bool(self._shelly.server.device.recorded["switch:0"]["output"])

    @override
    async def refuse(self) -> None:
        """Let the plug refuse commands."""
        self._shelly.server.faults.add(PlugFault.REFUSE)

    @override
    async def vanish(self) -> None:
        """Pull the plug."""
        await self._shelly.server.pull()


class TestShellyOutlet(SwitchPortContract):
    """A port that a family switches and reads back."""

    @pytest.fixture
    async def switch(self, shelly: ShellyAtHome) -> SwitchCase:
        """Return the outlet of a plug at home."""
        await shelly.move_in()
        return ShellyOutletCase(shelly)


class MerossPowerCase(PortCase):
    """The power of a Meross plug on a socket."""

    kind = Kind.POWER

    def __init__(self, meross: MerossAtHome) -> None:
        """Take a plug that is set up."""
        self._meross = meross

    @property
    @override
    def port(self) -> AnyPort:
        """Return the port that the source offers now."""
        return self._meross.port("outlet0/power")

    @override
    async def report(self, value: float | None) -> None:
        """Let the plug measure a power, or say something that is none."""
        device = self._meross.server.device
        vars(device).pop("tell", None)
        if value is None:
            device.tell = self._says_nothing  # type: ignore[method-assign]
        else:
            device.set_power(0, value)
        await self._meross.poll()

    @override
    async def later(self, seconds: float) -> None:
        """Let nobody read the plug."""
        self._meross.house.freezer.tick(seconds)

    @override
    async def restart(self) -> None:
        """Reload the plug's entry."""
        await self._meross.house.reload(self._meross.entry)

    def _says_nothing(self, namespace: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer as the plug does, with a text where the power should be."""
        device = self._meross.server.device
        if namespace.endswith("Electricity"):
            return {"electricity": {"channel": 0, "power": "?", "voltage": 2300, "current": 0}}
        return type(device).tell(device, namespace, payload)


class MerossOutletCase(SwitchCase):
    """The outlet of a Meross plug on a socket."""

    def __init__(self, meross: MerossAtHome) -> None:
        """Take a plug that is set up."""
        self._meross = meross

    @property
    @override
    def port(self) -> SwitchPort:
        """Return the port that the source offers now."""
        return self._meross.outlet()

    @property
    @override
    def is_on(self) -> bool:
        """Return the outlet's state on the plug."""
        return self._meross.server.device.is_on(0)

    @override
    async def refuse(self) -> None:
        """Let the plug refuse commands."""
        self._meross.server.faults.add(PlugFault.REFUSE)

    @override
    async def vanish(self) -> None:
        """Pull the plug."""
        await self._meross.server.pull()


class TestMerossPower(PortContract):
    """A port of a plug source."""

    @pytest.fixture
    async def case(self, meross: MerossAtHome) -> PortCase:
        """Return the power of a plug at home."""
        await meross.move_in()
        return MerossPowerCase(meross)


class TestMerossOutlet(SwitchPortContract):
    """A port of a plug source, switched and confirmed."""

    @pytest.fixture
    async def switch(self, meross: MerossAtHome) -> SwitchCase:
        """Return the outlet of a plug at home."""
        await meross.move_in()
        return MerossOutletCase(meross)

"""A meter of another integration, at the grid or elsewhere: a power and what counts it."""

from collections.abc import Mapping
from typing import Any

from tests.entities import ForeignSensor, add_sensor, registry_id
from tests.house import House


class Grid:
    """A meter of another integration: a power and what counts it."""

    def __init__(self, house: House, power: ForeignSensor, energy: ForeignSensor) -> None:
        """Take two sensors that are there."""
        self.house = house
        self.power = power
        self.energy = energy

    @classmethod
    async def at(cls, house: House, name: str = "grid") -> Grid:
        """Add the sensors to a house."""
        power = await add_sensor(house.hass, f"{name}_power")
        energy = await add_sensor(house.hass, f"{name}_energy", "kWh")
        return cls(house, power, energy)

    def data(self, role: str = "grid", **more: Any) -> Mapping[str, Any]:
        """Return the data of its meter."""
        keys = {
            "port": f"entity:{registry_id(self.power)}",
            "energy": f"entity:{registry_id(self.energy)}",
        }
        return {**keys, "role": role, **more}

    async def counts(self, kwh: float, **later: float) -> None:
        """Let time pass, and then its counter say so much."""
        if later:
            await self.house.later(**later)
        self.energy.shows(kwh, unit="kWh")
        await self.house.hass.async_block_till_done()

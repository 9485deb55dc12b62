"""A kettle that counts, and remembers its hours: what a gap is filled from."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.util import dt as dt_util

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.coordinator import CoordinatorPort
from custom_components.ecom.core.timeline import HOUR
from custom_components.ecom.entity import EntitySpec
from custom_components.ecom.errors import CannotConnect
from custom_components.ecom.ports import Counters, HourEnergy, Kind, Reading
from custom_components.ecom.runtime import EcomConfigEntry, Source
from custom_components.ecom.sensor import EcomSensorDescription
from tests.toy import UID, Kettle, ToyFamily, ToySource

POWER_KEY = f"{UID}/power"
ENERGY_KEY = f"{UID}/energy"


class Memory:
    """What the kettle remembers, in Wh by the top of the hour; ``deaf`` when it cannot be asked."""

    def __init__(self) -> None:
        """Remember nothing."""
        self.by_hour: dict[datetime, HourEnergy] = {}
        self.deaf = False
        self.asked: list[tuple[datetime, datetime]] = []

    def keep(self, start: datetime, *energies_wh: float, estimated: bool = False) -> None:
        """Remember the hours from one on."""
        for place, energy_wh in enumerate(energies_wh):
            hour = start + place * HOUR
            self.by_hour[hour] = HourEnergy(start=hour, energy_wh=energy_wh, estimated=estimated)

    async def hours(self, start: datetime, end: datetime) -> Sequence[HourEnergy]:
        """Return what is remembered."""
        self.asked.append((start, end))
        if self.deaf:
            raise CannotConnect("no answer")
        return [hour for at, hour in sorted(self.by_hour.items()) if start <= at < end]


class CountingSource(ToySource):
    """A kettle with an energy port."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry, memory: Memory) -> None:
        """Take the memory, which outlives Home Assistant."""
        super().__init__(hass, entry)
        self._energy: Reading[float] | None = None
        self.histories = {ENERGY_KEY: memory}
        self.counters = {POWER_KEY: Counters(imported=ENERGY_KEY)}
        description = EcomSensorDescription[Kettle](
            key="energy",
            name="Energy",
            device_class=SensorDeviceClass.ENERGY,
            state_class=SensorStateClass.TOTAL_INCREASING,
            native_unit_of_measurement="Wh",
            reading=lambda _: self._energy,
        )
        self.ports[ENERGY_KEY] = CoordinatorPort(
            key=ENERGY_KEY,
            kind=Kind.ENERGY,
            coordinator=self.kettle,
            reading=description.reading,
        )
        self._attachments.offer([
            EntitySpec(
                platform=Platform.SENSOR,
                key=ENERGY_KEY,
                coordinator=self.kettle,
                description=description,
                device=DeviceInfo(identifiers={(DOMAIN, self.uid)}, name="Kettle"),
            )
        ])  # fmt: skip

    def counts(self, energy_wh: float) -> None:
        """Report a total."""
        self._energy = Reading(
            value=energy_wh, measured_at=dt_util.utcnow(), valid_for=timedelta(minutes=2)
        )
        self.boils(0)


class CountingFamily(ToyFamily):
    """Kettles that count; all share one memory."""

    def __init__(self, memory: Memory) -> None:
        """Take the memory."""
        super().__init__()
        self.memory = memory

    @override
    async def open(self, hass: HomeAssistant, entry: EcomConfigEntry) -> Source:
        """Open a kettle."""
        return CountingSource(hass, entry, self.memory)

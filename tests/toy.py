"""The next family, as small as one can be: a kettle that says how much it draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import probatio
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.util import dt as dt_util

from custom_components.ecom.binary_sensor import EcomBinarySensorDescription
from custom_components.ecom.const import CONF_FAMILY, CONF_METERS, DOMAIN
from custom_components.ecom.coordinator import CoordinatorPort, EcomCoordinator
from custom_components.ecom.entity import EntitySpec, SpecAdder
from custom_components.ecom.ports import AnyPort, Counters, HistoryPort, Kind, Reading
from custom_components.ecom.runtime import (
    Attachments,
    Discovery,
    EcomConfigEntry,
    FamilyFlow,
    Question,
    Source,
)
from custom_components.ecom.sensor import EcomSensorDescription

UID = "toy:kettle"


@dataclass(slots=True)
class Kettle:
    """What is known of a kettle."""

    power: Reading[float] | None = None
    boiling: Reading[bool] | None = None


POWER = EcomSensorDescription[Kettle](
    key="power",
    name="Draw",
    device_class=SensorDeviceClass.POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement="W",
    reading=lambda kettle: kettle.power,
)
BOILING = EcomBinarySensorDescription[Kettle](
    key="boiling",
    device_class=BinarySensorDeviceClass.HEAT,
    reading=lambda kettle: kettle.boiling,
)


class ToySource:
    """One kettle."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Know nothing yet."""
        self.uid = str(entry.unique_id)
        self.kettle = EcomCoordinator(hass, entry, name="kettle", data=Kettle())
        self.counters: Mapping[str, Counters] = {}
        self.histories: Mapping[str, HistoryPort] = {}
        self._attachments = Attachments()
        self.ports: dict[str, AnyPort] = {
            f"{self.uid}/power": CoordinatorPort(
                key=f"{self.uid}/power",
                kind=Kind.POWER,
                coordinator=self.kettle,
                reading=POWER.reading,
            )
        }
        device = DeviceInfo(identifiers={(DOMAIN, self.uid)}, name="Kettle")
        self._attachments.offer(
            [
                EntitySpec(
                    platform=platform,
                    key=f"{self.uid}/{description.key}",
                    coordinator=self.kettle,
                    description=description,
                    device=device,
                )
                for platform, description in (
                    (Platform.SENSOR, POWER),
                    (Platform.BINARY_SENSOR, BOILING),
                )
            ]
        )

    @property
    def coordinators(self) -> Sequence[EcomCoordinator[Any]]:
        """Return the one coordinator."""
        return (self.kettle,)

    def boils(self, watts: float | None) -> None:
        """Report that it draws so much, or that it does not know."""
        now, minute = dt_util.utcnow(), timedelta(minutes=1)
        power = Reading(value=watts, measured_at=now, valid_for=minute)
        boiling = Reading(
            value=None if watts is None else watts > 0, measured_at=now, valid_for=minute
        )
        self.kettle.expire_at(power.expires_at)
        self.kettle.async_set_updated_data(Kettle(power=power, boiling=boiling))

    def attach(self, platform: Platform, add: SpecAdder) -> None:
        """Give a platform its entities."""
        self._attachments.attach(platform, add)

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell nothing."""
        return {}

    def question(self, issue: str) -> Question | None:
        """Ask nothing."""
        del issue
        return None

    async def fix(self, issue: str, answer: Mapping[str, Any]) -> None:
        """Fix nothing."""
        del issue, answer

    async def close(self) -> None:
        """Stop the timers."""
        await self.kettle.async_shutdown()


class ToyFlow(FamilyFlow):
    """Two steps: a question, and an entry."""

    async def async_step_toy_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Begin."""
        del user_input
        return await self.async_step_toy_name()

    async def async_step_toy_name(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a name."""
        if user_input is None:
            schema = probatio.Schema({probatio.Required("name"): str})
            return self.async_show_form(step_id="toy_name", data_schema=schema)
        return await self.async_step_toy_dhcp()

    async def async_step_toy_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask for a password."""
        del entry_data
        return self.async_show_form(step_id="toy_name")

    async def async_step_toy_dhcp(self, discovery_info: Any = None) -> ConfigFlowResult:
        """Take a kettle that was discovered, or named."""
        del discovery_info
        await self.async_set_unique_id(UID)
        self._abort_if_unique_id_configured()
        meter = {"port": f"{UID}/power", "role": "grid", "title": "Kettle"}
        return self.async_create_entry(
            title="Kettle", data={CONF_FAMILY: "toy", CONF_METERS: [meter]}
        )


@dataclass(slots=True)
class ToyFamily:
    """Kettles."""

    key: str = "toy"
    platforms: tuple[Platform, ...] = (Platform.SENSOR, Platform.BINARY_SENSOR)
    flow: type[FamilyFlow] = ToyFlow
    fails: Exception | None = None
    migrates: bool = True
    forgotten: list[str] = field(default_factory=list)

    def claims(self, discovery: Discovery) -> bool:
        """Claim whatever has asked for an address."""
        return discovery[0] == "dhcp"

    async def open(self, hass: HomeAssistant, entry: EcomConfigEntry) -> Source:
        """Open a kettle, or fail as the test wants."""
        if self.fails is not None:
            raise self.fails
        return ToySource(hass, entry)

    async def migrate(self, hass: HomeAssistant, entry: EcomConfigEntry) -> bool:
        """Migrate nothing."""
        del hass, entry
        return self.migrates

    async def forget(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Note who was forgotten."""
        del hass
        self.forgotten.append(entry.title)

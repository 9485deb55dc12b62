"""What the Site does for its members: their use, limits, thresholds and temperatures."""

from typing import Self

from homeassistant.core import HomeAssistant, callback

from ..runtime import EcomConfigEntry
from .alert_watch import AlertWatch
from .database import Database
from .directory import PortDirectory
from .limits import LimitKeeper
from .member_book import MemberBook
from .publisher import Publisher
from .quarters import QuarterBook
from .temperature_store import TemperatureStore
from .temperatures import Temperatures


class Household:
    """The parts that look after members, opened and closed together."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Make the parts; ``open`` does so with what an earlier run has kept."""
        self.members = MemberBook(hass, entry)
        self.limits = LimitKeeper(hass, entry)
        self.alerts = AlertWatch(hass, entry)
        self.temperatures = Temperatures(hass, entry)
        self.members.limit_of = self.limits.limit_of
        self.members.temperatures_of = self.temperatures.today

    @classmethod
    async def open(cls, hass: HomeAssistant, entry: EcomConfigEntry, db: Database) -> Self:
        """Take up what an earlier run has kept."""
        household = cls(hass, entry)
        await household.members.load()
        await household.limits.load()
        await household.alerts.load()
        await household.temperatures.load(TemperatureStore(db))
        return household

    @callback
    def start(self, publisher: Publisher, quarters: QuarterBook, directory: PortDirectory) -> None:
        """Begin, with the figures that are published."""
        self.members.start(quarters)
        publisher.members = self.members.figures
        self.limits.start(publisher, directory)
        self.alerts.start(publisher, quarters)
        self.temperatures.start(quarters)

    @callback
    def follow(self) -> None:
        """Follow what members and thresholds name now."""
        self.limits.follow()
        self.alerts.follow()
        self.temperatures.follow()

    async def close(self) -> None:
        """Stop, and write what is known."""
        await self.limits.close()
        await self.alerts.close()
        await self.temperatures.close()
        await self.members.close()

"""The power of the whole Site, made from its meters at each reading."""

from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..coordinator import EcomCoordinator
from ..core.site_power import SUPPLY, UNKNOWN, site_power
from ..runtime import EcomConfigEntry
from .meters import MeterWatch
from .tables import SiteState


class SiteCoordinator(EcomCoordinator[SiteState]):
    """Makes the site's power anew at each reading, and when one goes stale."""

    def __init__(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Start with nothing known."""
        super().__init__(
            hass,
            entry,
            name="ECOM site",
            data=SiteState(power=UNKNOWN, at=dt_util.utcnow()),
        )
        self.meters: dict[str, MeterWatch] = {}

    @callback
    def recompute(self) -> None:
        """Read all meters at once and publish what follows."""
        now = dt_util.utcnow()
        powers = [meter.power for meter in self.meters.values()]
        fresh = [
            moment
            for power in powers
            if power.role in SUPPLY
            and power.reading is not None
            and not power.reading.is_stale(now)
            and (moment := power.reading.expires_at) is not None
        ]
        self.expire_at(min(fresh, default=None))
        self.async_set_updated_data(SiteState(power=site_power(powers, now), at=now))

    @callback
    @override
    def on_expiry(self) -> None:
        """Make it anew without the meter that went stale."""
        self.recompute()

"""The site's own sensors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfPower

from ..core.site_power import SitePower
from ..ports import Reading
from ..sensor import EcomSensorDescription


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteState:
    """The site's power at the moment at which it was made from its meters."""

    power: SitePower
    at: datetime


type Pick = Callable[[SitePower], float | None]


def _power(key: str, pick: Pick) -> EcomSensorDescription[SiteState]:
    """Describe one power of the site; it is unknown, never unavailable."""

    def reading(state: SiteState) -> Reading[float]:
        return Reading(value=pick(state.power), measured_at=state.at, valid_for=timedelta.max)

    return EcomSensorDescription[SiteState](
        key=key,
        translation_key=f"site_{key}",
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        reading=reading,
    )


SENSORS: Final = (
    _power("power", lambda power: power.power_w),
    _power("import", lambda power: power.import_w),
    _power("export", lambda power: power.export_w),
    _power("production", lambda power: power.production_w),
)

"""The sensors of the Site, and of each of its meters, contracts and members."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfVolume,
)
from homeassistant.util import dt as dt_util

from ..core.limits import Measure
from ..core.site_power import SitePower
from ..core.tariffs.french_bands import EJP_BANDS, TEMPO_BANDS
from ..core.tariffs.model import ALWAYS, UNKNOWN_BAND
from ..core.temperatures import DayTemperatures
from ..ports import Reading, Role
from ..sensor import EcomSensorDescription
from .figures import (
    ContractFigures,
    Figures,
    MemberFigures,
    MeterFigures,
    amount_of,
    money_of,
)


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


BANDS: Final = (ALWAYS, UNKNOWN_BAND, "peak", "off_peak", *TEMPO_BANDS, *EJP_BANDS)
"""The bands that have a text; a band of a person's own is shown as ``other``."""
OTHER_BAND: Final = "other"


@dataclass(frozen=True, kw_only=True)
class ObjectSensorDescription[FiguresT](EcomSensorDescription[Figures]):
    """A sensor of one part of the Site, and where its value is found in that part's figures."""

    figure: Callable[[FiguresT], Any]
    details: Callable[[FiguresT], Mapping[str, Any]] | None = None
    reading: Callable[[Figures], Reading[Any] | None] = lambda _figures: None


def _energy(key: str, figure: Callable[[MeterFigures], Any]) -> ObjectSensorDescription[Any]:
    return ObjectSensorDescription(
        key=key,
        translation_key=f"meter_{key}",
        device_class=SensorDeviceClass.ENERGY,
        # A correction, such as of a meter exchanged days ago, makes it less, and is no reset.
        state_class=SensorStateClass.TOTAL,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        figure=figure,
    )


def _money(part: str, key: str, figure: Callable[[Any], Any]) -> ObjectSensorDescription[Any]:
    return ObjectSensorDescription(
        key=key,
        translation_key=f"{part}_{key}",
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        figure=figure,
    )


ENERGY: Final = _energy("energy", lambda each: amount_of(each.drawn))
RETURNED: Final = _energy("returned", lambda each: amount_of(each.fed))
COST: Final = _money("meter", "cost", lambda each: money_of(each.drawn if each.billed else None))
COMPENSATION: Final = _money(
    "meter", "compensation", lambda each: money_of(each.fed if each.paid else None)
)
REST: Final = _energy("rest", lambda each: None if each.rest is None else each.rest / 1_000_000)

METER: Final = (ENERGY, RETURNED, COST, COMPENSATION, REST)

VOLUMES: Final = {
    Role.WATER: SensorDeviceClass.WATER,
    Role.HOT_WATER: SensorDeviceClass.WATER,
    Role.GAS: SensorDeviceClass.GAS,
}


def _band(each: ContractFigures) -> str | None:
    if each.now is None:
        return None
    return each.now.band if each.now.band in BANDS else OTHER_BAND


def _price(each: ContractFigures) -> float | None:
    price = None if each.now is None else each.now.price
    return None if price is None else float(price)


def _next_price(each: ContractFigures) -> float | None:
    price = None if each.next is None else each.next.price
    return None if price is None else float(price)


def _next_change(each: ContractFigures) -> datetime | None:
    return None if each.next is None else each.next.start


CONTRACT: Final = (
    ObjectSensorDescription[ContractFigures](
        key="price",
        translation_key="contract_price",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        figure=_price,
    ),
    ObjectSensorDescription[ContractFigures](
        key="band",
        translation_key="contract_band",
        device_class=SensorDeviceClass.ENUM,
        options=[*BANDS, OTHER_BAND],
        figure=_band,
    ),
    ObjectSensorDescription[ContractFigures](
        key="next_change",
        translation_key="contract_next_change",
        device_class=SensorDeviceClass.TIMESTAMP,
        figure=_next_change,
    ),
    ObjectSensorDescription[ContractFigures](
        key="next_price",
        translation_key="contract_next_price",
        suggested_display_precision=4,
        figure=_next_price,
    ),
)


def _limit(each: MemberFigures) -> float | None:
    return None if each.limit is None else float(each.limit.amount)


def _progress(each: MemberFigures) -> float | None:
    return None if each.share is None else round(float(each.share) * 100, 1)


def _limit_details(each: MemberFigures) -> Mapping[str, Any]:
    """Return what a limit is of: its unit is another one with each measure."""
    if each.limit is None or each.until is None:
        return {}
    return {
        "measure": each.limit.measure.value,
        "span": each.limit.span.value,
        "at_limit": each.limit.at_limit.value,
        "steps": [float(step * 100) for step in each.limit.steps],
        "period_end": dt_util.as_local(each.until).isoformat(),
    }


def _progress_details(each: MemberFigures) -> Mapping[str, Any]:
    if each.limit is None or each.used is None:
        return {}
    digits = 3 if each.limit.measure is Measure.KWH else 2
    return {"used": round(float(each.used), digits), "measure": each.limit.measure.value}


def _temperature(
    key: str, figure: Callable[[DayTemperatures], float | None]
) -> ObjectSensorDescription[MemberFigures]:
    def found(each: MemberFigures) -> float | None:
        return None if each.temperatures is None else figure(each.temperatures)

    return ObjectSensorDescription(
        key=f"temperature_{key}",
        translation_key=f"member_temperature_{key}",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        figure=found,
    )


MEMBER_COST: Final = _money("member", "cost", lambda each: money_of(each.cost))
MEMBER_LIMIT: Final = ObjectSensorDescription[MemberFigures](
    key="limit",
    translation_key="member_limit",
    suggested_display_precision=2,
    figure=_limit,
    details=_limit_details,
)
MEMBER: Final = (
    ObjectSensorDescription[MemberFigures](
        key="energy",
        translation_key="member_energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        figure=lambda each: amount_of(each.energy),
    ),
    MEMBER_COST,
    MEMBER_LIMIT,
    ObjectSensorDescription[MemberFigures](
        key="progress",
        translation_key="member_progress",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        figure=_progress,
        details=_progress_details,
    ),
)
MEMBER_TEMPERATURES: Final = (
    _temperature("minimum", lambda day: day.minimum),
    _temperature("mean", lambda day: day.mean),
    _temperature("maximum", lambda day: day.maximum),
)


def meter_sensor(
    description: ObjectSensorDescription[Any], role: Role, currency: str
) -> ObjectSensorDescription[Any]:
    """Return a meter's sensor in the units of its role, and of the site's money."""
    if description in (COST, COMPENSATION):
        return replace(description, native_unit_of_measurement=currency)
    if role in VOLUMES:
        return replace(
            description,
            device_class=VOLUMES[role],
            native_unit_of_measurement=UnitOfVolume.CUBIC_METERS,
        )
    return description

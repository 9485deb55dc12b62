"""Reads and writes the hourly statistics of ECOM's own energy sensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.const import Platform, UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.unit_conversion import EnergyConverter

from ..const import DOMAIN
from ..core.timeline import HOUR
from ..ports import HourEnergy

RECORDER: Final = "recorder"
LOOK_BACK: Final = timedelta(days=400)
"""So far before a gap the last sum may lie."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hourly:
    """What the recorder holds of the hours of a gap, in Wh.

    ``before_wh`` is the sum at the beginning of the first hour, ``after_wh`` and
    ``state_wh`` are sum and state at the end of the last one. A ``fresh`` statistic
    has begun within the first hour.
    """

    entity_id: str
    unit: str
    fresh: bool
    before_wh: float
    after_wh: float
    state_wh: float


def energy_sensor(hass: HomeAssistant, key: str) -> str | None:
    """Return the entity that shows an energy port, None if there is none that is recorded."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, key)
    if entity_id is None or RECORDER not in hass.config.components:
        return None
    entry = registry.async_get(entity_id)
    return None if entry is None or entry.disabled else entity_id


async def read_hours(
    hass: HomeAssistant, entity_id: str, first: datetime, last: datetime
) -> Hourly | None:
    """Return the sums at the edges of the hours ``first`` to ``last``.

    None while the last hour has not been compiled, or if nothing is recorded.
    """
    return await get_instance(hass).async_add_executor_job(
        _read_hours, hass, entity_id, first, last
    )


def write_hours(hass: HomeAssistant, recorded: Hourly, hourly: Sequence[HourEnergy]) -> None:
    """Write all hours but the last one, whose sum stands already."""
    rows: list[StatisticData] = []
    total = recorded.before_wh
    for each in hourly[:-1]:
        total += each.energy_wh
        state = max(recorded.state_wh - (recorded.after_wh - total), 0.0)
        rows.append(
            StatisticData(
                start=each.start,
                sum=_from_wh(total, recorded.unit),
                state=_from_wh(state, recorded.unit),
            )
        )
    if rows:
        async_import_statistics(hass, _metadata(recorded), rows)


def _metadata(recorded: Hourly) -> StatisticMetaData:
    return StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=None,
        source=RECORDER,
        statistic_id=recorded.entity_id,
        unit_class=EnergyConverter.UNIT_CLASS,
        unit_of_measurement=recorded.unit,
    )


def _read_hours(
    hass: HomeAssistant, entity_id: str, first: datetime, last: datetime
) -> Hourly | None:
    found = get_metadata(hass, statistic_ids={entity_id})
    unit = found[entity_id][1]["unit_of_measurement"] if entity_id in found else None
    if unit not in EnergyConverter.VALID_UNITS:
        return None
    rows: list[Any] = statistics_during_period(
        hass,
        first - LOOK_BACK,
        last + HOUR,
        {entity_id},
        "hour",
        {EnergyConverter.UNIT_CLASS: UnitOfEnergy.WATT_HOUR},
        {"sum", "state"},
    ).get(entity_id, [])
    end = next((row for row in rows if row["start"] == last.timestamp()), None)
    if end is None or end.get("sum") is None:
        return None
    before = [row for row in rows if row["start"] < first.timestamp()]
    return Hourly(
        entity_id=entity_id,
        unit=unit or UnitOfEnergy.WATT_HOUR,
        fresh=not before,
        before_wh=(before[-1].get("sum") or 0.0) if before else 0.0,
        after_wh=end["sum"],
        state_wh=end.get("state") or 0.0,
    )


def _from_wh(energy_wh: float, unit: str) -> float:
    return EnergyConverter.convert(energy_wh, UnitOfEnergy.WATT_HOUR, unit)

"""Several lives of Home Assistant on one recorder, as restarts make them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import async_test_home_assistant
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.site.runtime import SiteRuntime
from tests.house import House, until

TEN = datetime.fromisoformat("2026-11-26T10:00:00+00:00")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

ON_DISK = [
    pytest.mark.parametrize("persistent_database", [True]),
    pytest.mark.parametrize("enable_statistics", [True]),
    pytest.mark.parametrize("enable_missing_statistics", [True]),
]
"""Marks of tests in which a recorder outlives a Home Assistant."""

type Json = dict[str, Any]
type StartRecorder = Callable[[HomeAssistant], AbstractAsyncContextManager[Any]]
type Life = Callable[[], AbstractAsyncContextManager[House]]


def lives(start_recorder: StartRecorder, freezer: FrozenDateTimeFactory) -> Life:
    """Return what begins a life of Home Assistant, in UTC, which ends without any unloading."""

    @asynccontextmanager
    async def life() -> AsyncIterator[House]:
        async with async_test_home_assistant() as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            async with start_recorder(hass):
                await hass.config.async_set_time_zone("UTC")
                house = House(hass=hass, freezer=freezer)
                try:
                    yield house
                    await async_wait_recording_done(hass)
                    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
                    await hass.async_block_till_done()
                finally:
                    await house.close()
                    await hass.async_stop(force=True)

    return life


async def rows(house: House, key: str, start: datetime, period: str) -> list[Json]:
    """Return the statistics of the entity of a port, as the Energy dashboard reads them."""
    entity_id = house.entity_id(key)
    assert entity_id is not None
    await async_wait_recording_done(house.hass)
    found: Any = await get_instance(house.hass).async_add_executor_job(
        lambda: statistics_during_period(
            house.hass,
            start,
            None,
            {entity_id},
            period,  # type: ignore[arg-type]
            None,
            {"change", "state", "sum"},
        )
    )
    rows: list[Json] = found.get(entity_id, [])
    return rows


async def hours(house: House, key: str, start: datetime) -> dict[str, float]:
    """Return the energy of each hour by its beginning, in the statistic's unit."""
    return {
        f"{datetime.fromtimestamp(row['start'], tz=start.tzinfo):%H}": row["change"]
        for row in await rows(house, key, start, "hour")
    }


async def filled(house: House, live_a_minute: Callable[[], Awaitable[None]]) -> None:
    """Let minutes pass until no gap waits to be filled; each look takes as long as it takes."""
    (site,) = house.site_entries
    runtime = site.runtime_data
    assert isinstance(runtime, SiteRuntime)
    for _ in range(5):
        await live_a_minute()
        await until(lambda: not runtime.books.backfill.busy)
        if not any(track.gaps_wait for track in runtime.books.quarters.tracks.values()):
            break
    await async_wait_recording_done(house.hass)


@pytest.fixture
def begin(
    async_test_recorder: StartRecorder,
    freezer: FrozenDateTimeFactory,
    quarters_database: Path,
) -> Life:
    """Return what begins a life of Home Assistant, the first one just before ten."""
    del quarters_database
    freezer.move_to(TEN - timedelta(seconds=1))
    return lives(async_test_recorder, freezer)


async def quarters(house: House, start: datetime, end: datetime) -> list[Json]:
    """Return the quarter-hours of the first meter, through the action."""
    answer = await house.hass.services.async_call(
        DOMAIN,
        "get_consumption",
        {"start": start, "end": end, "resolution": "quarter_hour"},
        blocking=True,
        return_response=True,
    )
    assert isinstance(answer, dict)
    slots: list[Json] = answer["meters"][0]["slots"]
    return slots

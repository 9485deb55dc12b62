"""Hours that Home Assistant missed, made anew from what a device remembers.

A recorder with a file of its own, and two Home Assistants one after the other.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.core.costs.rows import Row
from custom_components.ecom.core.timeline import from_ms, to_ms
from custom_components.ecom.registry import FAMILIES
from custom_components.ecom.site.runtime import SiteRuntime
from tests.house import House
from tests.lives import (
    HOUR,
    MINUTE,
    ON_DISK,
    TEN,
    Json,
    StartRecorder,
    hours,
    lives,
    quarters,
    rows,
)
from tests.rememberer import ENERGY_KEY, POWER_KEY, CountingFamily, CountingSource, Memory
from tests.toy import UID

pytestmark = ON_DISK


def watts(hour: datetime) -> int:
    """Return what the kettle draws all through an hour: another power in each."""
    return 60 * (3 + hour.hour * 7 % 5)


def total_wh(at: datetime) -> float:
    """Return what it has counted: a minute's energy is counted as the minute begins."""
    minutes = (at - TEN) // MINUTE + 1
    return 5000 + sum(watts(TEN + minute * MINUTE) / 60 for minute in range(minutes))


class Home:
    """One life of Home Assistant, with a kettle in it that is read each minute."""

    def __init__(self, house: House, source: CountingSource) -> None:
        """Take a house in which the kettle is set up."""
        self.house = house
        self.source = source

    async def live_until(self, end: datetime) -> None:
        """Let minutes pass, each with a reading ten seconds after it has begun."""
        while dt_util.utcnow() < end:
            self.source.counts(total_wh(dt_util.utcnow()))
            await self.house.later(minutes=1)
            await self.house.hass.async_block_till_done(wait_background_tasks=True)
            await async_wait_recording_done(self.house.hass)

    async def hours(self) -> dict[str, float]:
        """Return the energy of each hour by its beginning."""
        return await hours(self.house, ENERGY_KEY, TEN - HOUR)

    async def short_rows(self) -> list[Json]:
        """Return the five-minute rows."""
        return await rows(self.house, ENERGY_KEY, TEN, "5minute")

    def rows(self, start: datetime, end: datetime) -> dict[datetime, Row]:
        """Return the hours of the kettle's account."""
        site = self.house.site_entries[0].runtime_data
        assert isinstance(site, SiteRuntime)
        found = site.books.store.ledger.rows(f"{POWER_KEY}#drawn", to_ms(start), to_ms(end))
        return {from_ms(minute * 60_000): row for (minute, _), row in found.items()}

    async def quarters(self, start: datetime, end: datetime) -> list[Json]:
        """Return the quarter-hours of the kettle."""
        return await quarters(self.house, start, end)


@pytest.fixture
def memory() -> Memory:
    """Return the memory of the kettle."""
    return Memory()


@pytest.fixture
def _kettles(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the family of kettles."""
    monkeypatch.setitem(FAMILIES, "toy", CountingFamily(memory))


@pytest.fixture
def start(
    async_test_recorder: StartRecorder,
    freezer: FrozenDateTimeFactory,
    quarters_database: Path,
    hass_storage: dict[str, Any],
    _kettles: None,
) -> Callable[[], Any]:
    """Return what begins a life of Home Assistant; what is on disk outlives it."""
    del quarters_database, hass_storage

    begin = lives(async_test_recorder, freezer)

    @asynccontextmanager
    async def life() -> AsyncIterator[Home]:
        async with begin() as house:
            data = {"family": "toy", "meters": []}
            entry = await house.add(
                MockConfigEntry(domain=DOMAIN, unique_id=UID, title="Kettle", data=data)
            )
            await house.add_site({"port": POWER_KEY, "role": "sub_meter"})
            source = entry.runtime_data
            assert isinstance(source, CountingSource)
            yield Home(house, source)

    freezer.move_to(TEN + timedelta(seconds=11))
    return life


async def gap(start: Callable[[], Any], freezer: FrozenDateTimeFactory) -> None:
    """Let Home Assistant live from 10:00 to 12:20, and be gone until 16:20."""
    async with start() as home:
        await home.live_until(TEN + 2 * HOUR + 20 * MINUTE)
    freezer.move_to(TEN + 6 * HOUR + 20 * MINUTE + timedelta(seconds=11))


async def test_the_hours_of_a_gap(
    start: Callable[[], Any], freezer: FrozenDateTimeFactory, memory: Memory
) -> None:
    """Each gets what the device remembers, once the first hour after it is compiled."""
    memory.keep(TEN, *(watts(TEN + place * HOUR) for place in range(24)))
    await gap(start, freezer)
    async with start() as home:
        await home.live_until(TEN + 6 * HOUR + 59 * MINUTE)
        before = await home.hours()
        assert before.get("13", 0) == 0
        assert not memory.asked
        await home.live_until(TEN + 7 * HOUR)
        short = await home.short_rows()
        await home.live_until(TEN + 7 * HOUR + 4 * MINUTE)
        after = await home.hours()
        assert {hour: after[hour] for hour in ("11", "12", "13", "14", "15", "16")} == {
            f"{hour}": watts(TEN + (hour - 10) * HOUR) for hour in range(11, 17)
        }
        now_short = await home.short_rows()
        assert now_short[: len(short)] == short
        await home.live_until(TEN + 9 * HOUR + 2 * MINUTE)
        later = await home.hours()
        assert later["17"] == watts(TEN + 7 * HOUR)
        assert later["18"] == watts(TEN + 8 * HOUR)
        assert len(memory.asked) == 1
        slots = await home.quarters(TEN + 2 * HOUR, TEN + 7 * HOUR)
        for place in range(5):
            drawn = sum(slot["drawn"] for slot in slots[4 * place : 4 * place + 4])
            assert drawn == pytest.approx(watts(TEN + (2 + place) * HOUR), abs=watts(TEN) / 30)
        assert not any(slot["coverage"] < 1 for slot in slots)
        rows = home.rows(TEN + 2 * HOUR, TEN + 7 * HOUR)
        for place in range(5):
            quarter_hours = sum(slot["drawn"] for slot in slots[4 * place : 4 * place + 4])
            assert rows[TEN + (2 + place) * HOUR].amount / 1000 == pytest.approx(quarter_hours)


async def test_a_day_is_shared_among_its_hours(
    start: Callable[[], Any], freezer: FrozenDateTimeFactory, memory: Memory
) -> None:
    """What a device estimates gives the proportion; the total is the counter's."""
    memory.keep(TEN, *(70.0,) * 24, estimated=True)
    await gap(start, freezer)
    async with start() as home:
        await home.live_until(TEN + 7 * HOUR + 4 * MINUTE)
        after = await home.hours()
        assert after["13"] == pytest.approx(after["14"])
        whole = sum(watts(TEN + place * HOUR) for place in range(2, 7))
        assert sum(after[f"{hour}"] for hour in range(12, 17)) == pytest.approx(whole)
        assert after["12"] > after["13"] * 2 / 3
        slots = await home.quarters(TEN + 2 * HOUR, TEN + 7 * HOUR)
        assert [slot["estimated"] for slot in slots] == [False] + [True] * 17 + [False] * 2


async def test_a_second_restart_before_the_hour_is_over(
    start: Callable[[], Any], freezer: FrozenDateTimeFactory, memory: Memory
) -> None:
    """The gap is not forgotten: it is written down with the quarter-hours."""
    memory.keep(TEN, *(watts(TEN + place * HOUR) for place in range(24)))
    await gap(start, freezer)
    async with start() as home:
        await home.live_until(TEN + 6 * HOUR + 30 * MINUTE)
    async with start() as home:
        await home.live_until(TEN + 7 * HOUR + 4 * MINUTE)
        after = await home.hours()
        assert [after[f"{hour}"] for hour in range(11, 17)] == [
            watts(TEN + place * HOUR) for place in range(1, 7)
        ]


async def test_a_device_that_cannot_be_asked(
    start: Callable[[], Any], freezer: FrozenDateTimeFactory, memory: Memory
) -> None:
    """It is asked again each minute, for some hours, and then no more."""
    memory.keep(TEN, *(watts(TEN + place * HOUR) for place in range(24)))
    memory.deaf = True
    await gap(start, freezer)
    async with start() as home:
        await home.live_until(TEN + 7 * HOUR + 5 * MINUTE)
        assert len(memory.asked) > 2
        assert (await home.hours()).get("13", 0) == 0
        memory.deaf = False
        await home.live_until(TEN + 7 * HOUR + 7 * MINUTE)
        assert (await home.hours())["13"] == watts(TEN + 3 * HOUR)


async def test_a_device_that_never_answers(
    start: Callable[[], Any], freezer: FrozenDateTimeFactory, memory: Memory
) -> None:
    """The hours stay as the recorder made them, the quarter-hours spread evenly."""
    memory.deaf = True
    await gap(start, freezer)
    async with start() as home:
        await home.live_until(TEN + 6 * HOUR + 25 * MINUTE)
        freezer.move_to(TEN + 10 * HOUR + timedelta(seconds=11))
        await home.live_until(TEN + 10 * HOUR + 10 * MINUTE)
        asked = len(memory.asked)
        assert asked
        await home.live_until(TEN + 10 * HOUR + 20 * MINUTE)
        assert len(memory.asked) == asked
        slots = await home.quarters(TEN + 3 * HOUR, TEN + 6 * HOUR)
        assert len({round(slot["drawn"], 1) for slot in slots}) == 1
        assert all(slot["estimated"] for slot in slots)


async def test_an_energy_that_is_not_recorded(
    start: Callable[[], Any], freezer: FrozenDateTimeFactory, memory: Memory
) -> None:
    """Has no statistics; its quarter-hours are made anew all the same."""
    memory.keep(TEN, *(watts(TEN + place * HOUR) for place in range(24)))
    await gap(start, freezer)
    async with start() as home:
        registry = er.async_get(home.house.hass)
        entity_id = home.house.entity_id(ENERGY_KEY)
        assert entity_id is not None
        registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
        await home.live_until(TEN + 7 * HOUR + 4 * MINUTE)
        slots = await home.quarters(TEN + 3 * HOUR, TEN + 4 * HOUR)
        assert sum(slot["drawn"] for slot in slots) == pytest.approx(watts(TEN + 3 * HOUR))

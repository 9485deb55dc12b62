"""Hours that Home Assistant missed, from the minutes that a simulated Pro 3EM remembers.

Its recording is REAL, what is plugged in is SYNTHETIC; the book is the simulator's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.ecom.families.shelly.history import Records
from custom_components.ecom.families.shelly.memory import MeterMemory
from scripts.simulators.shelly_server import ShellyServer
from tests.families.shelly.at_home import PRO_3EM, ShellyAtHome, server_of
from tests.lives import (
    HOUR,
    MINUTE,
    ON_DISK,
    TEN,
    Life,
    begin,
    filled,
    hours,
    quarters,
    rows,
)

__all__ = ["begin"]

pytestmark = [*ON_DISK, pytest.mark.usefixtures("socket_enabled", "hass_storage")]


@asynccontextmanager
async def home(begin: Life, server: ShellyServer) -> AsyncIterator[ShellyAtHome]:
    """Run a life of Home Assistant with the meter in it, which is a meter of the Site."""
    async with begin() as house:
        meter = ShellyAtHome(house, server)
        await meter.move_in()
        await house.add_site({"port": meter.key("em0/power"), "role": "grid"})
        yield meter


async def live_until(meter: ShellyAtHome, end: datetime) -> None:
    """Let minutes pass; at the end of each the meter is asked what it has counted."""
    while dt_util.utcnow() < end:
        await meter.house.later(minutes=1)
        assert await meter.poll()
        await async_wait_recording_done(meter.house.hass)


def plugged(server: ShellyServer, **watts: float) -> None:
    """Let the phases draw, or feed in, so much from now on."""
    for phase, power in watts.items():
        server.device.set_power(f"em:0/{phase}", power)


def book(server: ShellyServer, phase: str, hour: int, *, fed: bool = False) -> float:
    """Return what the simulator's own book says of an hour of the day, in Wh."""
    start = (TEN + (hour - 10) * HOUR).timestamp()
    counted = server.device.channels[f"em:0/{phase}"].book
    return (counted.returned_wh if fed else counted.drawn_wh)(start, start + 3600)


async def test_each_hour_is_that_of_the_book(begin: Life, freezer: FrozenDateTimeFactory) -> None:
    """From 12:20 to 16:20 nobody listens; loads come and go meanwhile."""
    async with server_of(PRO_3EM) as server:
        plugged(server, a=600, b=1200, c=-300)
        async with home(begin, server) as meter:
            await live_until(meter, TEN + 2 * HOUR + 20 * MINUTE)
        for at, watts in (
            (TEN + 3 * HOUR + 30 * MINUTE, {"a": 2400.0, "b": 0.0}),
            (TEN + 4 * HOUR + 45 * MINUTE, {"a": 60.0, "c": 900.0}),
            (TEN + 6 * HOUR + 10 * MINUTE, {"a": 600.0, "b": 1200.0, "c": -300.0}),
        ):
            freezer.move_to(at)
            plugged(server, **watts)
        freezer.move_to(TEN + 6 * HOUR + 20 * MINUTE - timedelta(seconds=1))
        async with home(begin, server) as meter:
            await check(meter, server)


async def check(meter: ShellyAtHome, server: ShellyServer) -> None:
    """Compare what the recorder holds with the book, before and after the hours are filled."""
    house = meter.house
    await live_until(meter, TEN + 6 * HOUR + 59 * MINUTE)
    assert (await hours(house, meter.key("em0/energy"), TEN)).get("13", 0) == 0
    await live_until(meter, TEN + 7 * HOUR)
    short = await rows(house, meter.key("em0/energy"), TEN, "5minute")
    await filled(meter.house, lambda: live_until(meter, dt_util.utcnow() + MINUTE))
    for phase in "abc":
        for local, fed in (("energy", False), ("returned", True)):
            found = await hours(house, meter.key(f"em0{phase}/{local}"), TEN)
            expected = {f"{hour}": book(server, phase, hour, fed=fed) for hour in range(11, 17)}
            assert {hour: found[hour] for hour in expected} == pytest.approx(expected, abs=1e-6)
    whole = await hours(house, meter.key("em0/energy"), TEN)
    assert whole["14"] == pytest.approx(sum(book(server, phase, 14) for phase in "abc"))
    now_short = await rows(house, meter.key("em0/energy"), TEN, "5minute")
    assert now_short[: len(short)] == short
    await live_until(meter, TEN + 9 * HOUR + 2 * MINUTE)
    later = await hours(house, meter.key("em0/energy"), TEN)
    assert (later["17"], later["18"]) == pytest.approx((1800, 1800))
    slots = await quarters(house, TEN + 3 * HOUR, TEN + 4 * HOUR)
    assert [slot["drawn"] for slot in slots] == pytest.approx([450, 450, 600, 600], abs=0.01)
    assert not any(slot["estimated"] for slot in slots)


async def test_a_meter_that_is_new(begin: Life, freezer: FrozenDateTimeFactory) -> None:
    """Its first hour holds what was counted since it is there, and not what the device knows."""
    async with server_of(PRO_3EM) as server:
        plugged(server, a=3000, b=0, c=0)
        freezer.move_to(TEN + 50 * MINUTE - timedelta(seconds=1))
        async with home(begin, server) as meter:
            await live_until(meter, TEN + 57 * MINUTE)
        freezer.move_to(TEN + 66 * MINUTE - timedelta(seconds=1))
        async with home(begin, server) as meter:
            await live_until(meter, TEN + 2 * HOUR)
            await filled(meter.house, lambda: live_until(meter, dt_util.utcnow() + MINUTE))
            found = await hours(meter.house, meter.key("em0a/energy"), TEN)
            assert found["10"] == pytest.approx(500, abs=51)  # since the first reading
            assert found["11"] == pytest.approx(3000, abs=1)
            slots = await quarters(meter.house, TEN + 45 * MINUTE, TEN + 90 * MINUTE)
            assert [slot["drawn"] for slot in slots] == pytest.approx([500, 750, 750], abs=1)
            assert slots[0]["coverage"] == pytest.approx(10 / 15, abs=0.01)


async def test_records_that_a_meter_has_lost(
    begin: Life, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was counted in the hole is filled in there, and marked as an estimate."""
    hole = range(int((TEN + 190 * MINUTE).timestamp()), int((TEN + 220 * MINUTE).timestamp()))
    records = MeterMemory.records

    async def torn(self: MeterMemory, start: int, end: int) -> Records:
        found = await records(self, start, end)
        return {at: record for at, record in found.items() if at not in hole}

    monkeypatch.setattr(MeterMemory, "records", torn)
    async with server_of(PRO_3EM) as server:
        plugged(server, a=600, b=0, c=0)
        async with home(begin, server) as meter:
            await live_until(meter, TEN + 2 * HOUR + 20 * MINUTE)
        freezer.move_to(TEN + 6 * HOUR + 20 * MINUTE - timedelta(seconds=1))
        async with home(begin, server) as meter:
            await live_until(meter, TEN + 7 * HOUR)
            await filled(meter.house, lambda: live_until(meter, dt_util.utcnow() + MINUTE))
            found = await hours(meter.house, meter.key("em0a/energy"), TEN)
            assert [found[f"{hour}"] for hour in range(11, 17)] == pytest.approx([600] * 6, abs=1)
            slots = await quarters(meter.house, TEN + 3 * HOUR, TEN + 7 * HOUR)
            assert [slot["drawn"] for slot in slots] == pytest.approx([150] * 16, abs=1)
            assert [slot["estimated"] for slot in slots] == [True] * 4 + [False] * 12

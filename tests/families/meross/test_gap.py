"""Hours that Home Assistant missed, from what simulated Meross plugs remember.

The mss305 is REAL in its recording and SYNTHETIC in what is plugged in; the book is the
simulator's. Counters have whole Wh.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from scripts.simulators.meross_server import MerossServer
from tests.families.meross.at_home import MSS305, MerossAtHome, made_up, recorded
from tests.house import until
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

ENERGY = "outlet0/energy"

pytestmark = [*ON_DISK, pytest.mark.usefixtures("socket_enabled", "hass_storage")]


@asynccontextmanager
async def home(begin: Life, server: MerossServer) -> AsyncIterator[MerossAtHome]:
    """Run a life of Home Assistant with the plug in it, which is a meter of the Site."""
    async with begin() as house:
        plug = MerossAtHome(house, server)
        await plug.move_in()
        await house.add_site({"port": plug.key("outlet0/power"), "role": "sub_meter"})
        yield plug


async def live_until(plug: MerossAtHome, end: datetime) -> None:
    """Let minutes pass; at the end of each the plug is read."""
    while dt_util.utcnow() < end:
        await plug.house.later(minutes=1)
        await until(lambda: not plug.coordinator.polling)
        assert await plug.poll()
        await async_wait_recording_done(plug.house.hass)


async def gap(begin: Life, freezer: FrozenDateTimeFactory, server: MerossServer) -> None:
    """Let nobody listen from 12:20 to 16:20, while the load changes."""
    server.device.set_power(0, 600)
    async with home(begin, server) as plug:
        await live_until(plug, TEN + 2 * HOUR + 20 * MINUTE)
    for at, watts in (
        (TEN + 3 * HOUR + 30 * MINUTE, 1800),
        (TEN + 4 * HOUR + 45 * MINUTE, 30),
        (TEN + 6 * HOUR + 10 * MINUTE, 600),
    ):
        freezer.move_to(at)
        server.device.set_power(0, watts)
    freezer.move_to(TEN + 6 * HOUR + 20 * MINUTE - timedelta(seconds=1))


def book(server: MerossServer, hour: int) -> float:
    """Return what the simulator's own book says of an hour of the day, in Wh."""
    start = (TEN + (hour - 10) * HOUR).timestamp()
    return server.device.drawn_wh(0, start, start + 3600)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_each_hour_of_an_mss305_is_that_of_the_book(
    begin: Life, freezer: FrozenDateTimeFactory, *, encrypted: bool
) -> None:
    """To a watt-hour, from the ring of 24 hours; nothing else moves."""
    async with MerossServer(recorded(MSS305, encrypted=encrypted)) as server:
        await gap(begin, freezer, server)
        async with home(begin, server) as plug:
            await live_until(plug, TEN + 7 * HOUR)
            before = await rows(plug.house, plug.key(ENERGY), TEN, "hour")
            short = await rows(plug.house, plug.key(ENERGY), TEN, "5minute")
            await filled(plug.house, lambda: live_until(plug, dt_util.utcnow() + MINUTE))
            found = await hours(plug.house, plug.key(ENERGY), TEN)
            for hour in range(11, 17):
                assert found[f"{hour}"] == pytest.approx(book(server, hour), abs=1)
            after = await rows(plug.house, plug.key(ENERGY), TEN, "hour")
            assert after[-1]["sum"] >= before[-1]["sum"]
            assert (await rows(plug.house, plug.key(ENERGY), TEN, "5minute"))[: len(short)] == short
            await live_until(plug, TEN + 8 * HOUR + 2 * MINUTE)
            assert (await hours(plug.house, plug.key(ENERGY), TEN))["17"] == pytest.approx(
                600, abs=1
            )
            slots = await quarters(plug.house, TEN + 3 * HOUR, TEN + 4 * HOUR)
            assert sum(slot["drawn"] for slot in slots) == pytest.approx(book(server, 13), abs=1)


async def test_the_hours_of_an_mss310_share_the_day(
    begin: Life, freezer: FrozenDateTimeFactory
) -> None:
    """It remembers days alone, so that the hours are estimated, and their sum is right."""
    async with MerossServer(made_up()) as server:
        await gap(begin, freezer, server)
        async with home(begin, server) as plug:
            await live_until(plug, TEN + 7 * HOUR)
            await filled(plug.house, lambda: live_until(plug, dt_util.utcnow() + MINUTE))
            found = await hours(plug.house, plug.key(ENERGY), TEN)
            gap_hours = [found[f"{hour}"] for hour in range(13, 16)]
            assert gap_hours == pytest.approx([sum(gap_hours) / 3] * 3, abs=0.01)
            whole = sum(book(server, hour) for hour in range(12, 17))
            assert sum(found[f"{hour}"] for hour in range(12, 17)) == pytest.approx(whole, abs=2)
            slots: list[dict[str, Any]] = await quarters(plug.house, TEN + 3 * HOUR, TEN + 6 * HOUR)
            assert all(slot["estimated"] for slot in slots)

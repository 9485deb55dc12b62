"""The simulated Meross plug remembers what it counted, in its two rings."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import ClientSession

from scripts.simulators.meross_server import KEY, MerossServer
from tests.simulators.clocks import NOON, Clock
from tests.simulators.merosses import EM06, MSS305, Lan, device

CONTROL = "Appliance.Control."

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def ring(lan: Lan, name: str) -> list[dict[str, Any]]:
    """Return the rows of a ring, of the first channel that counts."""
    answer = await lan.ask(f"{CONTROL}Consumption{name}")
    if name == "X":
        rows: list[dict[str, Any]] = answer["consumptionx"]
        return rows
    hours: list[dict[str, Any]] = answer["consumptionH"][0]["data"]
    return hours


async def test_hours_add_up_to_the_book(session: ClientSession, clock: Clock) -> None:
    """Each is within one Wh of it, and so is their sum; they come in the order of slots."""
    async with MerossServer(device(MSS305, live=True, clock=clock)) as server:
        lan = Lan(session, server.address, KEY)
        clock.pass_(hours=5, minutes=20)
        server.device.set_power(0, 1234.5)
        clock.pass_(hours=1, minutes=50)
        server.device.switch(0, on=False)
        clock.pass_(hours=1)
        rows = await ring(lan, "H")
        assert len(rows) == 24
        hours = [datetime.fromtimestamp(row["timestamp"], UTC).hour for row in rows]
        assert hours == list(range(24))
        for row in rows:
            first = row["timestamp"] // 3600 * 3600
            last = min(first + 3600, clock.now.timestamp())
            assert abs(row["value"] - server.device.drawn_wh(0, first, last)) < 1
        whole = [row["value"] for row in rows]
        since = clock.now.replace(minute=0) - timedelta(hours=23)
        book = server.device.drawn_wh(0, since.timestamp(), clock.now.timestamp())
        assert abs(sum(whole) - book) < 1


async def test_a_day_closes_before_midnight(session: ClientSession, clock: Clock) -> None:
    """Two minutes of an evening count on the next day, in the device's own time zone."""
    async with MerossServer(device(MSS305, clock=clock)) as server:
        lan = Lan(session, server.address, KEY)
        clock.now = datetime(2026, 6, 3, 22, 57, tzinfo=UTC)  # 23:57 in London
        server.device.set_power(0, 600.0)
        clock.pass_(minutes=2)
        (today,) = [row for row in await ring(lan, "X") if row["date"] == "2026-06-03"]
        assert today["value"] == 10
        clock.pass_(minutes=2)
        rows = {row["date"]: row["value"] for row in await ring(lan, "X")}
        assert (rows["2026-06-03"], rows["2026-06-04"]) == (10, 30)


async def test_days_add_up_to_the_book_over_a_change_of_the_clock(
    session: ClientSession, clock: Clock
) -> None:
    """The day of 23 hours has what it has."""
    clock.now = datetime(2026, 3, 27, 12, tzinfo=UTC)
    async with MerossServer(device(MSS305, live=True, clock=clock)) as server:
        lan = Lan(session, server.address, KEY)
        server.device.set_power(0, 60.0)
        clock.now = datetime(2026, 3, 31, 12, tzinfo=UTC)
        found = await ring(lan, "X")
        assert len(found) == 31
        assert [row["date"][-2:] for row in found] == [f"{day:02}" for day in range(1, 32)]
        rows = {row["date"]: row["value"] for row in found}
        assert rows["2026-03-28"] == 60 * 24
        assert rows["2026-03-29"] == 60 * 23
        assert rows["2026-03-30"] == 60 * 24
        written = sorted(row["time"] for row in found)
        assert all(later - earlier >= 23 * 3600 - 120 for earlier, later in pairwise(written[:-1]))


async def test_every_channel_of_a_meter_has_its_hours(session: ClientSession, clock: Clock) -> None:
    """And their sum in ``total``."""
    async with MerossServer(device(EM06, live=True, clock=clock)) as server:
        lan = Lan(session, server.address, KEY)
        found = (await lan.ask(f"{CONTROL}ConsumptionH"))["consumptionH"]
        assert [item["channel"] for item in found] == [1, 2, 3, 4, 5, 6]
        assert all(item["total"] == sum(row["value"] for row in item["data"]) for item in found)
        assert len({item["total"] for item in found}) == 6


async def test_days_without_mains_are_missing(session: ClientSession, clock: Clock) -> None:
    """They are not zero; the day of the cut has what was counted before it."""
    async with MerossServer(device(MSS305, clock=clock)) as server:
        lan = Lan(session, server.address, KEY)
        clock.now = NOON.replace(hour=0)
        server.device.set_power(0, 100.0)
        clock.now = NOON
        await server.pull()
        clock.pass_(days=3)
        await server.plug_in()
        clock.pass_(hours=1)
        rows = {row["date"]: row for row in await ring(lan, "X")}
        assert "2026-06-04" not in rows
        assert "2026-06-05" not in rows
        assert (rows["2026-06-03"]["value"], rows["2026-06-06"]["value"]) == (1200, 100)
        assert rows["2026-06-03"]["time"] == int(NOON.timestamp())

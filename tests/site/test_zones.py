"""Days and hours of zones whose clocks are half-hours from UTC: 5:30, 5:45, 10:30 or 11, 3:30."""

from typing import Any

import pytest

from custom_components.ecom.const import DOMAIN
from tests.grid import Grid
from tests.house import House, part
from tests.site.test_books import settle
from tests.site.test_ledger import runtime
from tests.subentries import id_of

ZONES = (
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Europe/Paris",
)

type Json = dict[str, Any]


async def ask(house: House, action: str, **data: Any) -> Json:
    """Return what an action answers."""
    found = await house.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert isinstance(found, dict)
    return dict(found)


async def energies(house: House, start: str, end: str, resolution: str) -> list[float]:
    """Return what was used, as costs have it, in each slot of some days."""
    times = {"start": f"{start} 00:00:00", "end": f"{end} 00:00:00"}
    (grid,) = (await ask(house, "get_costs", **times, resolution=resolution))["costs"]
    return [row["energy"] for row in grid["rows"]]


async def check(house: House, price: float) -> None:
    """Assert that ten days of 1 kW are parted from a day of 100 kW that follows."""
    stated = await ask(house, "get_statement", site=True, start="2026-09-10", end="2026-09-20")
    assert (stated["sections"][0]["quantity"], stated["totals"]["gross"]) == (240, 240 * price)
    assert await energies(house, "2026-09-10", "2026-09-21", "day") == [24] * 10 + [2400]
    assert await energies(house, "2026-09-19", "2026-09-21", "hour") == [1] * 24 + [100] * 24


@pytest.mark.parametrize("zone", ZONES)
async def test_days_and_hours_are_those_of_the_zone(house: House, zone: str) -> None:
    """To the last kWh, also by a price that takes the place of another."""
    await house.hass.config.async_set_time_zone(zone)
    house.freezer.move_to("2026-11-03T12:00:00+00:00")
    grid = await Grid.at(house)
    flat = {"template": "flat", "prices": "0.20"}
    entry = await house.add_site(grid.data(), parts=[part("contract", "P", **flat)])
    await grid.counts(5000.0)
    await settle(house)
    readings = [
        {"at": f"2026-09-{day} 00:00:00", "index": index}
        for day, index in ((10, 0), (20, 240), (21, 2640))
    ]
    await house.hass.services.async_call(
        DOMAIN,
        "import_readings",
        {"entity_id": grid.energy.entity_id, "readings": readings},
        blocking=True,
    )
    await settle(house)
    await check(house, 0.20)
    contract = entry.subentries[id_of(entry, "P")]  # type: ignore[arg-type]
    dearer = {**flat, "prices": "0.50"}
    house.hass.config_entries.async_update_subentry(entry, contract, data=dearer)
    await house.hass.async_block_till_done()
    await runtime(house).books.repricing.settled()
    await check(house, 0.50)

"""A meter that contradicts its parent for a day is said so, and taken back when it agrees."""

from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.ecom.core.quarters import Mark, Quarter
from custom_components.ecom.core.timeline import QUARTER_MS, to_ms
from custom_components.ecom.core.topology import Node
from custom_components.ecom.ports import Role
from custom_components.ecom.site.consumption import Asked
from custom_components.ecom.site.quarter_store import Batch, QuarterStore, Segment
from custom_components.ecom.site.topology_watch import TopologyWatch
from tests.house import House

DAY = datetime(2026, 11, 3, tzinfo=UTC)


def asked(key: str, role: Role, parent: str | None = None, **series: str) -> Asked:
    """Return a meter that series count, by direction."""
    times = {direction: [Segment(key=each)] for direction, each in series.items()}
    return Asked(name=key.title(), node=Node(key=key, role=role, parent=parent), series=times)


def wrote(store: QuarterStore, key: str, per_quarter_wh: int) -> None:
    """Write a day of even consumption."""
    first = to_ms(DAY) // QUARTER_MS
    quarters = {
        first + n: Quarter(amount=per_quarter_wh * 1000, covered_ms=QUARTER_MS) for n in range(96)
    }
    store.write([Batch(key=key, mark=Mark(at=to_ms(DAY), index=0), quarters=quarters)])


@pytest.fixture
def store(tmp_path: Any) -> Any:
    """Return a store of quarter-hours."""
    store = QuarterStore(tmp_path / "quarters.db")
    yield store
    store.close()


async def look(house: House, store: QuarterStore, *meters: Asked) -> dict[str, str]:
    """Look at yesterday; return the repairs, and whom they name."""
    watch = TopologyWatch(house.hass, store, lambda: meters)
    await watch.look(datetime(2026, 11, 4, 0, 20, tzinfo=UTC))
    return issues(house)


def issues(house: House) -> dict[str, str]:
    """Return the repairs, and whom they name."""
    found = ir.async_get(house.hass).issues.values()
    return {
        str(each.translation_key): (each.translation_placeholders or {})["meter"] for each in found
    }


GRID = asked("grid", Role.GRID, drawn="grid")
FLAT = asked("flat", Role.SUB_METER, drawn="flat", fed="back")


@pytest.mark.parametrize(
    ("flat", "back", "raised"),
    [
        (240, 0, {}),
        (400, 0, {"meter_exceeded": "site"}),
        (0, 100, {"meter_reversed": "Flat"}),
    ],
)
async def test_yesterday_is_looked_at(
    house: House, store: QuarterStore, flat: int, back: int, raised: dict[str, str]
) -> None:
    """The grid counted 24 kWh."""
    await house.hass.config.async_set_time_zone("UTC")
    for key, amount in (("grid", 250), ("flat", flat), ("back", back)):
        wrote(store, key, amount)
    assert await look(house, store, GRID, FLAT) == raised


async def test_a_repair_is_taken_back(house: House, store: QuarterStore) -> None:
    """Once the meter is changed, or the watch is over; at twenty past midnight it looks."""
    await house.hass.config.async_set_time_zone("UTC")
    house.freezer.move_to("2026-11-04T00:10:00+00:00")
    for key, amount in (("grid", 250), ("flat", 400), ("back", 0)):
        wrote(store, key, amount)
    meters = [GRID, FLAT]
    watch = TopologyWatch(house.hass, store, lambda: meters)
    watch.start()
    await house.later(minutes=11)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert issues(house) == {"meter_exceeded": "site"}
    meters[:] = [GRID]
    await watch.look(datetime(2026, 11, 4, 0, 20, tzinfo=UTC))
    assert issues(house) == {}
    meters[:] = [GRID, FLAT]
    await watch.look(datetime(2026, 11, 4, 0, 20, tzinfo=UTC))
    watch.close()
    assert issues(house) == {}
    TopologyWatch(house.hass, store, lambda: meters).close()


async def test_a_store_that_cannot_be_read(house: House, store: QuarterStore) -> None:
    """Nothing is said of what is not known."""
    store.close()
    assert await look(house, store, GRID, FLAT) == {}

"""How warm it was for a member: today on their sensors, and day by day for later."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE

from custom_components.ecom.core.temperatures import DayTemperatures
from custom_components.ecom.site import database
from custom_components.ecom.site.quarter_store import QuarterStore
from custom_components.ecom.site.temperature_store import KEPT, TemperatureStore
from tests.entities import ForeignSensor, add_sensor
from tests.house import House
from tests.members import (
    add_building,
    change,
    household,
    member,
    minute,
    runtime,
    showing,
)

TODAY = date(2026, 11, 26)
WHAT = ("minimum", "mean", "maximum")


def day(house: House, key: str = "Ada") -> list[float | None]:
    """Return what is shown of today."""
    return [showing(house, key, f"temperature_{each}") for each in WHAT]


async def days(house: House, start: date = TODAY, end: date = date.max) -> dict[date, Any]:
    """Return minimum, mean and maximum of Ada's days."""
    found = await household(house).temperatures.days("Ada", start, end)
    return {when: (each.minimum, round(each.mean, 4), each.maximum) for when, each in found.items()}


@pytest.fixture
async def room(noon: House) -> ForeignSensor:
    """Return a room of Ada's that has 20 °C at noon."""
    room = await add_sensor(noon.hass, "room", "°C")
    room.shows(20, unit="°C")
    await add_building(noon, member("Ada", temperatures=[room.entity_id]), member("Bob"))
    return room


async def test_today_so_far(noon: House, room: ForeignSensor) -> None:
    """The mean is by time; a member without a sensor has none of these."""
    await minute(noon, minutes=30)
    room.shows(24, unit="°C")
    await minute(noon, minutes=10)
    assert day(noon) == [20.0, 21.0, 24.0]
    state = noon.state("site/Ada/temperature_mean")
    assert (state.attributes["unit_of_measurement"], state.attributes["device_class"]) == (
        "°C",
        "temperature",
    )
    assert noon.entity_id("site/Bob/temperature_mean") is None


async def test_a_sensor_that_is_away(noon: House, room: ForeignSensor) -> None:
    """Counts for nothing meanwhile, nor does one that shows no temperature."""
    await minute(noon, minutes=10)
    room.goes()
    await minute(noon, hours=5)
    room.shows(50, unit="°F")
    await minute(noon, minutes=30)
    room.shows(900, unit="W")
    await minute(noon, minutes=30)
    assert day(noon) == [10.0, 12.5, 20.0]


async def test_several_sensors_are_one_home(noon: House, room: ForeignSensor) -> None:
    """And a sensor that is added later has its own entities made then, once."""
    cellar = await add_sensor(noon.hass, "cellar", "°C")
    cellar.shows(10, unit="°C")
    await change(noon, "Ada", temperatures=[room.entity_id, cellar.entity_id])
    await change(noon, "Bob", temperatures=[cellar.entity_id])
    await minute(noon, minutes=20)
    assert day(noon) == [10.0, 15.0, 20.0]
    assert day(noon, "Bob") == [10.0, 10.0, 10.0]
    await change(noon, "Bob", temperatures=[room.entity_id])
    await minute(noon, minutes=20)
    assert day(noon, "Bob") == [10.0, 15.0, 20.0]


async def test_the_next_day_begins_anew(noon: House, room: ForeignSensor) -> None:
    """What is held over midnight is held on both days."""
    await minute(noon, hours=11)
    await minute(noon, hours=2)
    room.shows(30, unit="°C")
    await minute(noon, hours=1)
    assert day(noon) == [20.0, 25.0, 30.0]
    assert await days(noon) == {
        TODAY: (20.0, 20.0, 20.0),
        TODAY + timedelta(days=1): (20.0, 25.0, 30.0),
    }
    assert list(await days(noon, TODAY + timedelta(days=1))) == [TODAY + timedelta(days=1)]
    assert await days(noon, TODAY, TODAY) == {}


async def test_a_restart_goes_on(noon: House, room: ForeignSensor) -> None:
    """Nothing is known of the time between."""
    await minute(noon, minutes=30)
    (site,) = noon.site_entries
    await noon.unload(site)
    await minute(noon, hours=2)
    room.shows(26, unit="°C")
    assert await noon.hass.config_entries.async_setup(site.entry_id)
    await minute(noon, minutes=10)
    assert day(noon) == [20.0, 21.5, 26.0]


@pytest.mark.usefixtures("room")
async def test_only_in_their_time(noon: House) -> None:
    """The days after moving out are somebody else's."""
    await change(noon, "Ada", moved_out="2026-11-27")
    await minute(noon, hours=36)
    assert await days(noon) == {TODAY: (20.0, 20.0, 20.0)}
    assert day(noon) == [None, None, None]


@pytest.mark.usefixtures("room")
async def test_what_is_stored(noon: House) -> None:
    """Every five minutes, and when Home Assistant stops; while files are copied, nothing."""
    store, books = TemperatureStore(runtime(noon).books.store.db), runtime(noon).books

    def seconds() -> float:
        found = store.days("Ada", TODAY, date.max)
        return found[TODAY].seconds if found else 0

    await minute(noon, minutes=5)
    assert seconds() == 300
    await books.quarters.pause()
    await minute(noon, minutes=10)
    assert seconds() == 300
    books.quarters.resume()
    await minute(noon, minutes=1)
    noon.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await noon.hass.async_block_till_done()
    assert seconds() == 960


async def test_what_cannot_be_written_waits(
    noon: House, room: ForeignSensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is written later, the days before as well."""

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(TemperatureStore, "write", full)
        await minute(noon, minutes=30)
        noon.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await minute(noon, hours=60)
        room.shows(10, unit="°C")
        await minute(noon, minutes=30)
    await minute(noon, minutes=30)
    store = TemperatureStore(runtime(noon).books.store.db)
    found = store.days("Ada", TODAY, date.max)
    assert [round(each.seconds / 3600, 2) for each in found.values()] == [12, 24, 24, 1.5]
    assert (await days(noon))[TODAY + timedelta(days=3)] == (10.0, 13.3333, 20.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file is."""
    return tmp_path / "quarters.db"


def test_days_are_kept_for_thirteen_months(path: Path) -> None:
    """Those of each member apart, in their order."""
    quarters = QuarterStore(path)
    store = TemperatureStore(quarters.db)
    one = DayTemperatures(minimum=1, maximum=3, weighted=7200, seconds=3600)
    old = TODAY - KEPT
    for first in (TODAY, old):
        store.write({("Ada", first): one, ("Bob", first): one}, old)
    store.write({("Ada", old + timedelta(days=1)): one}, TODAY)
    assert list(store.days("Ada", date.min, date.max)) == [old, old + timedelta(days=1), TODAY]
    store.write({}, TODAY + timedelta(days=1))
    assert store.days("Ada", date.min, date.max) == {old + timedelta(days=1): one, TODAY: one}
    assert store.since(TODAY) == {("Ada", TODAY): one, ("Bob", TODAY): one}
    quarters.close()


def test_a_file_of_the_version_before(path: Path) -> None:
    """Keeps everything, and gets a table for temperatures."""
    before = sqlite3.connect(path)
    before.executescript(f"{database._QUARTERS} {database._LEDGER} PRAGMA user_version = 2;")
    before.execute("INSERT INTO account VALUES (1, 'a', 5, '7', 0)")
    before.commit()
    before.close()
    quarters = QuarterStore(path)
    assert quarters.ledger.totals()["a"].money == 7
    store = TemperatureStore(quarters.db)
    store.write({("Ada", TODAY): DayTemperatures(minimum=1, maximum=2)}, TODAY)
    assert list(store.days("Ada", TODAY, date.max)) == [TODAY]
    quarters.close()

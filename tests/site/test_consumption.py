"""What meters counted, by quarter-hour and longer, through the action."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_SYSTEM, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component

from custom_components.ecom.backup import async_post_backup, async_pre_backup
from custom_components.ecom.const import DOMAIN
from custom_components.ecom.site.quarter_store import Batch, QuarterStore
from custom_components.ecom.site.runtime import SiteRuntime
from tests.entities import add_sensor, registry_id
from tests.families.e450.at_home import MeterAtHome
from tests.grid import Grid
from tests.house import House

type Json = dict[str, Any]


async def ask(house: House, **asked: Any) -> Json:
    """Return the answer of the action; from noon on unless said otherwise."""
    asked = {"start": "2026-11-26 12:00:00", "resolution": "quarter_hour"} | asked
    found = await house.hass.services.async_call(
        DOMAIN, "get_consumption", asked, blocking=True, return_response=True
    )
    assert isinstance(found, dict)
    return found


def beside(path: Path) -> list[str]:
    """Return the names of the files of a store."""
    return [part.name for part in path.parent.glob("ecom.quarters*")]


async def written(house: House, **delta: float) -> None:
    """Let time pass, and wait for what is written in the background."""
    await house.later(**delta)
    await house.hass.async_block_till_done(wait_background_tasks=True)


def content(path: Path) -> bytes:
    """Return the octets of a file."""
    return path.read_bytes()


def column(rows: list[Json], name: str) -> list[Any]:
    """Return one figure of all slots."""
    return [row[name] for row in rows]


async def test_the_quarter_hours_of_a_meter(noon: House) -> None:
    """With what is known of each, and the site made from them."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(100.0)
    for minute in range(1, 31):
        await grid.counts(100 + minute / 100, minutes=1)
    found = await ask(noon, end="2026-11-26 12:45:00")
    assert found["resolution"] == "quarter_hour"
    (meter,) = found["meters"]
    assert (meter["role"], meter["unit"]) == ("grid", "Wh")
    assert column(meter["slots"], "drawn") == [150.0, 150.0, None]
    assert column(meter["slots"], "fed") == [0.0, 0.0, None]
    assert column(meter["slots"], "coverage") == [1.0, 1.0, 0.0]
    assert not any(column(meter["slots"], "estimated"))
    assert meter["slots"][1]["start"] == "2026-11-26T12:15:00+00:00"
    site = found["site"]["slots"]
    assert column(site, "consumption") == [150.0, 150.0, None]
    assert column(site, "exported") == [0.0, 0.0, None]
    assert column(site, "produced") == [None] * 3


async def test_longer_slots(noon: House) -> None:
    """A day that is known in part says so."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(1.0)
    await grid.counts(4.0, hours=3)
    for resolution, drawn, coverage in (
        ("hour", [1000.0] * 3, [1.0] * 3),
        ("day", [3000.0], [1.0]),
        ("month", [3000.0], [1.0]),
    ):
        found = await ask(noon, resolution=resolution, end="2026-11-26 15:00:00")
        slots = found["meters"][0]["slots"]
        assert column(slots, "drawn") == drawn
        assert column(slots, "coverage") == coverage
        assert all(column(slots, "estimated"))
    found = await ask(noon, resolution="day", start="2026-11-26 00:00", end="2026-11-27 00:00")
    assert column(found["meters"][0]["slots"], "coverage") == [0.125]


async def test_a_restart_loses_nothing(noon: House) -> None:
    """The counter goes on where it stood; what lies between is estimated."""
    grid = await Grid.at(noon)
    site = await noon.add_site(grid.data())
    await grid.counts(1.0)
    await grid.counts(1.1, minutes=4)
    await noon.unload(site)
    await noon.later(minutes=26)
    grid.energy.shows(1.36, unit="kWh")
    assert await noon.hass.config_entries.async_setup(site.entry_id)
    found = await ask(noon, end="2026-11-26 12:30:00")
    slots = found["meters"][0]["slots"]
    assert column(slots, "drawn") == [210.0, 150.0]
    assert column(slots, "estimated") == [True, True]


async def test_what_is_counted_after_the_first_reading_while_nobody_reads(noon: House) -> None:
    """It is counted from there."""
    grid = await Grid.at(noon)
    site = await noon.add_site(grid.data())
    await grid.counts(100.0)
    await noon.unload(site)
    await noon.later(minutes=60)
    grid.energy.shows(104.0, unit="kWh")
    assert await noon.hass.config_entries.async_setup(site.entry_id)
    found = await ask(noon, end="2026-11-26 13:00:00", resolution="hour")
    assert column(found["meters"][0]["slots"], "drawn") == [4000.0]


async def test_where_a_counter_stands_is_written_once(
    noon: House, quarters_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the next that is written, or when that is possible again; whatever it counts."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    key = str(grid.data()["energy"])
    store = QuarterStore(quarters_database)
    write, batches = QuarterStore.write, list[str]()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    def notes(self: QuarterStore, given: Iterable[Batch], *more: Any) -> None:
        given = [*given]
        batches.extend(each.key for each in given)
        write(self, given, *more)

    monkeypatch.setattr(QuarterStore, "write", full)
    await grid.counts(100.0)
    await written(noon, minutes=5)
    assert store.marks() == {}
    monkeypatch.setattr(QuarterStore, "write", notes)
    for _ in range(2):
        await written(noon, minutes=5)
        assert store.marks()[key].index == 100_000_000
    assert batches == [key]
    store.close()


async def test_what_was_written_stands_when_home_assistant_stops(
    noon: House, quarters_database: Path
) -> None:
    """Home Assistant does not unload entries when it stops."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(1.0)
    await grid.counts(1.1, minutes=1)
    noon.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await noon.hass.async_block_till_done()
    store = QuarterStore(quarters_database)
    (quarter,) = store.quarters(
        str(grid.data()["energy"]),
        datetime(2026, 11, 26, 12, tzinfo=UTC),
        datetime(2026, 11, 26, 13, tzinfo=UTC),
    ).values()
    assert quarter.amount == 100_000
    store.close()


async def test_a_meter_without_a_counter_is_counted_from_its_power(noon: House) -> None:
    """In both directions, for as long as the power holds, and it says that this is estimated."""
    power = await add_sensor(noon.hass, "clamp")
    await noon.add_site({"port": f"entity:{registry_id(power)}", "role": "grid", "valid_for": 120})
    for watts in (600, 600, -1200, None):
        power.shows(watts)
        await noon.later(minutes=1)
    await noon.later(minutes=20)
    power.shows(0)
    found = await ask(noon, end="2026-11-26 12:30:00")
    first, second = found["meters"][0]["slots"]
    assert (first["drawn"], first["fed"], first["estimated"]) == (20.0, 20.0, True)
    assert first["coverage"] == 0.2
    assert (second["drawn"], second["coverage"]) == (None, 0.0)


async def test_a_meter_that_is_turned_round(noon: House) -> None:
    """What its counter counts is fed in."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data(role="solar", inverted=True))
    await grid.counts(1.0)
    await grid.counts(1.5, minutes=3)
    found = await ask(noon, end="2026-11-26 12:15:00")
    (slot,) = found["meters"][0]["slots"]
    assert (slot["drawn"], slot["fed"]) == (0.0, 500.0)


async def test_water_counts_itself(noon: House) -> None:
    """In m³, and it is no part of what the site draws."""
    water = await add_sensor(noon.hass, "water", "L")
    await noon.add_site({"port": f"entity:{registry_id(water)}", "role": "water"})
    water.shows(1000, unit="L")
    await noon.later(minutes=2)
    water.shows(1012.5, unit="L")
    found = await ask(noon, end="2026-11-26 12:15:00")
    (meter,) = found["meters"]
    assert meter["unit"] == "m³"
    assert column(meter["slots"], "drawn") == [0.0125]
    assert column(found["site"]["slots"], "consumption") == [None]


async def test_entities_name_meters(noon: House) -> None:
    """By their power or their energy; the site is told only with all of them."""
    grid, plug = await Grid.at(noon), await Grid.at(noon, "plug")
    await noon.add_site(grid.data(), plug.data("sub_meter"))
    await plug.counts(1.0)
    await plug.counts(1.1, minutes=3)
    for sensor in (plug.power, plug.energy):
        found = await ask(noon, entity_id=[sensor.entity_id], end="2026-11-26 12:15:00")
        (meter,) = found["meters"]
        assert column(meter["slots"], "drawn") == [100.0]
        assert "site" not in found
    both = await ask(noon, entity_id=[plug.energy.entity_id, plug.power.entity_id])
    assert len(both["meters"]) == 1


async def test_no_entities_name_all_meters(noon: House) -> None:
    """A list that was emptied is one that was left out."""
    grid, plug = await Grid.at(noon), await Grid.at(noon, "plug")
    await noon.add_site(grid.data(), plug.data("sub_meter"))
    await plug.counts(1.0)
    await plug.counts(1.1, minutes=3)
    assert await ask(noon, entity_id=[]) == await ask(noon)


async def test_a_source_of_ecom_knows_its_counters(meter: MeterAtHome) -> None:
    """Its meter of the Site names a power, and the energy is found; also while it is away."""
    house = meter.house
    await house.hass.config.async_set_time_zone("UTC")
    await meter.move_in()
    site = await house.add_site({"port": meter.key("power"), "role": "grid"})
    await meter.says({"1-0:1.7.0": 0, "1-0:1.8.0": 886_977})
    runtime = site.runtime_data
    assert isinstance(runtime, SiteRuntime)
    assert runtime.meter_of(str(house.entity_id(meter.key("power")))) is not None
    assert runtime.meter_of("sensor.nobody") is None


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"end": "2026-11-26 12:00:00"}, "end_before_start"),
        ({"start": "2026-12-24 00:00:00"}, "start_in_future"),
        ({"start": "1999-01-01 00:00:00", "resolution": "month"}, "too_much"),
        ({"start": "2018-01-01 00:00:00"}, "too_much"),
        ({"entity_id": ["sensor.nobody"], "end": "2026-11-26 13:00:00"}, "no_meter_of_entity"),
        ({"start": "0001-01-01 00:00:00+14:00"}, "no_such_time"),
        ({"start": "0001-01-02 00:00:00", "end": "0001-01-03 00:00:00"}, "no_such_time"),
        ({"end": "9999-12-31 23:59:59"}, "no_such_time"),
    ],
)
async def test_what_cannot_be_answered(noon: House, asked: Json, key: str) -> None:
    """Is said in words."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    with pytest.raises(ServiceValidationError) as raised:
        await ask(noon, **asked)
    assert raised.value.translation_key == key


async def test_without_a_site_or_meters(noon: House) -> None:
    """There is nothing to ask about."""
    assert await async_setup_component(noon.hass, DOMAIN, {})
    end = "2026-11-26 13:00:00"
    with pytest.raises(ServiceValidationError) as raised:
        await ask(noon, end=end)
    assert raised.value.translation_key == "no_site"
    await noon.add_site()
    with pytest.raises(ServiceValidationError) as raised:
        await ask(noon, end=end)
    assert raised.value.translation_key == "no_meters"


async def test_what_cannot_be_written_waits(
    noon: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk loses nothing, and is told once."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(1.0)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(QuarterStore, "write", full)
        await grid.counts(1.1, minutes=4)
        await written(noon, minutes=2)
        await grid.counts(1.2, minutes=4)
        await written(noon, minutes=5)
    assert caplog.text.count("cannot be written") == 1
    found = await ask(noon, end="2026-11-26 12:15:00")
    assert column(found["meters"][0]["slots"], "drawn") == [200.0]
    assert "are written again" in caplog.text


async def test_a_store_that_cannot_be_read(noon: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told in words."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())

    def torn(*_: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(QuarterStore, "totals", torn)
    with pytest.raises(HomeAssistantError) as raised:
        await ask(noon, end="2026-11-26 13:00:00")
    assert raised.value.translation_key == "quarters_unreadable"


async def test_the_last_of_ecom_takes_what_was_counted(
    noon: House, quarters_database: Path
) -> None:
    """Nothing is left behind."""
    grid = await Grid.at(noon)
    site = await noon.add_site(grid.data())
    assert beside(quarters_database)
    await noon.remove(site)
    assert not beside(quarters_database)


async def test_old_quarter_hours_go(noon: House) -> None:
    """Once a day."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(1.0)
    await grid.counts(1.1, minutes=4)
    await written(noon, days=200)
    assert column((await ask(noon, end="2026-11-26 12:15"))["meters"][0]["slots"], "drawn") != [
        None
    ]
    for _ in range(5):
        await written(noon, days=50)
    found = await ask(noon, end="2026-11-26 12:15")
    assert column(found["meters"][0]["slots"], "drawn") == [None]


async def test_a_meter_that_reads_another_port_keeps_its_past(noon: House) -> None:
    """Such as a device that another integration reads from now on."""
    old, new = await Grid.at(noon), await Grid.at(noon, "core")
    await noon.add_site(old.data())
    await old.counts(1.0)
    await old.counts(1.1, minutes=3)
    request = {
        "meters": [new.data(title="Grid")],
        "replace": {old.data()["port"]: new.data()["port"]},
    }
    await noon.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_SYSTEM}, data=request
    )
    await noon.hass.async_block_till_done()
    await new.counts(1.1)
    await new.counts(1.25, minutes=3)
    await old.counts(9.0)
    found = await ask(noon, end="2026-11-26 12:15:00")
    (meter,) = found["meters"]
    assert column(meter["slots"], "drawn") == [250.0]


async def test_a_sensor_that_is_stated_later_hides_nothing(noon: House) -> None:
    """What was counted from the power before stays the meter's past."""
    grid = await Grid.at(noon)
    data = {"port": grid.data()["port"], "role": "grid"}
    site = await noon.add_site(data)
    for _ in range(6):
        grid.power.shows(600)
        await noon.later(minutes=2, seconds=30)
    (meter,) = site.subentries.values()
    noon.hass.config_entries.async_update_subentry(site, meter, data={**grid.data()})
    await noon.hass.async_block_till_done()
    await grid.counts(5.0)
    await grid.counts(5.2, minutes=3)
    found = await ask(noon, end="2026-11-26 12:30:00")
    assert column(found["meters"][0]["slots"], "drawn") == pytest.approx([125.0, 200.0])


@pytest.mark.parametrize("counted", [True, False])
async def test_a_meter_that_is_turned_round_later(noon: House, *, counted: bool) -> None:
    """Its past turns round with it, whatever counted it."""
    grid = await Grid.at(noon)
    data = dict(grid.data()) if counted else {"port": grid.data()["port"], "role": "grid"}
    site = await noon.add_site(data)
    for minute in range(4):
        grid.power.shows(600)
        await grid.counts(5.0 + minute / 100, minutes=1)
    (meter,) = site.subentries.values()
    inverted = {**data, "inverted": True}
    noon.hass.config_entries.async_update_subentry(site, meter, data=inverted)
    await noon.hass.async_block_till_done()
    (slot,) = (await ask(noon, end="2026-11-26 12:15:00"))["meters"][0]["slots"]
    assert (slot["drawn"], slot["fed"]) == (0.0, pytest.approx(30.0))


async def test_a_call_that_is_cancelled_loses_nothing(
    noon: House,
) -> None:
    """What it was about to write is written all the same, once."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(1.0)
    await grid.counts(1.1, minutes=1)
    call = noon.hass.async_create_task(ask(noon, end="2026-11-26 12:15:00"), eager_start=True)
    call.cancel()
    await noon.hass.async_block_till_done()
    await grid.counts(1.2, minutes=1)
    found = await ask(noon, end="2026-11-26 12:15:00")
    assert column(found["meters"][0]["slots"], "drawn") == [200.0]


async def test_a_store_that_cannot_be_opened_is_tried_again(
    noon: House, quarters_database: Path
) -> None:
    """The Site waits for it, as for a device that does not answer."""
    await noon.hass.async_add_executor_job(quarters_database.mkdir)
    site = await noon.add_site()
    assert site.state is ConfigEntryState.SETUP_RETRY


async def test_a_backup_holds_what_is_known(noon: House, quarters_database: Path) -> None:
    """The file is whole and stands still while it is copied; afterwards nothing is missing."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(1.0)
    await grid.counts(1.1, minutes=1)
    await async_pre_backup(noon.hass)
    copied = content(quarters_database)
    await grid.counts(1.3, minutes=4)
    await written(noon, minutes=2)
    assert content(quarters_database) == copied
    assert content(quarters_database.with_name("ecom.quarters.db-wal")) == b""
    await async_post_backup(noon.hass)
    found = await ask(noon, end="2026-11-26 12:15")
    assert column(found["meters"][0]["slots"], "drawn") == [300.0]


async def test_a_backup_without_a_site(house: House) -> None:
    """Has nothing to wait for."""
    await async_pre_backup(house.hass)
    await async_post_backup(house.hass)

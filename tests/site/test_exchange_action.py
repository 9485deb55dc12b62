"""A meter that was exchanged, as a person states it."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.exceptions import ServiceValidationError

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.core.timeline import to_ms
from tests.entities import add_sensor, registry_id
from tests.grid import Grid
from tests.house import House
from tests.site.test_ledger import Registers, runtime, spent, stored

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def grid(noon: House) -> Grid:
    """Return a meter at the grid that has stood at 1 kWh at noon."""
    grid = await Grid.at(noon)
    await noon.add_site(grid.data())
    await grid.counts(1.0)
    return grid


async def state(grid: Grid, at: datetime, closing: object, opening: object, **more: Any) -> None:
    """State an exchange."""
    about = {} if "meter" in more else {"entity_id": grid.energy.entity_id}
    data = {**about, "at": at, "closing": closing, "opening": opening, **more}
    await grid.house.hass.services.async_call(DOMAIN, "record_meter_exchange", data, blocking=True)


async def refused(grid: Grid, *stated: Any, **more: Any) -> str | None:
    """State an exchange that is refused, and return why."""
    with pytest.raises(ServiceValidationError) as raised:
        await state(grid, *stated, **more)
    assert raised.value.translation_domain == DOMAIN
    return raised.value.translation_key


async def test_an_exchange_that_is_stated_at_once(grid: Grid) -> None:
    """What the old one had still counted is counted, and the new one goes on."""
    await grid.counts(3.0, minutes=30)
    await grid.house.later(minutes=10)
    await state(grid, NOON + timedelta(minutes=35), "3.5", 100)
    await grid.counts(101.0, minutes=20)
    assert spent(grid.house)[0] == pytest.approx(3.5)


async def test_an_exchange_that_is_stated_later(grid: Grid) -> None:
    """By the name of the meter; its rows are those of both."""
    for kwh, minutes in ((2.0, 60), (3.0, 60), (50.0, 4), (54.0, 56), (55.0, 60)):
        await grid.counts(kwh, minutes=minutes)
    assert spent(grid.house)[0] == 54
    title = str(grid.data()["port"])
    await state(grid, NOON + 2.05 * HOUR, 3.5, 49, meter=title)
    assert spent(grid.house)[0] == pytest.approx(2 + 0.5 + 6)
    assert sum(kwh for kwh, _ in (await stored(grid.house)).values()) == pytest.approx(8.5)
    store = runtime(grid.house).books.store.ledger
    assert len(store.exchanges(str(grid.data()["energy"]))) == 1


async def test_an_exchange_that_is_stated_twice(grid: Grid) -> None:
    """The same one again counts nothing, even while the first is being noted."""
    await grid.counts(3.0, minutes=30)
    await grid.house.later(minutes=10)
    then = NOON + timedelta(minutes=35)
    await asyncio.gather(state(grid, then, 3.5, 0), state(grid, then, 3.5, 0))
    await state(grid, then, 3.5, 0)
    await grid.counts(1.0, minutes=20)
    await state(grid, then, 3.5, 0)
    assert spent(grid.house)[0] == pytest.approx(2.5 + 1)


async def test_an_exchange_that_cannot_be_kept(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted, and once only if it is stated again."""
    await grid.counts(3.0, minutes=30)
    await grid.house.later(minutes=10)
    then = NOON + timedelta(minutes=35)
    store = runtime(grid.house).books.store.ledger

    def fails(key: str, exchange: object) -> None:
        raise sqlite3.OperationalError(key, exchange)

    with monkeypatch.context() as patched:
        patched.setattr(store, "add_exchange", fails)
        for _ in range(2):
            with pytest.raises(sqlite3.OperationalError):
                await state(grid, then, 3.5, 0)
    for _ in range(2):
        await state(grid, then, 3.5, 0)
    assert await refused(grid, then, 4, 0) == "exchange_stated_otherwise"
    assert spent(grid.house)[0] == pytest.approx(2.5)
    assert len(store.exchanges(str(grid.data()["energy"]))) == 1


@pytest.mark.parametrize(
    ("minutes", "closing", "opening"), [(40, 3.5, 0), (35, 4, 0), (35, 3.5, 0.1), (39, 4, 0.1)]
)
async def test_an_exchange_that_is_stated_otherwise(
    grid: Grid, minutes: int, closing: float, opening: float
) -> None:
    """Nobody can tell what it would count a second time; readings put it right."""
    await grid.counts(3.0, minutes=30)
    await grid.house.later(minutes=15)
    await state(grid, NOON + timedelta(minutes=35), 3.5, 0)
    then = NOON + timedelta(minutes=minutes)
    assert await refused(grid, then, closing, opening) == "exchange_stated_otherwise"
    assert spent(grid.house)[0] == pytest.approx(2.5)
    swap = {"closing": closing, "opening": opening}
    readings = [
        {"at": NOON + timedelta(minutes=30), "index": 3},
        {"at": then, "index": opening, "exchange": swap},
    ]
    data = {"entity_id": grid.energy.entity_id, "readings": readings, "replace": True}
    await grid.house.hass.services.async_call(DOMAIN, "import_readings", data, blocking=True)
    await grid.counts(1.0, minutes=20)
    assert spent(grid.house)[0] == pytest.approx(closing - 1 + 1 - opening, abs=1e-5)
    store = runtime(grid.house).books.store.ledger
    (kept,) = store.exchanges(str(grid.data()["energy"]))
    assert (kept.at, kept.closing) == (to_ms(then), closing * 1_000_000)


async def test_an_exchange_after_another_one(grid: Grid) -> None:
    """What is read before the first one is of a meter that has nothing to do with it."""
    for kwh, minutes in ((2.0, 60), (100.0, 60), (103.0, 60)):
        await grid.counts(kwh, minutes=minutes)
    await state(grid, NOON + 1.5 * HOUR, 2.5, 99)
    assert spent(grid.house)[0] == pytest.approx(1.5 + 4)
    for kwh, hours in ((105.0, 24), (106.0, 1), (107.0, 1)):
        await grid.counts(kwh, hours=hours)
    await state(grid, NOON + 27.5 * HOUR, 105.2, 105.9)
    assert spent(grid.house)[0] == pytest.approx(1.5 + 4 + 2 + 0.2 + 1.1)


async def test_an_exchange_of_a_register(noon: House) -> None:
    """Each is stated by itself."""
    meter = await Registers.at(noon)
    await meter.count(11.0, 20.0, minutes=30)
    await state(meter.grid, NOON + timedelta(minutes=30), 21.0, 5, register="hc")
    await meter.count(11.0, 6.0, minutes=10)
    assert spent(noon)[0] == pytest.approx(1 + 1 + 1)


async def test_what_cannot_be(grid: Grid) -> None:
    """It says why; nothing is booked."""
    await grid.counts(3.0, minutes=30)
    then = NOON + timedelta(minutes=20)
    for stated, key in (
        ((NOON + 2 * HOUR, 1, 1), "no_such_time"),
        (("9999-12-31T23:59:59-14:00", 1, 1), "no_such_time"),
        ((then, "a lot", 1), "exchange_no_number"),
        ((then, 1, -1), "exchange_no_number"),
        ((then, 2, 1), "exchange_without_readings"),
        ((NOON + timedelta(minutes=30), 10**9, 1), "exchange_too_much"),
    ):
        assert await refused(grid, *stated) == key
    assert spent(grid.house)[0] == 2


async def test_an_exchange_that_does_not_fit_its_readings(grid: Grid) -> None:
    """Or of which one would have counted more than any meter can."""
    for kwh, minutes in ((2.0, 60), (3.0, 60), (50.0, 4), (54.0, 56), (55.0, 60)):
        await grid.counts(kwh, minutes=minutes)
    then = NOON + 2.05 * HOUR
    assert await refused(grid, then, 9_000_000, 0) == "exchange_too_much"
    assert await refused(grid, then, 3, 56) == "exchange_without_readings"
    assert spent(grid.house)[0] == 54


async def test_what_is_made_of_power_has_no_index(noon: House) -> None:
    """There is nothing to state."""
    grid = await Grid.at(noon)
    await noon.add_site({"port": f"entity:{registry_id(grid.power)}", "role": "grid"})
    title = f"entity:{registry_id(grid.power)}"
    assert await refused(grid, NOON, 1, 1, meter=title) == "exchange_without_counter"


async def test_a_counter_that_is_not_there(noon: House) -> None:
    """It waits until it is."""
    grid = await Grid.at(noon)
    other = await add_sensor(noon.hass, "other", "kWh")
    await noon.add_site(grid.data())
    await grid.counts(1.0)
    key = str(grid.data()["energy"])
    runtime(noon).books.quarters.tracks.pop(key).stop()
    assert await refused(grid, NOON, 1, 1) == "exchange_not_followed"
    assert await refused(grid, NOON, 1, 1, entity_id=other.entity_id) == "no_meter_of_entity"

"""The made-up building's month, brought in: the ledger says what its book says, to the cent."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentryData
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import DOMAIN, SITE_UID
from custom_components.ecom.core.costs.rows import MONEY, UNIT, Quality, Row
from custom_components.ecom.core.timeline import to_ms
from scripts.simulators.building_book import (
    DAY_MINUTES,
    EXCHANGED,
    GAPPED,
    LET_ANEW,
    MAIN,
    MINUTE,
    MOVE_DAY,
    OPENING,
    Band,
    BuildingBook,
    Fluid,
    Meter,
    Reading,
)
from tests.entities import add_sensor, registry_id
from tests.house import House
from tests.site.test_ledger import runtime
from tests.subentries import id_of

OCTOBER = datetime(2026, 9, 30, 22, tzinfo=UTC)
PRICES = {Band.PEAK: Decimal("0.2142"), Band.OFF_PEAK: Decimal("0.1589")}
CONTRACTS = {
    "Electricity": {
        "template": "peak_offpeak",
        "prices": "0.2142 0.1589",
        "windows": "22:30-06:30",
    },
    "Water": {"template": "water", "prices": "1.9", "wastewater": "2"},
}
WATER = Meter(place="flat 1", fluid=Fluid.WATER)
METERS = [
    *(Meter(place=place, fluid=Fluid.ELECTRICITY) for place in (MAIN, EXCHANGED, GAPPED, LET_ANEW)),
    WATER,
]

type Json = dict[str, Any]


@pytest.fixture
def book() -> BuildingBook:
    """Return the book of October, in which clocks change."""
    return BuildingBook(OCTOBER, 31)


@pytest.fixture
async def building(house: House, book: BuildingBook) -> House:
    """Return a house with some meters of the building, right after that month."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to(book.end + timedelta(hours=2))
    parts = [("contract", title, data) for title, data in CONTRACTS.items()]
    parts += [("meter", each.title, await sensors(house, each)) for each in METERS]
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=SITE_UID,
        title="Home",
        data={},
        subentries_data=[
            ConfigSubentryData(data=data, subentry_type=kind, title=title, unique_id=None)
            for kind, title, data in parts
        ],
    )
    await house.add(entry)
    await runtime(house).books.repricing.settled()
    return house


async def sensors(house: House, meter: Meter) -> Json:
    """Return the data of a meter with sensors that are there."""
    name = meter.title.replace(" ", "_").lower()
    if meter.fluid is Fluid.WATER:
        return {"port": await sensor(house, name, "m³"), "role": "water"}
    data = {
        "port": await sensor(house, f"{name}_power", "W"),
        "energy": await sensor(house, f"{name}_energy", "kWh"),
        "role": "sub_meter",
    }
    if meter.place == MAIN:
        registers = {await sensor(house, f"{name}_{band}", "kWh"): band.value for band in Band}
        return {**data, "registers": registers}
    return data


async def sensor(house: House, name: str, unit: str) -> str:
    """Return the key of a new sensor."""
    return f"entity:{registry_id(await add_sensor(house.hass, name, unit))}"


async def brings(house: House, meter: Meter, readings: list[Reading], **more: Any) -> None:
    """Bring readings in."""
    stated = []
    for each in readings:
        reading: Json = {"at": each.at, "index": each.index / 1000}
        if each.closing is not None:
            reading["exchange"] = {"closing": each.closing / 1000, "opening": OPENING / 1000}
        stated.append(reading)
    await house.hass.services.async_call(
        DOMAIN,
        "import_readings",
        {"meter": meter.title, "readings": stated, **more},
        blocking=True,
    )


def sums(house: House, meter: Meter, start: datetime, end: datetime) -> dict[str, Row]:
    """Return what the ledger holds of a time, by band."""
    entry = house.site_entries[0]
    part = entry.subentries[id_of(entry, meter.title)]  # type: ignore[arg-type]
    store = runtime(house).books.store.ledger
    return store.sums(f"{part.data['port']}#drawn", to_ms(start), to_ms(end))


def money(used: int, price: Decimal) -> int:
    """Return what Wh or litres cost, exactly, as the ledger counts money."""
    return int(used * price * MONEY / 1000)


async def test_a_main_meter_with_registers(building: House, book: BuildingBook) -> None:
    """By band, from readings by the day: in which hours is a guess, what it costs is none."""
    main = METERS[0]
    for band in Band:
        await brings(building, main, book.register(main, band, DAY_MINUTES), register=band.value)
    found = sums(building, main, book.start, book.end)
    for band, price in PRICES.items():
        used = book.counted(main, band=band)
        assert found[band].amount * 1000 == used * UNIT
        assert found[band].money == money(used, price)
        assert found[band].bound == 0


@pytest.mark.parametrize("meter", METERS[1:4:2], ids=lambda meter: meter.place)
async def test_a_flat_without_registers(building: House, book: BuildingBook, meter: Meter) -> None:
    """By the clock, exact where a reading stands at each change of price; also over an exchange."""
    await brings(building, meter, book.readings(meter))
    moved = book.start + MOVE_DAY * DAY_MINUTES * MINUTE
    edge = MOVE_DAY * DAY_MINUTES
    for start, end, minutes in (
        (book.start, moved, (0, edge)),
        (moved, book.end, (edge, book.minutes)),
    ):
        found = sums(building, meter, start, end)
        for band, price in PRICES.items():
            used = book.counted(meter, *minutes, band)
            assert found[band].money == money(used, price)
            assert found[band].bound == 0


async def test_a_flat_that_was_silent_for_six_hours(building: House, book: BuildingBook) -> None:
    """Its gap lies in one band, so its cost is exact; read once a day it is within its bound."""
    meter = METERS[2]
    await brings(building, meter, book.readings(meter))
    exact = {band: money(book.counted(meter, band=band), price) for band, price in PRICES.items()}
    found = sums(building, meter, book.start, book.end)
    assert {band: row.money for band, row in found.items()} == exact
    await brings(building, meter, book.readings(meter, DAY_MINUTES), replace=True)
    found = sums(building, meter, book.start, book.end)
    difference = sum(row.money for row in found.values()) - sum(exact.values())
    bound = sum(row.bound for row in found.values())
    assert 0 < abs(difference) <= bound
    assert {row.quality for row in found.values()} == {Quality.ESTIMATED}


async def test_water(building: House, book: BuildingBook) -> None:
    """Litres at a price for each m³."""
    await brings(building, WATER, book.readings(WATER))
    (row,) = sums(building, WATER, book.start, book.end).values()
    assert row.money == money(book.counted(WATER), Decimal("3.9"))

"""Thresholds: told once a day of each meter and each sensor, and anew the next day."""

import sqlite3
from datetime import UTC, datetime

import pytest

from custom_components.ecom.site import used_since
from tests.entities import add_sensor
from tests.grid import Grid
from tests.house import House
from tests.members import Told, add_building, alert, change, heard, member, meter, minute

ME = {"notify": ["action:notify.me"]}


class Taps:
    """A flat's meter, a tap and a room, with a threshold for each, and whoever is told."""

    def __init__(self, house: House, flat: Grid, tap: Grid) -> None:
        """Take what is there."""
        self.house, self.flat, self.tap = house, flat, tap
        self.told = Told(house.hass, "me")
        self.events = heard(house.hass, "ecom_alert")

    @classmethod
    async def at(cls, house: House) -> Taps:
        """Add them to a house: 5 kWh and half a cubic metre a day."""
        taps = cls(house, await Grid.at(house, "flat"), await Grid.at(house, "tap"))
        taps.flat.energy.shows(100.0, unit="kWh")
        taps.tap.energy.shows(100.0, unit="m³")
        await add_building(
            house,
            meter("Flat", taps.flat.data("sub_meter")),
            meter("Tap", {"port": taps.tap.data()["energy"], "role": "water"}),
            alert("Much", "electricity", 5, **ME),
            alert("Leak", "cold_water", 0.5, **ME),
            alert("Gas", "gas", 0, **ME),
        )
        await minute(house)
        return taps

    async def flat_uses(self, kwh: float, **later: float) -> None:
        """Let so much have been used in all, and be looked at."""
        await self.flat.counts(100 + kwh, **later)
        await minute(self.house)

    async def tap_uses(self, m3: float) -> None:
        """Let so much water have run in all, and be looked at."""
        self.tap.energy.shows(100 + m3, unit="m³")
        await self.house.hass.async_block_till_done()
        await minute(self.house)

    @property
    def said(self) -> list[tuple[str, str]]:
        """Return the titles and messages so far."""
        return [(each["title"], each["message"]) for each in self.told.by_name["me"]]


@pytest.fixture
async def taps(noon: House) -> Taps:
    """Return them at noon."""
    return await Taps.at(noon)


async def test_each_meter_is_told_once(taps: Taps) -> None:
    """When it is passed, and not when it is reached; with an event that names it."""
    await taps.flat_uses(5)
    assert taps.said == []
    await taps.flat_uses(6.5)
    await taps.flat_uses(8)
    await taps.tap_uses(0.75)
    await taps.tap_uses(0.9)
    assert taps.said == [
        ("Much", "Flat: 6.5 kWh today, more than 5 kWh."),
        ("Leak", "Tap: 0.75 m³ today, more than 0.5 m³."),
    ]
    assert taps.events == [
        {"alert": "Much", "meter": "Flat", "amount": 6.5, "threshold": 5.0},
        {"alert": "Leak", "meter": "Tap", "amount": 0.75, "threshold": 0.5},
    ]


async def test_the_next_day_begins_anew(taps: Taps) -> None:
    """With what is used from its midnight on."""
    await taps.flat_uses(6)
    await minute(taps.house, hours=12)
    await taps.flat_uses(6)
    assert len(taps.said) == 1
    await taps.flat_uses(9, hours=1)
    assert len(taps.said) == 1
    await taps.flat_uses(13, hours=1)
    assert len(taps.said) == 2


async def test_a_restart_forgets_nothing(taps: Taps) -> None:
    """What was told today is not told again today."""
    await taps.flat_uses(6)
    await taps.house.reload(taps.house.site_entries[0])
    await taps.flat_uses(7)
    assert len(taps.said) == 1


async def test_a_threshold_that_is_changed(taps: Taps) -> None:
    """Is another one; of a meter that it does not name nothing is told."""
    await taps.flat_uses(6)
    await change(taps.house, "Much", amount=7)
    await taps.flat_uses(8)
    assert len(taps.said) == 2
    await change(taps.house, "Leak", meters=["gone"])
    await taps.tap_uses(1)
    assert len(taps.said) == 2
    await change(taps.house, "Leak", meters=["Tap"])
    await minute(taps.house)
    assert len(taps.said) == 3


async def test_a_day_with_a_change_of_clocks(house: House) -> None:
    """Has 25 hours: what is used in its last one is used on it."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to(datetime(2026, 10, 24, 22, tzinfo=UTC))
    taps = await Taps.at(house)
    await taps.flat_uses(4, minutes=4)
    await taps.flat_uses(4, hours=24)
    await taps.flat_uses(5.5)
    assert len(taps.said) == 1
    await minute(house, hours=1)
    await taps.flat_uses(5.5)
    await taps.flat_uses(10)
    assert len(taps.said) == 1
    await taps.flat_uses(11)
    assert len(taps.said) == 2


async def test_a_ledger_that_cannot_be_read(taps: Taps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is looked at again a minute later."""

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    await minute(taps.house, hours=12)
    await taps.flat_uses(0)
    with monkeypatch.context() as patch:
        patch.setattr(used_since, "before", broken)
        await taps.flat_uses(0, hours=24)
        await taps.flat_uses(20, hours=1)
        assert taps.said == []
    await minute(taps.house)
    assert len(taps.said) == 1


async def test_a_threshold_that_cannot_be_looked_at(
    taps: Taps, caplog: pytest.LogCaptureFixture
) -> None:
    """Keeps no other from being told, and it is said once."""
    await change(taps.house, "Much", amount="nan")
    await taps.flat_uses(7)
    await taps.tap_uses(0.75)
    assert taps.said == [("Leak", "Tap: 0.75 m³ today, more than 0.5 m³.")]
    assert caplog.text.count("cannot be looked at") == 1


async def test_a_room_that_is_too_cold_or_too_warm(noon: House) -> None:
    """Is told at once, and once a day; below the bound, not at it."""
    told, events = Told(noon.hass, "me"), heard(noon.hass, "ecom_alert")
    room = await add_sensor(noon.hass, "room", "°C")
    room.shows(20, unit="°C")
    await add_building(
        noon,
        member("Ada", temperatures=[room.entity_id, "sensor.gone"]),
        member("Bob", temperatures=["sensor.cellar"], moved_out="2026-11-26"),
        alert("Frost", "too_cold", 5, **ME),
        alert("Heat", "too_warm", 30, **ME),
    )
    noon.hass.states.async_set("sensor.cellar", "-10", {"unit_of_measurement": "°C"})
    for celsius in (5, 4.5, 4, 30, 30.5):
        room.shows(celsius, unit="°C")
        await noon.hass.async_block_till_done()
    messages = [each["message"] for each in told.by_name["me"]]
    assert messages == ["room: 4.5 °C, below 5 °C.", "room: 30.5 °C, above 30 °C."]
    assert events[0] == {
        "alert": "Frost",
        "sensor": room.entity_id,
        "amount": 4.5,
        "threshold": 5.0,
    }
    room.shows(39.2, unit="°F")
    await noon.hass.async_block_till_done()
    assert len(events) == 2
    await minute(noon, hours=12)
    assert [each["amount"] for each in events[2:]] == [4.0]
    room.goes()
    await noon.hass.async_block_till_done()
    await minute(noon, hours=24)
    assert len(events) == 3


async def test_a_threshold_that_comes_later(noon: House) -> None:
    """Follows the sensors from then on, and none once it is gone."""
    events = heard(noon.hass, "ecom_alert")
    noon.hass.states.async_set("sensor.cellar", "3", {"unit_of_measurement": "°C"})
    site = await add_building(noon, member("Ada"), alert("Frost", "too_cold", 5))
    await change(noon, "Ada", temperatures=["sensor.cellar"])
    noon.hass.states.async_set("sensor.cellar", "2", {"unit_of_measurement": "°C"})
    await noon.hass.async_block_till_done()
    assert len(events) == 1
    noon.hass.config_entries.async_remove_subentry(site, "Frost")
    await minute(noon, hours=24)
    noon.hass.states.async_set("sensor.cellar", "1", {"unit_of_measurement": "°C"})
    await minute(noon)
    assert len(events) == 1

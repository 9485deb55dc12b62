"""Meters with registers, by contracts with bands and without: nothing is lost, all has a price."""

from collections.abc import Mapping
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.entities import ForeignSensor, add_sensor, registry_id
from tests.families.wes.at_home import WesAtHome
from tests.grid import Grid
from tests.house import House, part
from tests.site.test_books import PEAKS, TIC2, add_part, runtime, settle
from tests.subentries import id_of

CHANGE = "2026-11-27"
FLAT = {"template": "flat", "prices": "0.5"}
NIGHTS = {"template": "peak_offpeak", "prices": "0.20 0.10", "windows": "22:00-06:00"}

THREE = {
    "template": "custom",
    "contract": {
        "key": "three",
        "fluid": "electricity",
        "zone": "UTC",
        "since": CHANGE,
        "components": [
            {
                "kind": "energy",
                "key": "energy",
                "prices": {band: [{"value": "0.3"}] for band in ("night", "noon", "day")},
            }
        ],
        "schedules": {
            "main": {
                "rules": [
                    {"band": "night", "when": {"windows": [{"start": 1320, "end": 360}]}},
                    {"band": "noon", "when": {"windows": [{"start": 720, "end": 840}]}},
                    {"band": "day"},
                ]
            }
        },
    },
}
"""Three bands, which two registers do not fit."""

type Data = Mapping[str, Any]


class Registers:
    """A meter whose two registers each count half of what it counts in all."""

    def __init__(
        self, house: House, site: MockConfigEntry, sensors: list[ForeignSensor], data: Data
    ) -> None:
        """Take its sensors: the total, peak and off-peak."""
        self.house = house
        self.site = site
        self.sensors = sensors
        self.data = data
        self.stand = [100.0, 60.0, 40.0]

    @classmethod
    async def at(cls, house: House, *contracts: Data) -> Registers:
        """Add it to a house, with contracts, and read it twice."""
        grid = await Grid.at(house)
        registers = [await add_sensor(house.hass, name, "kWh") for name in ("hp", "hc")]
        bands = zip(registers, ("peak", "off_peak"), strict=True)
        data = grid.data(
            registers={f"entity:{registry_id(sensor)}": band for sensor, band in bands}
        )
        parts = [part("contract", f"C{n}", **each) for n, each in enumerate(contracts)]
        site = await house.add_site(data, parts=parts)
        meter = cls(house, site, [grid.energy, *registers], data)
        await meter.use(0)
        await meter.use(1, minutes=5)
        await settle(house)
        return meter

    async def use(self, kwh: float, **later: float) -> None:
        """Let time pass in which so much is used."""
        if later:
            await self.house.later(**later)
        for number, (sensor, share) in enumerate(zip(self.sensors, (1, 0.5, 0.5), strict=True)):
            self.stand[number] += kwh * share
            sensor.shows(self.stand[number], unit="kWh")
        await self.house.hass.async_block_till_done()

    async def becomes(self, contract: Data) -> None:
        """Give its contract other terms."""
        ours = self.site.subentries[id_of(self.site, "C0")]
        self.house.hass.config_entries.async_update_subentry(self.site, ours, data=contract)
        await settle(self.house)

    @property
    def totals(self) -> tuple[float, float, float]:
        """Return the kWh, what they cost, and how many have no price."""
        accounts = runtime(self.house).books.ledger.accounts
        found = accounts.totals(f"{self.data['port']}#drawn")
        return found.amount / 1e6, found.money / 1e12, found.unpriced / 1e6


async def test_one_price_that_becomes_two(noon: House) -> None:
    """What was counted is divided by its time; from now on the registers say it."""
    meter = await Registers.at(noon, FLAT)
    await meter.use(5, minutes=25)
    await settle(noon)
    assert meter.totals == pytest.approx((6, 3.0, 0))
    await meter.becomes(NIGHTS)
    assert meter.totals == pytest.approx((6, 1.2, 0))
    await meter.use(2, minutes=5)
    assert meter.totals == pytest.approx((8, 1.2 + 0.2 + 0.1, 0))


async def test_another_contract_of_another_kind(noon: House) -> None:
    """It prices what the one that was removed had priced."""
    meter = await Registers.at(noon, FLAT)
    await meter.use(5, minutes=25)
    await settle(noon)
    noon.hass.config_entries.async_remove_subentry(meter.site, id_of(meter.site, "C0"))
    await settle(noon)
    add_part(noon, meter.site, part("contract", "Other", **NIGHTS))
    await settle(noon)
    assert meter.totals == pytest.approx((6, 1.2, 0))


async def test_two_prices_that_become_one_by_mistake(noon: House) -> None:
    """Put right, everything has a price again."""
    meter = await Registers.at(noon, NIGHTS)
    await meter.use(5, minutes=25)
    await settle(noon)
    assert meter.totals == pytest.approx((6, 0.9, 0))
    await meter.becomes(FLAT)
    assert meter.totals == pytest.approx((6, 3.0, 0))
    await meter.becomes(NIGHTS)
    assert meter.totals == pytest.approx((6, 1.2, 0))


@pytest.mark.parametrize(
    ("first", "then"), [(FLAT, NIGHTS), (NIGHTS, FLAT)], ids=["to bands", "to one price"]
)
async def test_a_change_while_home_assistant_is_off(noon: House, first: Data, then: Data) -> None:
    """All that was used is counted once; what a register counted is its band's."""
    noon.freezer.move_to("2026-11-26T21:50:00+00:00")
    meter = await Registers.at(noon, {**first, "until": CHANGE}, {**then, "since": CHANGE})
    (site,) = noon.site_entries
    await noon.unload(site)
    noon.freezer.move_to("2026-11-27T06:00:00+00:00")
    await meter.use(8)
    await noon.hass.config_entries.async_setup(site.entry_id)
    await settle(noon)
    await meter.use(1, minutes=5)
    await settle(noon)
    kwh, _, unpriced = meter.totals
    assert kwh == pytest.approx(10)
    assert unpriced == 0


async def test_a_change_between_two_readings(noon: House) -> None:
    """Those of ten minutes over midnight."""
    noon.freezer.move_to("2026-11-26T23:40:00+00:00")
    meter = await Registers.at(noon, {**FLAT, "until": CHANGE}, {**NIGHTS, "since": CHANGE})
    await meter.use(1, minutes=10)
    await noon.later(minutes=5, seconds=5)
    await settle(noon)
    await meter.use(1, minutes=5)
    await meter.use(1, minutes=5)
    await settle(noon)
    assert meter.totals[0] == pytest.approx(4)


@pytest.mark.parametrize(("peak", "off_peak"), [("0.21", "0.10"), ("0.20", "0.11")])
async def test_a_price_of_a_contract_that_was_followed(
    noon: House, peak: str, off_peak: str
) -> None:
    """What registers counted keeps its band, though they fit no contract any more."""
    noon.freezer.move_to("2026-11-26T16:00:00+00:00")
    meter = await Registers.at(noon, {**NIGHTS, "until": CHANGE}, THREE)
    for _ in range(90):  # To 23:35; each counts half, whatever our clock says.
        await meter.use(0.1, minutes=5)
    await settle(noon)
    assert meter.totals == pytest.approx((10, 1.5, 0))
    noon.freezer.move_to("2026-11-27T08:00:00+00:00")
    await noon.later(minutes=1)
    await settle(noon)
    await meter.becomes({**NIGHTS, "until": CHANGE, "prices": f"{peak} {off_peak}"})
    assert meter.totals == pytest.approx((10, 5 * float(peak) + 5 * float(off_peak), 0))


async def test_a_price_after_the_registers_were_taken_away(noon: House) -> None:
    """What they counted stays theirs."""
    noon.freezer.move_to("2026-11-26T19:55:00+00:00")
    meter = await Registers.at(noon, NIGHTS)
    await meter.use(8, hours=2)
    await settle(noon)
    assert meter.totals == pytest.approx((9, 1.35, 0))
    ours = meter.site.subentries[id_of(meter.site, meter.data["port"])]
    data = {key: value for key, value in meter.data.items() if key != "registers"}
    noon.hass.config_entries.async_update_subentry(meter.site, ours, data=data)
    await settle(noon)
    await meter.becomes({**NIGHTS, "prices": "0.21 0.10"})
    assert meter.totals == pytest.approx((9, 4.5 * 0.21 + 4.5 * 0.10, 0))


async def test_hours_that_are_put_right_after_registers_were_named(noon: House) -> None:
    """What no register has counted follows the clock; what one has counted does not."""
    meter = await Registers.at(noon, {**NIGHTS, "windows": "02:00-10:00"})
    ours = meter.site.subentries[id_of(meter.site, meter.data["port"])]
    bare = {key: value for key, value in meter.data.items() if key != "registers"}
    await meter.use(0, minutes=55)  # To the full hour: what one row holds has one band.
    noon.hass.config_entries.async_update_subentry(meter.site, ours, data=bare)
    await settle(noon)
    await meter.use(8, hours=2)
    await settle(noon)
    assert meter.totals == pytest.approx((9, 0.15 + 8 * 0.2, 0))
    noon.hass.config_entries.async_update_subentry(meter.site, ours, data=meter.data)
    await settle(noon)
    await meter.use(2, minutes=5)
    await settle(noon)
    assert meter.totals == pytest.approx((11, 0.15 + 8 * 0.2 + 0.3, 0))
    await meter.becomes({**NIGHTS, "windows": "12:00-20:00"})
    assert meter.totals == pytest.approx((11, 0.15 + 8 * 0.1 + 0.3, 0))


@pytest.mark.parametrize("contract", [FLAT, PEAKS])
async def test_the_first_contract_of_a_meter_that_has_counted(
    wes: WesAtHome, contract: Data
) -> None:
    """It prices what the total has counted, whether registers are followed from then on."""
    wes.server.values |= TIC2
    await wes.move_in({"interval": 300})
    await wes.house.later(seconds=60)
    await wes.says({"tic2/H_PLEINE": "009000010"})
    power = wes.key("tic2/power")
    site = await wes.house.add_site({"port": power, "role": "grid"})
    await settle(wes.house)
    low, high = 5_000_000, 9_000_010
    for number in range(1, 7):
        await wes.house.later(minutes=5)
        stands = {"H_CREUSE": low + 300 * number, "H_PLEINE": high + 100 * number}
        await wes.says({f"tic2/{name}": f"{stand:09d}" for name, stand in stands.items()})
    await settle(wes.house)
    accounts = runtime(wes.house).books.ledger.accounts
    add_part(wes.house, site, part("contract", "Ours", **contract))
    await settle(wes.house)
    found = accounts.totals(f"{power}#drawn")
    assert (found.amount, found.unpriced) == (2_400_000, 0)
    assert found.money > 0

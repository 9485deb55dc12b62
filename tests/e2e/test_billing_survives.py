"""What a meter cost is right to the cent after a switch of tariff, a silence and a power cut.

Two simulated meters count the same book. One has a register for each tariff; of the other
the total alone is counted, and divided by the clock.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from scripts.simulators.switching_book import SwitchingBook
from scripts.tools.demo_building import run_subflow, site_entry, subentries
from scripts.tools.ha_api import Api
from scripts.tools.ha_process import HomeAssistant, free_port
from tests.e2e.test_home_assistant import PATIENCE, simulated, trouble, wait_for

PARIS: Final = ZoneInfo("Europe/Paris")
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
SETTING_UP: Final = 50 * SECOND
SILENT: Final = timedelta(seconds=float(os.environ.get("ECOM_SILENT_SECONDS", "24")))
"""So long the meters are silent around the second switch; above five minutes that is a gap."""

PRICES: Final = {"peak": Decimal("0.2142"), "off_peak": Decimal("0.1589")}
MONEY: Final = 10**12
WH: Final = 1000
"""The ledger counts mWh."""

LOOKS: Final = 6
"""Of half a minute each: who asks a silent meter in vain asks it more rarely."""

ESTIMATED, SPLIT = 2, 1
SERIALS: Final = {"Registers": 11, "Total": 12}


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """When the book begins, off-peak begins and ends, and the book ends."""

    begins: datetime
    off_peak: datetime
    peak: datetime
    ends: datetime

    @classmethod
    def now(cls) -> Plan:
        """Return a plan whose switches are at whole minutes, as contracts have them."""
        off_peak = datetime.now(UTC).replace(second=0, microsecond=0) + MINUTE
        while off_peak - 20 * SECOND < datetime.now(UTC) + SETTING_UP:
            off_peak += MINUTE
        peak = off_peak + MINUTE
        while peak - SILENT / 2 < off_peak + 40 * SECOND:
            peak += MINUTE
        return cls(
            begins=off_peak - 20 * SECOND,
            off_peak=off_peak,
            peak=peak,
            ends=peak + SILENT / 2 + 10 * SECOND,
        )

    @property
    def book(self) -> SwitchingBook:
        """Return what both meters count."""
        return SwitchingBook(moments=[self.begins, self.off_peak, self.peak, self.ends])

    @property
    def contract(self) -> Mapping[str, Any]:
        """Return what a person answers about the contract."""
        first, last = (f"{at.astimezone(PARIS):%H:%M}" for at in (self.off_peak, self.peak))
        prices = " ".join(str(price) for price in PRICES.values())
        terms = {"prices": prices, "windows": f"{first}-{last}", "more": {}}
        return {
            "user": {"name": "Contract", "template": "peak_offpeak"},
            "terms": terms,
            "preview": {"next_step_id": "save"},
        }


@asynccontextmanager
async def meters(plan: Plan, ports: Mapping[str, int]) -> AsyncIterator[dict[str, str]]:
    """Run both meters, and yield where they are."""
    times = ",".join(each.isoformat() for each in plan.book.moments)
    async with AsyncExitStack() as stack:
        found = {}
        for name, serial in SERIALS.items():
            arguments = ("--serial", str(serial), "--interval", "1", "--switching", times)
            says = await stack.enter_async_context(
                simulated("e450", *arguments, "--port", str(ports[name]))
            )
            found[name] = says["address"]
        yield found


@asynccontextmanager
async def life(folder: Path, port: int, *, power_fails: bool = False) -> AsyncIterator[Any]:
    """Run Home Assistant, until it is asked to stop or its power fails."""
    home = HomeAssistant(folder / "config", port)
    home.prepare()
    await home.start()
    try:
        async with Api(home.url) as api:
            await api.wait_until_up(PATIENCE * 3)
            await api.log_in()
            await api.wait_until_running(PATIENCE * 3)
            yield api, home
            if power_fails:
                await home.kill()
    finally:
        await home.stop()


async def set_up(api: Api, plan: Plan, addresses: Mapping[str, str]) -> None:
    """Add the meters and the contract, and let the total of one be divided by the clock."""
    for name, address in addresses.items():
        role = "grid" if name == "Registers" else "sub_meter"
        answers = {
            "user": {"next_step_id": "e450_user"},
            "e450_user": {"device": address},
            "e450_found": {"name": name, "role": role},
        }
        assert (await api.run_flow(answers))["type"] == "create_entry"
    site = await site_entry(api)
    await run_subflow(api, site, "contract", plan.contract)
    part = next(each for each in await subentries(api, site) if each["title"] == "Total")
    change = {
        "reconfigure": {
            "role": "sub_meter",
            "details": {"inverted": False, "phases": ["1"], "valid_for": 300},
            "billing": {"rates": "ignored"},
        }
    }
    await run_subflow(api, site, "meter", change, subentry_id=part["subentry_id"])
    assert datetime.now(UTC) < plan.begins, "it took too long to set up"


async def until(moment: datetime) -> None:
    """Wait for a moment."""
    await asyncio.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0))


async def read_to_the_end(api: Api, plan: Plan) -> None:
    """Wait until both meters were read after the end; after a silence that takes a while."""
    whole = sum(plan.book.registers(plan.ends))
    wanted = {f"sensor.{name.lower()}_energy_import": str(whole) for name in SERIALS}
    for _ in range(LOOKS):
        found = await wait_for(api, lambda now: wanted.items() <= now.items())
        if wanted.items() <= found.items():
            return
    raise AssertionError("the meters were not read after the end")


async def test_a_bill_survives_a_silence_and_a_power_cut(tmp_path: Path) -> None:
    """With registers it is exact; without, as far off as the ledger says at most."""
    ports = {name: free_port() for name in SERIALS}
    port, plan = free_port(), Plan.now()
    async with AsyncExitStack() as first:
        addresses = await first.enter_async_context(meters(plan, ports))
        async with life(tmp_path, port, power_fails=True) as (api, home):
            await set_up(api, plan, addresses)
            await until(plan.off_peak + 8 * SECOND)
        assert trouble(home) == []
        async with life(tmp_path, port) as (api, home):
            await until(plan.peak - SILENT / 2)
            await first.aclose()
            await until(plan.peak + SILENT / 2)
            async with meters(plan, ports):
                await until(plan.ends)
                await read_to_the_end(api, plan)
                await into_the_energy_dashboard(api)
    rows = {name: ledger(tmp_path, serial, plan) for name, serial in SERIALS.items()}
    used = dict(zip(PRICES, plan.book.counted(), strict=True))
    exact = {band: int(used[band] * price * MONEY / 1000) for band, price in PRICES.items()}
    assert rows["Registers"] == {
        band: Row(amount=used[band] * WH, money=exact[band]) for band in PRICES
    }
    total = rows["Total"]
    assert sum(row.amount for row in total.values()) == sum(used.values()) * WH
    difference = sum(row.money for row in total.values()) - sum(exact.values())
    bound = sum(row.bound for row in total.values())
    assert abs(difference) <= bound
    assert 0 < bound < MONEY
    doubt = ESTIMATED if timedelta(minutes=5) < SILENT else SPLIT
    assert all(row.flags & doubt for row in total.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What the ledger holds of a band."""

    amount: int
    money: int
    bound: int = 0
    flags: int = 0


def ledger(folder: Path, serial: int, plan: Plan) -> dict[str, Row]:
    """Return the rows of a meter since the book began, by band; flags where they are in doubt."""
    path = folder / "config" / ".storage" / "ecom.quarters.db"
    hour = int(plan.begins.timestamp()) // 3600 * 60
    with closing(sqlite3.connect(path)) as db:
        found = db.execute(
            "SELECT band.name, sum(entry.amount), sum(entry.money), sum(bound), max(flags)"
            " FROM entry JOIN band ON band.id = entry.band"
            " JOIN account ON account.id = entry.account"
            " WHERE account.key LIKE ? AND minute >= ? AND entry.amount > 0 GROUP BY band.name",
            (f"%{serial:08d}%#drawn", hour),
        ).fetchall()
    return {
        band: Row(amount=amount, money=money, bound=bound, flags=flags if bound else 0)
        for band, amount, money, bound, flags in found
    }


async def into_the_energy_dashboard(api: Api) -> None:
    """Bring the day before in, and let the Energy dashboard take its statistics."""
    noon = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    readings = [
        {"at": (noon + number * timedelta(hours=1)).isoformat(), "index": 10 + number}
        for number in range(4)
    ]
    await api.post("/api/services/ecom/import_readings", {"meter": "Total", "readings": readings})
    names = ["ecom:meter_total_energy", "ecom:meter_total_cost"]
    for _ in range(PATIENCE):
        known = await api.call("recorder/list_statistic_ids")
        if {each["statistic_id"] for each in known} >= {*names}:
            break
        await asyncio.sleep(0.5)
    grid = {
        "type": "grid",
        "stat_energy_from": names[0],
        "stat_energy_to": None,
        "stat_cost": names[1],
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
    }
    await api.call("energy/save_prefs", energy_sources=[grid])
    assert (await api.call("energy/validate"))["energy_sources"] == [[]]
    found = await api.call(
        "recorder/statistics_during_period",
        start_time=(noon - timedelta(hours=1)).isoformat(),
        end_time=(noon + timedelta(hours=3)).isoformat(),
        statistic_ids=names,
        period="hour",
        types=["sum"],
    )
    assert [row["sum"] for row in found[names[0]]] == [1, 2, 3]
    assert len(found[names[1]]) == 3

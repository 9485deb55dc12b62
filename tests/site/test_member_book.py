"""What a member has used, from the day they are shown, and only in their time."""

import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.helpers import entity_registry as er

from custom_components.ecom.core.costs.rows import MONEY, UNIT, Row, Totals
from custom_components.ecom.core.limits import AtLimit, Limit, Measure, Span
from custom_components.ecom.core.timeline import to_ms
from custom_components.ecom.site import member_book, used_since
from custom_components.ecom.site.ledger_store import LedgerBatch
from custom_components.ecom.site.quarter_store import QuarterStore
from tests.grid import Grid
from tests.house import House
from tests.members import (
    add_building,
    add_part,
    change,
    household,
    member,
    meter,
    minute,
    runtime,
    showing,
    shown,
)
from tests.tariff import Changes, price

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
TEN = Limit(amount=Decimal(10), measure=Measure.KWH, span=Span.DAY)
EURO = Changes.of(price(NOON, "hp", "0.5"))


async def grids(house: House, *names: str) -> list[Grid]:
    """Return meters that stand at 100 kWh each."""
    found = [await Grid.at(house, name) for name in names]
    for each in found:
        each.energy.shows(100.0, unit="kWh")
    return found


async def test_what_meters_below_one_another_count_is_there_once(noon: House) -> None:
    """A plug hangs below the flat, a common lamp is nobody's, and the sun is not consumed."""
    flat, plug, lamp, sun, shed = await grids(noon, "flat", "plug", "lamp", "sun", "shed")
    await add_building(
        noon,
        meter("flat", flat.data("sub_meter")),
        meter("plug", plug.data("sub_meter", parent="flat")),
        meter("lamp", lamp.data("sub_meter")),
        meter("sun", sun.data("solar")),
        meter("shed", shed.data("sub_meter")),
        member("Ada", "plug", "sun", "flat", "shed", "gone"),
        member("Bob", "plug"),
        member("Cleo"),
    )
    for each, kwh in ((flat, 103), (plug, 101), (lamp, 105), (sun, 107), (shed, 100.5)):
        await each.counts(kwh, minutes=1)
    assert await shown(noon, "Ada") == 3.5
    assert showing(noon, "Bob") == 1.0
    assert showing(noon, "Cleo") is None
    assert showing(noon, "Cleo", "cost") is None


async def test_a_member_at_the_grid(noon: House) -> None:
    """Whatever hangs on the site hangs below the grid."""
    grid, flat = await grids(noon, "grid", "flat")
    await add_building(
        noon,
        meter("grid", grid.data()),
        meter("flat", flat.data("sub_meter")),
        member("Ada", "grid", "flat"),
    )
    await flat.counts(101, minutes=1)
    await grid.counts(104, minutes=1)
    assert await shown(noon, "Ada") == 4.0


async def test_everything_costs_and_only_electricity_is_energy(noon: House) -> None:
    """A member who has water alone has no energy, and what it costs."""
    flat, tap = await grids(noon, "flat", "tap")
    water = {"port": tap.data()["energy"], "role": "water"}
    tap.energy.shows(100.0, unit="m³")
    await add_building(
        noon,
        meter("flat", flat.data("sub_meter")),
        meter("tap", water),
        member("Ada", "flat", "tap"),
        member("Bob", "tap"),
    )
    for key in ("flat", "tap"):
        config = noon.site_entries[0].subentries[key].data
        await runtime(noon).books.ledger.set_pricing(f"{config['port']}#drawn", EURO)
    await minute(noon, minutes=1)
    await flat.counts(102, minutes=1)
    tap.energy.shows(101.0, unit="m³")
    await noon.hass.async_block_till_done()
    assert await shown(noon, "Ada") == 2.0
    assert showing(noon, "Ada", "cost") == 1.5
    assert showing(noon, "Bob") is None
    assert showing(noon, "Bob", "cost") == 0.5


async def test_a_total_begins_when_it_is_shown(noon: House) -> None:
    """What was used before, and what it costs, is in no total; a later meter begins later."""
    flat, shed = await grids(noon, "flat", "shed")
    await add_building(
        noon,
        meter("flat", flat.data("sub_meter")),
        meter("shed", shed.data("sub_meter")),
    )
    await flat.counts(105, minutes=59)
    await shed.counts(107, minutes=1)
    await add_part(noon, member("Ada", "flat"))
    assert await shown(noon, "Ada") == 0
    await flat.counts(106, minutes=1)
    assert await shown(noon, "Ada") == 0.666667  # Two of three minutes were in this hour.
    await shed.counts(109, minutes=60)
    before = await shown(noon, "Ada")
    await change(noon, "Ada", meters=["flat", "shed"])
    assert await shown(noon, "Ada") == pytest.approx(before, abs=0.2)
    await shed.counts(110, minutes=1)
    added = await shown(noon, "Ada")
    assert added == pytest.approx(before + 1, abs=0.2)
    await change(noon, "Ada", meters=["flat"])
    assert await shown(noon, "Ada") == added
    await shed.counts(120, minutes=1)
    assert await shown(noon, "Ada") == added


async def test_totals_go_on_after_a_restart(noon: House) -> None:
    """To the millionth, in the middle of an hour, with a meter that was taken away."""
    flat, shed = await grids(noon, "flat", "shed")
    await add_building(
        noon,
        meter("flat", flat.data("sub_meter")),
        meter("shed", shed.data("sub_meter")),
        member("Ada", "flat", "shed"),
    )
    await flat.counts(101, minutes=10)
    await shed.counts(103, minutes=1)
    assert await shown(noon, "Ada") == 4.0
    await change(noon, "Ada", meters=["flat"])
    await flat.counts(102, minutes=30)
    assert await shown(noon, "Ada") == 5.0
    await noon.reload(noon.site_entries[0])
    assert await shown(noon, "Ada") == 5.0
    await flat.counts(103, minutes=60)
    assert await shown(noon, "Ada") == 6.0


async def test_a_contract_that_comes_later(noon: House) -> None:
    """Prices the past in the ledger, and lets no total jump."""
    (flat,) = await grids(noon, "flat")
    await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    await flat.counts(110, minutes=70)
    account, ledger = f"{flat.data()['port']}#drawn", runtime(noon).books.ledger
    await ledger.set_pricing(account, EURO)
    await ledger.rebuild(account, NOON)
    assert ledger.accounts.totals(account).money == 5 * MONEY
    cost = await shown(noon, "Ada", "cost")
    assert cost is not None
    assert cost < 1
    await flat.counts(112, minutes=1)
    assert await shown(noon, "Ada", "cost") == pytest.approx(cost + 1)


@pytest.mark.parametrize(
    ("stay", "used"),
    [
        ({"moved_in": "2026-11-28"}, 4.0),
        ({"moved_out": "2026-11-28"}, 3.0),
        ({"moved_in": "2026-11-27", "moved_out": "2026-11-28"}, 2.0),
        ({"moved_in": "2026-11-30"}, 0),
        ({"moved_out": "2026-11-26"}, 0),
    ],
)
async def test_only_in_their_time(house: House, stay: dict[str, str], used: float) -> None:
    """From the midnight of the day of moving in to that of moving out, of the zone."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to("2026-11-26T22:00:00+00:00")
    (flat,) = await grids(house, "flat")
    await add_building(house, meter("flat", flat.data("sub_meter")), member("Ada", "flat", **stay))
    await minute(house)
    await flat.counts(101, minutes=59)
    await flat.counts(103, hours=24)
    await flat.counts(107, hours=24)
    assert await shown(house, "Ada") == used
    await house.reload(house.site_entries[0])
    assert await shown(house, "Ada") == used


async def test_what_is_used_of_a_limit(noon: House) -> None:
    """Since its period began, though the member was first shown later; it begins anew."""
    flat, tap = await grids(noon, "flat", "tap")
    tap.energy.shows(100.0, unit="m³")
    water = {"port": tap.data()["energy"], "role": "water"}
    await add_building(
        noon,
        meter("flat", flat.data("sub_meter")),
        meter("tap", water),
        member("Ada", "flat", "tap"),
    )
    household(noon).limits.set("Ada", TEN)
    await flat.counts(104, minutes=5)
    assert await shown(noon, "Ada", "progress") == 40.0
    limit = noon.state("site/Ada/limit")
    assert (limit.state, limit.attributes["measure"]) == ("10.0", "kwh")
    assert limit.attributes["period_end"] == "2026-11-27T00:00:00+00:00"
    assert limit.attributes["steps"] == [80.0]
    assert noon.state("site/Ada/progress").attributes["used"] == 4.0
    household(noon).limits.set("Ada", Limit(
        amount=Decimal(4), measure=Measure.MONEY, span=Span.MONTH, at_limit=AtLimit.OFF
    ))  # fmt: skip
    for each in (flat.data()["port"], tap.data()["energy"]):
        await runtime(noon).books.ledger.set_pricing(f"{each}#drawn", EURO)
    tap.energy.shows(102.0, unit="m³")
    await flat.counts(106, minutes=1)
    assert await shown(noon, "Ada", "progress") == pytest.approx(50.0, abs=1)
    assert noon.state("site/Ada/limit").attributes["at_limit"] == "off"
    household(noon).limits.set("Ada", TEN)
    await minute(noon, hours=12)
    assert await shown(noon, "Ada", "progress") == 0
    household(noon).limits.set("Ada", None)
    assert await shown(noon, "Ada", "progress") is None
    assert "period_end" not in noon.state("site/Ada/limit").attributes


async def test_a_reading_that_comes_days_late(noon: House) -> None:
    """Counts on the days on which it was used: it is not all of today's limit."""
    (flat,) = await grids(noon, "flat")
    await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    household(noon).limits.set("Ada", TEN)
    await minute(noon, minutes=1)
    flat.energy.goes()
    for _ in range(4):
        await minute(noon, hours=9)
    flat.energy.shows(136.0, unit="kWh")
    await noon.hass.async_block_till_done()
    assert await shown(noon, "Ada") == 36.0
    late = showing(noon, "Ada", "progress")
    assert late == pytest.approx(0, abs=5)
    await minute(noon, minutes=5)
    assert await shown(noon, "Ada", "progress") == late


async def test_a_price_that_is_corrected(noon: House) -> None:
    """Changes what was used of the limit, and nothing is asked twice of what cannot change."""
    (flat,) = await grids(noon, "flat")
    await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    await runtime(noon).books.ledger.set_pricing(f"{flat.data()['port']}#drawn", EURO)
    limit = Limit(amount=Decimal(10), measure=Measure.MONEY, span=Span.MONTH)
    household(noon).limits.set("Ada", limit)
    await flat.counts(104, minutes=5)
    assert await shown(noon, "Ada", "progress") == 20.0
    key, ledger = f"{flat.data()['port']}#drawn", runtime(noon).books.ledger
    await ledger.set_pricing(key, Changes.of(price(NOON, "hp", "1")))
    await ledger.reprice(key, NOON)
    assert await shown(noon, "Ada", "progress") == 40.0
    assert showing(noon, "Ada", "cost") == 4.0


async def test_the_past_is_read_once(noon: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """And again only when it changes, or a day begins."""
    (flat,) = await grids(noon, "flat")
    await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    household(noon).limits.set("Ada", TEN)
    await minute(noon, minutes=1)
    reads: list[object] = []
    read = used_since.before

    def noting(*args: Any) -> Any:
        reads.append(args)
        return read(*args)

    monkeypatch.setattr(used_since, "before", noting)
    for tenth in range(1, 21):
        await flat.counts(100 + tenth / 10, minutes=1)
    assert await shown(noon, "Ada") == 2.0
    assert reads == []
    await minute(noon, hours=12)
    assert len(reads) == 1
    await flat.counts(110, minutes=1)
    await minute(noon, minutes=5)
    await minute(noon)
    assert len(reads) == 2  # Most of it was used before midnight, and is written now.
    await minute(noon, minutes=5)
    assert len(reads) == 2


async def test_a_ledger_that_cannot_be_read(noon: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was known last goes on being shown."""
    (flat,) = await grids(noon, "flat")
    await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    await flat.counts(101, minutes=1)
    assert await shown(noon, "Ada") == 1.0

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    household(noon).limits.set("Ada", TEN)
    with monkeypatch.context() as patch:
        patch.setattr(used_since, "before", broken)
        await flat.counts(102, minutes=1)
        assert await shown(noon, "Ada") == 1.0
    assert await shown(noon, "Ada") == 2.0


@pytest.mark.parametrize("amount", ["1e-400", "1e-1000005"])
async def test_a_limit_that_is_hardly_anything(noon: House, amount: str) -> None:
    """It is shown as far as a number can be, and keeps nobody else's figures."""
    (flat,) = await grids(noon, "flat")
    await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    hardly = Limit(amount=Decimal(amount), measure=Measure.KWH, span=Span.DAY)
    household(noon).limits.set("Ada", hardly)
    await flat.counts(104, minutes=1)
    assert await shown(noon, "Ada") == 4.0
    assert await shown(noon, "Ada", "progress") == 100_000_000


async def test_a_member_whose_figures_fail(
    noon: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows what was known; meters and the others go on, and it is said once."""
    (flat,) = await grids(noon, "flat")
    await add_building(
        noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"), member("Bob", "flat")
    )
    household(noon).limits.set("Ada", TEN)
    await flat.counts(101, minutes=1)
    assert await shown(noon, "Ada") == 1.0

    def fails(used: Decimal, amount: Decimal) -> Decimal:
        raise ArithmeticError(used, amount)

    with monkeypatch.context() as patched:
        patched.setattr(member_book, "share_of", fails)
        await flat.counts(105, minutes=1)
        seen = [await shown(noon, each) for each in ("Ada", "Bob", "flat")]
        assert seen == [1.0, 5.0, 5.0]
    assert caplog.text.count("What member Ada has used cannot be told") == 1
    assert await shown(noon, "Ada") == 5.0


async def test_while_files_are_copied(noon: House) -> None:
    """Nothing is looked up, so that nothing is written, and nobody waits."""
    (flat,) = await grids(noon, "flat")
    await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    await flat.counts(101, minutes=1)
    assert await shown(noon, "Ada") == 1.0
    await runtime(noon).books.quarters.pause()
    household(noon).limits.set("Ada", TEN)
    await flat.counts(102, minutes=1)
    assert await shown(noon, "Ada") == 1.0
    runtime(noon).books.quarters.resume()
    assert await shown(noon, "Ada") == 2.0
    assert showing(noon, "Ada", "progress") == 20.0


async def test_a_meter_that_reads_another_port(noon: House) -> None:
    """Its account goes on under another name, and so does the member's total."""
    flat, other = await grids(noon, "flat", "other")
    await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    await minute(noon)
    await flat.counts(101)
    await minute(noon, hours=1)
    assert await shown(noon, "Ada") == 1.0
    await change(noon, "flat", port=other.data()["port"])
    await flat.counts(102, minutes=1)
    assert await shown(noon, "Ada") == 2.0


async def test_a_member_who_is_gone(noon: House) -> None:
    """Is forgotten, sensors and all."""
    (flat,) = await grids(noon, "flat")
    site = await add_building(noon, meter("flat", flat.data("sub_meter")), member("Ada", "flat"))
    await minute(noon, minutes=1)
    noon.hass.config_entries.async_remove_subentry(site, "Ada")
    await noon.hass.async_block_till_done()
    await minute(noon, minutes=1)
    assert runtime(noon).books.publisher.data.members == {}
    registry = er.async_get(noon.hass)
    assert all("Ada" not in each.unique_id for each in registry.entities.values())


def test_what_lies_before_is_added_up_exactly(tmp_path: Any) -> None:
    """More money than eight octets hold, and amounts below nothing."""
    store = QuarterStore(tmp_path / "quarters.db")
    hour = to_ms(NOON) // 60_000
    many = {(hour + 60 * n, "hp"): Row(amount=UNIT, money=(1 << 62) + n) for n in range(3)}
    store.write([], ledger=LedgerBatch(rows={"a": {**many, (hour - 60, "hp"): Row(amount=5)}}))
    store.write([], ledger=LedgerBatch(rows={"b": {(hour + 1, "hc"): Row(amount=-7, money=-3)}}))
    at, later = to_ms(NOON), to_ms(NOON + timedelta(hours=2))
    found = used_since.before(store.db, {at: ["a", "b", "c"], later: ["a", "b"]})
    assert found[at] == {"a": Totals(amount=5), "b": Totals(), "c": Totals()}
    assert found[later] == {
        "a": Totals(amount=5 + 2 * UNIT, money=(1 << 63) + 1),
        "b": Totals(amount=-7, money=-3),
    }
    store.close()


async def test_a_meter_that_is_taken_away_while_nobody_looks(noon: House) -> None:
    """What it had counted is added as soon as that can be read."""
    flat, shed = await grids(noon, "flat", "shed")
    site = await add_building(
        noon,
        meter("flat", flat.data("sub_meter")),
        meter("shed", shed.data("sub_meter")),
        member("Ada", "flat", "shed"),
    )
    await flat.counts(101, minutes=10)
    await shed.counts(103, minutes=1)
    assert await shown(noon, "Ada") == 4.0
    await noon.unload(site)
    await change(noon, "Ada", meters=["flat"])
    assert await noon.hass.config_entries.async_setup(site.entry_id)
    await runtime(noon).books.quarters.pause()
    assert await shown(noon, "Ada") is None
    runtime(noon).books.quarters.resume()
    assert await shown(noon, "Ada") == 4.0

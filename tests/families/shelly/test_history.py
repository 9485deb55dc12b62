"""What a meter remembers: minutes become quarters and hours, whatever is missing or nonsense."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ecom.errors import CannotConnect, DeviceError
from custom_components.ecom.families.shelly.history import Record, hours, read_page
from custom_components.ecom.families.shelly.memory import columns_of, component_of
from custom_components.ecom.plugs import Quantity
from custom_components.ecom.ports import HistoryPort
from scripts.simulators.shelly_history import MOST_RECORDS
from tests.families.shelly.at_home import PRO_3EM, ShellyAtHome, server_of
from tests.house import House

EM_GEN3 = "em_gen3_1.4.4"
START = datetime(2026, 11, 20, 6, tzinfo=UTC)
FIRST = int(START.timestamp())
DRAWN, FED = "total_act_energy", "total_act_ret_energy"


@pytest.fixture
async def meter(
    house: House, socket_enabled: None, request: pytest.FixtureRequest
) -> AsyncIterator[ShellyAtHome]:
    """Return a meter that has moved in at six, and counts; the parameter is its fixture."""
    del socket_enabled
    house.freezer.move_to(START)
    async with server_of(request.param) as server:
        at_home = ShellyAtHome(house, server)
        await at_home.move_in()
        yield at_home
        await house.close()


def answer(values: list[Any], ts: Any = FIRST, period: Any = 60, **more: Any) -> dict[str, Any]:
    """Return an answer of one block with two columns."""
    block = {"ts": ts, "period": period, "values": values}
    return {"keys": [DRAWN, FED], "data": [block], **more}


def history(meter: ShellyAtHome, local: str) -> HistoryPort:
    """Return the memory of a counter."""
    found = meter.source.histories[meter.key(local)]
    assert isinstance(found, HistoryPort)
    return found


def pass_time(meter: ShellyAtHome, **delta: float) -> None:
    """Let time pass for the device alone: nobody polls meanwhile."""
    meter.house.freezer.tick(timedelta(**delta))


@pytest.mark.parametrize("meter", [PRO_3EM], indirect=True)
async def test_the_hours_of_three_phases_and_of_their_total(meter: ShellyAtHome) -> None:
    """They agree with the counters, each phase and what they make together, over all pages."""
    device = meter.server.device
    device.set_power("em:0/a", 1200.0)
    device.set_power("em:0/b", -600.0)
    pass_time(meter, minutes=90)
    device.set_power("em:0/a", 300.0)
    pass_time(meter, minutes=150)
    end = START + timedelta(hours=4)
    found = await history(meter, "em0a/energy").hours(START, end)
    assert [hour.start for hour in found] == [START + timedelta(hours=n) for n in range(4)]
    assert [hour.energy_wh for hour in found] == pytest.approx([1200, 750, 300, 300], abs=0.05)
    assert found[1].quarters_wh == pytest.approx((300, 300, 75, 75), abs=0.05)
    assert not any(hour.estimated for hour in found)
    fed = await history(meter, "em0/returned").hours(START, end)
    assert [hour.energy_wh for hour in fed] == pytest.approx([600] * 4, abs=0.05)
    assert sum(hour.energy_wh for hour in found) == pytest.approx(
        device.drawn_wh("em:0/a", START.timestamp(), end.timestamp()), abs=0.1
    )


@pytest.mark.parametrize("meter", [PRO_3EM], indirect=True)
async def test_the_ports_of_a_meter_ask_once(meter: ShellyAtHome) -> None:
    """All eight counters stand in the same records; after a minute they are asked for anew."""
    meter.server.device.set_power("em:0/a", 1200.0)
    pass_time(meter, hours=3)
    end = START + timedelta(hours=3)
    assert len(meter.source.histories) == 8
    for key in meter.source.histories:
        found = meter.source.histories[key]
        assert len(await found.hours(START, end)) == 3
    pages = 3 * 60 // MOST_RECORDS
    assert meter.server.calls.count("EMData.GetData") == pages
    pass_time(meter, seconds=61)
    await history(meter, "em0/energy").hours(START, end)
    assert meter.server.calls.count("EMData.GetData") == 2 * pages


@pytest.mark.parametrize("meter", [EM_GEN3], indirect=True)
async def test_the_hours_of_a_clamp(meter: ShellyAtHome) -> None:
    """Each clamp has a memory of its own."""
    meter.server.device.set_power("em1:0", -1000.0)
    meter.server.device.set_power("em1:1", 500.0)
    pass_time(meter, hours=2)
    end = START + timedelta(hours=2)
    for local, energy in (("clamp0/returned", 1000), ("clamp0/energy", 0), ("clamp1/energy", 500)):
        found = await history(meter, local).hours(START, end)
        assert [hour.energy_wh for hour in found] == pytest.approx([energy] * 2, abs=0.05)


@pytest.mark.parametrize("meter", [EM_GEN3], indirect=True)
async def test_hours_without_mains_are_left_out(meter: ShellyAtHome) -> None:
    """An hour in part is what is there of it."""
    server = meter.server
    server.device.set_power("em1:1", 600.0)
    pass_time(meter, minutes=30)
    await server.pull()
    pass_time(meter, hours=2)
    await server.plug_in()
    pass_time(meter, minutes=90)
    await meter.house.reload(meter.entry)
    found = await history(meter, "clamp1/energy").hours(START, START + timedelta(hours=4))
    shown = {hour.start.hour: hour.energy_wh for hour in found}
    assert set(shown) == {6, 8, 9}
    assert shown == pytest.approx({6: 300, 8: 300, 9: 600}, abs=0.05)


@pytest.mark.parametrize("meter", [EM_GEN3], indirect=True)
async def test_what_the_device_does_not_remember(meter: ShellyAtHome) -> None:
    """Nothing was counted, so there is nothing."""
    pass_time(meter, hours=2)
    assert await history(meter, "clamp0/energy").hours(START, START + timedelta(hours=2)) == []


@pytest.mark.parametrize("meter", [EM_GEN3], indirect=True)
async def test_a_device_that_cannot_be_asked(meter: ShellyAtHome) -> None:
    """One that refuses, and one that is gone."""
    end = START + timedelta(hours=1)
    del meter.server.device.recorded["em1:1"]
    with pytest.raises(DeviceError, match="error -105"):
        await history(meter, "clamp1/energy").hours(START, end)
    meter.server.password = "s3cret"
    with pytest.raises(DeviceError, match="password"):
        await history(meter, "clamp0/energy").hours(START, end)
    await meter.server.stop()
    with pytest.raises(CannotConnect):
        await history(meter, "clamp0/energy").hours(START, end)


@pytest.mark.parametrize("meter", [EM_GEN3], indirect=True)
async def test_a_memory_without_an_end(
    meter: ShellyAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device whose pages lead nowhere, or back, is not read for ever."""
    monkeypatch.setattr("custom_components.ecom.families.shelly.memory.MOST_PAGES", 5)
    called = meter.server._called

    def endless(method: str, params: Any) -> Any:
        if method == "EM1Data.GetData":
            return answer([[1, 0]], ts=params["ts"], next_record_ts=params["ts"] + 1)
        return called(method, params)

    monkeypatch.setattr(meter.server, "_called", endless)
    with pytest.raises(DeviceError, match="does not end"):
        await history(meter, "clamp0/energy").hours(START, START + timedelta(hours=1))


def test_a_page_that_leads_back() -> None:
    """Where to go on is only believed as a whole number."""
    assert read_page(answer([], next_record_ts=FIRST + 60)).next_ts == FIRST + 60
    for nonsense in (None, "later", -1, 1.5, True, 1 << 60):
        assert read_page(answer([], next_record_ts=nonsense)).next_ts is None


def test_names_are_said_once() -> None:
    """A later page may leave the names of the columns out."""
    page = read_page(answer([[1, 2]]))
    later = answer([[3, 4]], ts=FIRST + 60)
    del later["keys"]
    assert read_page(later, page.keys).records == {
        FIRST + 60: Record(period=60, energies={DRAWN: 3.0, FED: 4.0})
    }
    with pytest.raises(DeviceError, match="what its memory holds"):
        read_page(later)


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        7,
        "data",
        [],
        {},
        {"data": None},
        {"data": {}},
        {"keys": "abc", "data": []},
        {"keys": [], "data": []},
        {"keys": 5, "data": []},
    ],
)
def test_what_is_no_answer(nonsense: object) -> None:
    """It is an error, in words."""
    with pytest.raises(DeviceError):
        read_page(nonsense)


@pytest.mark.parametrize(
    "block",
    [
        None,
        [],
        {"ts": "now", "period": 60, "values": [[1, 2]]},
        {"ts": FIRST, "period": 0, "values": [[1, 2]]},
        {"ts": FIRST, "period": 7, "values": [[1, 2]]},
        {"ts": FIRST, "period": 3600, "values": [[1, 2]]},
        {"ts": FIRST, "period": True, "values": [[1, 2]]},
        {"ts": FIRST, "period": 60, "values": {"0": [1, 2]}},
        {"ts": FIRST, "period": 60, "values": [[1], [1, 2, 3], None, "ab"]},
    ],
)
def test_a_block_that_cannot_be(block: object) -> None:
    """It is passed over; its neighbours count."""
    good = {"ts": FIRST + 600, "period": 60, "values": [[1, 2]]}
    page = read_page({"keys": [DRAWN, FED], "data": [block, good]})
    assert list(page.records) == [FIRST + 600]


@pytest.mark.parametrize(
    "value", [None, "1", True, -0.1, 1700, float("nan"), float("inf"), 10**400]
)
def test_a_number_that_cannot_be(value: object) -> None:
    """A minute has at most the energy of 100 kW; the rest of the record counts."""
    records = read_page(answer([[value, 2.0]])).records
    assert records == {FIRST: Record(period=60, energies={FED: 2.0})}
    assert hours(records, (DRAWN,), FIRST, FIRST + 3600) == []
    assert len(hours(records, (FED,), FIRST, FIRST + 3600)) == 1


def test_a_sum_needs_all_its_phases() -> None:
    """A minute of which one phase is not known says nothing of the total."""
    records = {
        FIRST: Record(period=60, energies={"a_x": 1.0, "b_x": 2.0}),
        FIRST + 60: Record(period=60, energies={"a_x": 1.0}),
        FIRST + 1800: Record(period=60, energies={"a_x": 4.0, "b_x": 8.0}),
    }
    (hour,) = hours(records, ("a_x", "b_x"), FIRST, FIRST + 3600)
    assert hour.energy_wh == 15.0
    assert hour.quarters_wh == (3.0, 0.0, 12.0, 0.0)
    assert hour.coverage == 2 / 60


def test_what_lies_outside_is_not_asked_for() -> None:
    """Devices answer with more than the question."""
    records = {
        at: Record(period=1, energies={DRAWN: 1.0})
        for at in (FIRST - 60, FIRST, FIRST + 3599, FIRST + 3600)
    }
    (hour,) = hours(records, (DRAWN,), FIRST, FIRST + 3600)
    assert hour.energy_wh == 2.0


def test_coarser_records() -> None:
    """Five minutes are as good as one; a quarter-hour is the longest."""
    page = read_page(answer([[10, 0]] * 12, period=300))
    (hour,) = hours(page.records, (DRAWN,), FIRST, FIRST + 3600)
    assert hour.quarters_wh == (30.0,) * 4
    assert len(read_page(answer([[10, 0]], period=900)).records) == 1


def test_which_columns_make_a_counter() -> None:
    """A total is the sum of its phases; outlets remember nothing."""
    assert columns_of("em0", Quantity.ENERGY) == tuple(f"{p}_{DRAWN}" for p in "abc")
    assert columns_of("em12b", Quantity.RETURNED) == (f"b_{FED}",)
    assert columns_of("clamp1", Quantity.ENERGY) == (DRAWN,)
    assert columns_of("clamp1", Quantity.POWER) == ()
    assert columns_of("switch0", Quantity.ENERGY) == columns_of("meter0", Quantity.ENERGY) == ()
    assert component_of("em12b") == ("EMData", 12)
    assert component_of("clamp1") == ("EM1Data", 1)


def test_records_in_any_order_make_the_same_hours() -> None:
    """Property: shuffled, doubled and cut into blocks of any length (fixed seeds)."""
    for seed in range(20):
        lot = random.Random(seed)
        minutes = [FIRST + 60 * n for n in range(180) if lot.random() < 0.8]
        energies = {at: round(lot.uniform(0, 50), 2) for at in minutes}
        blocks = [{"ts": at, "period": 60, "values": [[energies[at], 0]]} for at in minutes]
        blocks += lot.sample(blocks, 10)
        lot.shuffle(blocks)
        page = read_page({"keys": [DRAWN, FED], "data": blocks})
        found = hours(page.records, (DRAWN,), FIRST, FIRST + 3 * 3600)
        assert sum(hour.energy_wh for hour in found) == pytest.approx(sum(energies.values()))
        for hour in found:
            assert sum(hour.quarters_wh) == pytest.approx(hour.energy_wh)

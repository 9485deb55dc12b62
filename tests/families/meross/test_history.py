"""The hours that were missed, from the device's own memory."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.ecom.errors import CannotConnect
from custom_components.ecom.families.meross.energy import Missed
from custom_components.ecom.families.meross.history import hour_energies
from custom_components.ecom.ports import HistoryPort, HourEnergy
from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_trace import made_up_plug
from tests.families.meross.at_home import EM06, MSS305, RECORDED_AT, MerossAtHome, made_up, recorded

HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2026, 6, 3, tzinfo=UTC)


def at(hour: float) -> datetime:
    """Return a moment of a day."""
    return MIDNIGHT + hour * HOUR


def missed(start: float, end: float, energy_wh: float) -> Missed:
    """Return a time that nobody has read."""
    return Missed(start=at(start), end=at(end), energy_wh=energy_wh)


def estimated(hour: int, energy_wh: float) -> HourEnergy:
    """Return an hour that was made of a longer time."""
    return HourEnergy(start=at(hour), energy_wh=energy_wh, estimated=True)


def test_exact_hours_are_told_as_they_are() -> None:
    """An hour that is absent is unknown, and not without energy."""
    exact = {at(3): 7.0, at(5): 0.0}
    assert hour_energies(at(2), at(7), exact=exact, missed=[]) == [
        HourEnergy(start=at(3), energy_wh=7),
        HourEnergy(start=at(5), energy_wh=0),
    ]


def test_a_time_without_readings_is_spread() -> None:
    """Evenly; the hour in which reading began again is left out, and others are unknown."""
    found = hour_energies(at(0), at(24), exact={}, missed=[missed(2, 5.5, 35)])
    assert found == [estimated(2, 10), estimated(3, 10), estimated(4, 10)]


def test_what_was_read_before_is_added() -> None:
    """The hour in which reading stopped is a whole one, too."""
    times = [missed(2, 2.5, 8), missed(2.5, 4, 30)]
    found = hour_energies(at(0), at(24), exact={}, missed=times)
    assert found == [estimated(2, 18), estimated(3, 20)]


def test_a_time_goes_on_across_midnight() -> None:
    """Cut there, since each day has a counter of its own."""
    times = [missed(22.5, 24, 15), missed(24, 26, 40)]
    assert hour_energies(at(22), at(27), exact={}, missed=times) == [
        estimated(23, 10),
        estimated(24, 20),
        estimated(25, 20),
    ]


def test_what_is_known_exactly_is_not_spread_again() -> None:
    """The rest goes to the hours that are absent, and is never negative."""
    exact = {at(2): 30.0, at(3): 10.0}
    found = hour_energies(at(0), at(6), exact=exact, missed=[missed(2, 6, 60)])
    assert found[2:] == [estimated(4, 10), estimated(5, 10)]
    found = hour_energies(at(4), at(6), exact=exact, missed=[missed(2, 6, 39)])
    assert found == [estimated(4, 0), estimated(5, 0)]


async def test_the_ring_of_hours(meross: MerossAtHome) -> None:
    """REAL: 24 slots, unsorted and three days old; each is told as the hour that it is."""
    meross.house.freezer.move_to(RECORDED_AT[MSS305])
    await meross.is_a(recorded(MSS305))
    await meross.move_in()
    history = meross.history()
    assert isinstance(history, HistoryPort)
    day = datetime(2025, 2, 14, tzinfo=UTC)
    found = await history.hours(day - 24 * HOUR, day + 24 * HOUR)
    exact = {each.start: each.energy_wh for each in found if not each.estimated}
    assert len(exact) == 24
    assert exact[day] == 11
    assert exact[day - 11 * HOUR] == 9
    assert sum(energy for hour, energy in exact.items() if hour >= day) == 88
    assert [each.start for each in found] == sorted(each.start for each in found)


async def test_the_rest_of_a_day_is_estimated(meross: MerossAtHome) -> None:
    """REAL: the ring lacks the night of the 13th; its day does not, 217 Wh of it."""
    meross.house.freezer.move_to(RECORDED_AT[MSS305])
    await meross.is_a(recorded(MSS305))
    await meross.move_in()
    day = datetime(2025, 2, 13, tzinfo=UTC)
    found = await meross.history().hours(day, day + 24 * HOUR)
    assert len(found) == 24
    assert sum(each.energy_wh for each in found) == pytest.approx(217)
    assert {each.estimated for each in found[:12]} == {True}
    nothing = datetime(2025, 2, 16, tzinfo=UTC)
    assert await meross.history().hours(nothing, nothing + 24 * HOUR) == []


async def test_an_em06(meross: MerossAtHome) -> None:
    """SYNTHETIC: each channel has a ring of its own; the hour that is not over is left out."""
    meross.house.freezer.move_to(RECORDED_AT[EM06])
    await meross.is_a(recorded(EM06))
    await meross.move_in()
    hour = datetime(2024, 7, 21, 15, tzinfo=UTC)
    found = await meross.history("meter2").hours(hour, hour + 12 * HOUR)
    assert [each.energy_wh for each in found] == [253, 351, 354]
    assert [each.start.hour for each in found] == [15, 16, 17]
    found = await meross.history("meter5").hours(hour, hour + 12 * HOUR)
    assert [each.energy_wh for each in found] == [61, 60, 61]


@pytest.mark.parametrize("with_hours", [False, True], ids=["days", "hours"])
async def test_three_hours_without_home_assistant(
    meross: MerossAtHome, *, with_hours: bool
) -> None:
    """They add up to what was drawn, by days alone as well as by hours."""
    trace = made_up_plug()
    if with_hours:
        trace.ability["Appliance.Control.ConsumptionH"] = {}
    await meross.is_a(MerossDevice(trace, live=True, clock=made_up().clock))
    device = meross.server.device
    await meross.move_in()
    device.set_power(0, 600)
    await meross.count()
    await meross.house.unload(meross.entry)
    start = meross.house.freezer().replace(tzinfo=UTC)
    meross.house.freezer.tick(3.5 * HOUR)
    await meross.house.reload(meross.entry)
    await meross.count()
    top = start.replace(minute=0, second=0)
    found = await meross.history().hours(top, top + 3 * HOUR)
    assert [each.estimated for each in found] == [not with_hours] * 3
    assert [each.energy_wh for each in found[1:]] == pytest.approx([600, 600], abs=1)
    drawn = device.drawn_wh(0, top.timestamp(), (top + 3 * HOUR).timestamp())
    assert sum(each.energy_wh for each in found) == pytest.approx(drawn, abs=2)


async def test_a_wrong_clock_tells_nothing(meross: MerossAtHome) -> None:
    """Its hours are not ours."""
    meross.house.freezer.move_to(RECORDED_AT[MSS305])
    await meross.is_a(recorded(MSS305))
    await meross.move_in()
    day = datetime(2025, 2, 13, tzinfo=UTC)
    assert await meross.history().hours(day, day + 24 * HOUR)
    meross.server.device.all["system"]["time"]["timestamp"] += 600
    await meross.poll()
    assert await meross.history().hours(day, day + 24 * HOUR) == []


async def test_a_device_that_cannot_be_asked(meross: MerossAtHome) -> None:
    """Says so in one of two ways, whatever the reason."""
    meross.house.freezer.move_to(RECORDED_AT[MSS305])
    await meross.is_a(recorded(MSS305))
    await meross.move_in()
    day = datetime(2025, 2, 13, tzinfo=UTC)
    meross.server.key = "f" * 32
    with pytest.raises(CannotConnect):
        await meross.history().hours(day, day + 24 * HOUR)
    await meross.server.stop()
    with pytest.raises(CannotConnect):
        await meross.history().hours(day, day + 24 * HOUR)

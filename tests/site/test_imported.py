"""Readings of the past that a person brings in, as the action takes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.ecom.const import DOMAIN, SITE_UID
from custom_components.ecom.core.costs.rows import MONEY, UNIT, Quality, total
from custom_components.ecom.core.timeline import to_ms
from custom_components.ecom.site.quarter_store import QuarterStore
from tests.entities import ForeignSensor, add_sensor, registry_id
from tests.grid import Grid
from tests.house import House
from tests.site.test_ledger import ledger, runtime
from tests.site.test_prices import PEAKS, WATER, a_site
from tests.subentries import id_of

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)

type Json = dict[str, Any]


class Past:
    """A meter in Paris that has stood at 1000 kWh at noon of 3 November, UTC."""

    def __init__(self, grid: Grid) -> None:
        """Take a meter that is there."""
        self.grid = grid
        self.house = grid.house

    @property
    def meter_id(self) -> str:
        """Return the id of the meter."""
        return id_of(self.house.site_entries[0], str(self.grid.data()["port"]))  # type: ignore[arg-type]

    @property
    def account(self) -> str:
        """Return the account of what it has drawn."""
        return f"{self.grid.data()['port']}#drawn"

    @property
    def store(self) -> QuarterStore:
        """Return the books on disk."""
        return runtime(self.house).books.store

    async def brings(self, *readings: Any, **more: Any) -> Any:
        """Call the action, for the meter unless another one is named."""
        about = {} if {"entity_id", "meter"} & more.keys() else self.about
        return await self.house.hass.services.async_call(
            DOMAIN,
            "import_readings",
            {**about, **more, "readings": [*readings]},
            blocking=True,
            return_response=True,
        )

    @property
    def about(self) -> Json:
        """Return how the meter is named: by what counts it."""
        return {"entity_id": self.grid.energy.entity_id}

    async def refused(self, *readings: Any, **more: Any) -> tuple[str | None, Any]:
        """Call the action, and return why it was refused."""
        with pytest.raises(ServiceValidationError) as raised:
            await self.brings(*readings, **more)
        assert raised.value.translation_domain == DOMAIN
        return raised.value.translation_key, raised.value.translation_placeholders

    async def rows(self, since: datetime, until: datetime) -> dict[tuple[str, str], float]:
        """Return kWh by local time and band; what is stored adds up to the totals."""
        await runtime(self.house).books.quarters.flush()
        rows = self.store.ledger.rows(self.account, 0, to_ms(NOON) * 2)
        accounts = ledger(self.house).accounts
        assert self.store.ledger.totals()[self.account] == total(rows.values())
        assert accounts.of(self.account).totals == total(rows.values())
        return {
            (f"{datetime.fromtimestamp(minute * 60, UTC):%d %H:%M}", band): row.amount / UNIT
            for (minute, band), row in sorted(rows.items())
            if to_ms(since) <= minute * 60_000 < to_ms(until)
        }

    def spent(self, since: datetime, until: datetime) -> tuple[float, float]:
        """Return kWh and euros of a time."""
        rows = self.store.ledger.rows(self.account, to_ms(since), to_ms(until))
        found = total(rows.values())
        return found.amount / UNIT, found.money / MONEY

    def quarters(self, since: datetime, until: datetime) -> list[float]:
        """Return the kWh of each quarter-hour that is known."""
        found = self.store.quarters(str(self.grid.data()["energy"]), since, until)
        return [each.amount / UNIT for _, each in sorted(found.items())]

    async def shown(self, what: str) -> float:
        """Return what a sensor of the meter shows, published now."""
        await runtime(self.house).books.publisher.publish()
        await self.house.hass.async_block_till_done()
        return float(self.house.shown(f"{SITE_UID}/{self.meter_id}/{what}"))


def at(moment: datetime, index: object, **more: Any) -> Json:
    """Return a reading as a person states it."""
    return {"at": moment.isoformat(), "index": index, **more}


@pytest.fixture
async def past(house: House) -> Past:
    """Return a meter that has been there since noon, with peak and off-peak hours."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to(NOON)
    grid = await Grid.at(house)
    await a_site(house, dict(grid.data()), Ours=PEAKS)
    await grid.counts(1000.0)
    await runtime(house).books.repricing.settled()
    return Past(grid)


async def test_readings_become_rows_quarter_hours_and_indexes(past: Past) -> None:
    """Priced by the contract of then: peak until 22:24 in Paris, off-peak after it."""
    night = datetime(2026, 11, 1, 21, tzinfo=UTC)
    answer = await past.brings(
        at(night, 900), at(night + QUARTER, 901), at(night + 2 * QUARTER, 902.5)
    )
    assert answer == {
        "meter": past.grid.data()["port"],
        "readings": 3,
        "amount": 2.5,
        "rows": 2,
    }
    assert await past.rows(night, night + HOUR) == {
        ("01 21:00", "peak"): pytest.approx(1.0 + 1.5 * 9 / 15),
        ("01 21:24", "off_peak"): pytest.approx(1.5 * 6 / 15),
    }
    assert past.spent(night, night + HOUR) == pytest.approx((2.5, 1.9 * 0.2142 + 0.6 * 0.1589))
    assert past.quarters(night, night + HOUR) == [1.0, 1.5]
    rows = past.store.ledger.rows(past.account, to_ms(night), to_ms(night + HOUR))
    assert {row.quality for row in rows.values()} == {Quality.ESTIMATED}
    assert sum(row.bound for row in rows.values()) == round(1.5 * (0.2142 - 0.1589) * MONEY)
    marks = past.store.ledger.marks(str(past.grid.data()["energy"]), 0, to_ms(NOON))
    assert {hour * 3600 * 1000: mark.index for hour, mark in marks.items()} == {
        to_ms(night): 900 * UNIT
    }


async def test_what_is_shown_does_not_jump(past: Past) -> None:
    """What lies before is in answers and statistics; what is counted now goes on."""
    await past.grid.counts(1001.0, minutes=4)
    before = await past.shown("energy"), await past.shown("cost")
    await past.brings(at(NOON - 48 * HOUR, 900), at(NOON, 1000))
    assert (await past.shown("energy"), await past.shown("cost")) == before
    assert past.spent(NOON - 48 * HOUR, NOON)[0] == 100
    await past.grid.counts(1003.0, minutes=4)
    assert await past.shown("energy") == pytest.approx(before[0] + 2)
    await past.house.reload(past.house.site_entries[0])
    await past.grid.counts(1003.0, minutes=1)
    assert await past.shown("energy") == pytest.approx(before[0] + 2)
    assert await past.shown("cost") == pytest.approx(before[1] + 2 * 0.2142)


async def test_what_is_shown_does_not_jump_by_the_hour_in_which_it_began(house: House) -> None:
    """Whose rows hold what was brought in, and what was counted since."""
    house.freezer.move_to(NOON)
    grid = await Grid.at(house)
    await a_site(house, dict(grid.data()), Ours=PEAKS)
    house.freezer.move_to(NOON + timedelta(minutes=20))
    past = Past(grid)
    await grid.counts(1000.0)
    await grid.counts(1001.0, minutes=4)
    shown = await past.shown("energy"), await past.shown("cost")
    await grid.counts(1002.0, minutes=4)
    await runtime(house).books.quarters.flush()
    await past.brings(at(NOON - HOUR, 990), at(NOON + timedelta(minutes=20), 1000))
    assert await past.shown("energy") == pytest.approx(shown[0] + 1)
    assert await past.shown("cost") == pytest.approx(shown[1] + 0.2142)
    assert await past.rows(NOON, NOON + HOUR) == {("03 12:00", "peak"): pytest.approx(4.5)}


async def test_what_is_known_already_is_replaced_only_if_that_is_wanted(past: Past) -> None:
    """Beside it what is known stays, to the part of a quarter-hour."""
    for minute in range(4, 64, 4):
        await past.grid.counts(1000 + minute / 4, minutes=4)
    late = [at(NOON + timedelta(minutes=m), i) for m, i in ((10, 1000), (40, 1060))]
    key, told = await past.refused(*late)
    assert (key, told) == ("readings_overlap", {"meter": past.grid.data()["port"]})
    assert past.quarters(NOON, NOON + HOUR) == [3.75, 3.75, 3.75, 3.75]
    answer = await past.brings(*late, replace=True)
    assert answer["amount"] == 60
    assert past.quarters(NOON, NOON + HOUR) == [12.5, 30, 21.25, 3.75]
    assert await past.rows(NOON, NOON + HOUR) == {("03 12:00", "peak"): 67.5}
    await past.grid.counts(1017.0, minutes=4)
    assert (await past.rows(NOON, NOON + 2 * HOUR))["03 13:00", "peak"] == 2


@pytest.mark.parametrize(
    ("first", "last"), [(0, 30), (7, 30), (15, 30), (0, 23), (7, 23), (3, 7), (7, 8), (30, 37)]
)
@pytest.mark.parametrize("hours", [0, 2])
async def test_readings_that_say_what_is_known(
    past: Past, hours: int, first: int, last: int
) -> None:
    """Change nothing of it, wherever within a quarter-hour they begin and end."""

    def stands(minute: int) -> float:
        """Return the index: nothing is used for seven minutes, and then more and more."""
        return 1000 + max(minute - 7, 0) ** 2 / 10

    begins = NOON + HOUR * hours
    await past.house.later(hours=hours)
    for minute in range(38):
        await past.grid.counts(stands(minute), minutes=1 if minute else 0)
    moments = [first, *range(first + 1, last), last]
    stated = [at(begins + timedelta(minutes=each), stands(each)) for each in moments]
    before = await past.rows(NOON, begins + HOUR)
    quarters = past.quarters(begins, begins + HOUR)
    await past.brings(*stated, replace=True)
    assert await past.rows(NOON, begins + HOUR) == pytest.approx(before, abs=1e-5)
    assert past.quarters(begins, begins + HOUR) == pytest.approx(quarters, abs=1e-5)
    await past.grid.counts(stands(38), minutes=1)
    assert sum((await past.rows(NOON, begins + HOUR)).values()) == pytest.approx(96.1, abs=1e-5)


async def test_an_exchange_that_is_brought_in_over_what_is_known(past: Past) -> None:
    """Of the quarter-hours at the edges stays what either meter had counted outside."""
    for minutes, index in ((60, 1006), (7, 1006), (8, 1009), (5, 0), (48, 4)):
        await past.grid.counts(index, minutes=minutes)
    swap = {"closing": 1011, "opening": 0}
    await past.brings(
        at(NOON + timedelta(minutes=67), 1006),
        at(NOON + timedelta(minutes=85), 0.4, exchange=swap),
        replace=True,
    )
    assert sum((await past.rows(NOON, NOON + 3 * HOUR)).values()) == pytest.approx(11 + 4)


@pytest.mark.parametrize("since", [2, 3, 3.4])
@pytest.mark.parametrize("until", [4, 6, 8])
async def test_readings_found_of_a_time_in_which_the_counter_was_not_read(
    past: Past, since: float, until: float
) -> None:
    """What it counted before the first and after the last of them is what is left."""
    for minute in range(0, 61, 5):
        await past.grid.counts(1000 + minute / 60, minutes=5 if minute else 0)
    await past.grid.counts(1101.0, hours=8)
    await past.grid.counts(1102.0, minutes=4)
    stood = {2: 1010, 3: 1030, 3.4: 1031, 4: 1040, 6: 1090, 8: 1100}
    await past.brings(
        at(NOON + HOUR * since, stood[since]), at(NOON + HOUR * until, stood[until]), replace=True
    )
    assert sum((await past.rows(NOON, NOON + 10 * HOUR)).values()) == pytest.approx(102)
    assert sum(past.quarters(NOON, NOON + HOUR)) == pytest.approx(1)
    assert sum((await past.rows(NOON, NOON + 2 * HOUR)).values()) == pytest.approx(
        1 + (stood[since] - 1001) / (since - 1)
    )


async def test_readings_that_do_not_fit_those_around_them(past: Past) -> None:
    """Are refused, and change nothing: one of them is wrong, and nobody can tell which."""
    start, end = NOON - 48 * HOUR, NOON - HOUR
    await past.brings(at(start, 100), at(end, 900))
    before = await past.rows(start, NOON)
    wrong = (
        [at(NOON - 24 * HOUR, 950), at(end, 960)],
        [at(start, 100), at(NOON - 24 * HOUR, 950)],
    )
    for number, readings in enumerate(wrong, 1):
        told = await past.refused(*readings, replace=True)
        assert told == ("reading_against_known", {"number": str(number)})
    assert await past.rows(start, NOON) == before


@pytest.mark.parametrize("number", [1, 2])
async def test_more_than_a_meter_counts_up_to_a_reading_around(past: Past, number: int) -> None:
    """It does not fit either."""
    start, end = NOON - 48 * HOUR, NOON - HOUR
    await past.brings(at(start, 0), at(end, 40_000))
    readings = [at(start + timedelta(minutes=1), 30_000), at(NOON - 24 * HOUR, 35_000)]
    if number > 1:
        readings = [at(NOON - 24 * HOUR, 1), at(end - timedelta(minutes=1), 2)]
    told = await past.refused(*readings, replace=True)
    assert told == ("reading_against_known", {"number": str(number)})


async def test_readings_that_meet_do_not_overlap(past: Past) -> None:
    """Within an hour, and within a quarter-hour."""
    meets = NOON - 2 * HOUR + timedelta(minutes=10)
    await past.brings(at(NOON - 3 * HOUR, 900), at(meets, 970))
    await past.brings(at(meets, 970), at(NOON, 1000))
    assert sum((await past.rows(NOON - 3 * HOUR, NOON)).values()) == 100
    assert sum(past.quarters(NOON - 3 * HOUR, NOON)) == 100


async def test_a_reading_after_the_counter_was_read_last(past: Past) -> None:
    """It goes on from there, and what it counted before that is counted."""
    past.grid.energy.goes()
    await past.house.later(hours=3)
    await past.brings(at(NOON + HOUR, 1004), at(NOON + 2 * HOUR, 1005))
    assert await past.rows(NOON, NOON + 2 * HOUR) == {
        ("03 12:00", "peak"): 4,
        ("03 13:00", "peak"): 1,
    }
    await past.grid.counts(1007.0)
    assert sum((await past.rows(NOON, NOON + 3 * HOUR)).values()) == 7
    await past.house.reload(past.house.site_entries[0])
    await past.grid.counts(1008.0, minutes=1)
    assert sum((await past.rows(NOON, NOON + 4 * HOUR)).values()) == 8


async def test_a_reading_later_that_does_not_fit_the_last_one(past: Past) -> None:
    """What lies between is not known; only what was stated is counted."""
    past.grid.energy.goes()
    await past.house.later(hours=3)
    await past.brings(at(NOON + HOUR, 4), at(NOON + 2 * HOUR, 5))
    assert sum((await past.rows(NOON, NOON + 2 * HOUR)).values()) == 1
    await past.brings(at(NOON + 2.5 * HOUR, 90_000_000), at(NOON + 2.6 * HOUR, 90_000_001))
    assert sum((await past.rows(NOON, NOON + 3 * HOUR)).values()) == 2


async def test_what_cannot_be_written_changes_nothing(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter goes on from where it stood."""
    past.grid.energy.goes()
    await past.house.later(hours=1)

    with monkeypatch.context() as patch:
        patch.setattr(QuarterStore, "advance", _full)
        with pytest.raises(OSError, match="no space"):
            await past.brings(at(NOON + 0.5 * HOUR, 1004), at(NOON + HOUR, 1005))
    assert past.spent(NOON, NOON + HOUR) == (0, 0)
    await past.grid.counts(1006.0)
    assert sum((await past.rows(NOON, NOON + HOUR)).values()) == 6


async def test_what_cannot_be_written_of_a_counter_that_was_never_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins with its own first reading."""
    grid = await Grid.at(house)
    await a_site(house, dict(grid.data()), Ours=PEAKS)
    past = Past(grid)
    with monkeypatch.context() as patch:
        patch.setattr(QuarterStore, "advance", _full)
        with pytest.raises(OSError, match="no space"):
            await past.brings(at(NOON - 2 * HOUR, 5), at(NOON - HOUR, 6))
    await grid.counts(7.5, minutes=1)
    await grid.counts(8.0, minutes=1)
    assert sum((await past.rows(NOON - 3 * HOUR, NOON + HOUR)).values()) == 0.5


def _full(*_: object) -> None:
    raise OSError("no space left")


async def test_an_exchange_between_two_readings(past: Past) -> None:
    """Both meters counted, and it is kept."""
    swap = {"closing": 905, "opening": 2}
    await past.brings(at(NOON - 2 * HOUR, 900), at(NOON - HOUR, 7, exchange=swap))
    assert past.spent(NOON - 2 * HOUR, NOON)[0] == 10
    (kept,) = past.store.ledger.exchanges(str(past.grid.data()["energy"]))
    assert (kept.at, kept.closing, kept.opening) == (to_ms(NOON - HOUR), 905 * UNIT, 2 * UNIT)


async def test_readings_older_than_quarter_hours_are_kept(past: Past) -> None:
    """Have rows all the same, and are known already the next time."""
    old = NOON - timedelta(days=600)
    readings = (at(old, 10), at(old + HOUR, 12), at(old + 2 * HOUR, 13))
    await past.brings(*readings)
    assert past.spent(old, old + 2 * HOUR)[0] == 3
    assert past.quarters(old, old + 2 * HOUR) == []
    assert (await past.refused(*readings))[0] == "readings_overlap"
    await past.brings(*readings, replace=True)
    assert past.spent(old, old + 2 * HOUR)[0] == 3


async def test_a_counter_that_has_never_been_read(house: House) -> None:
    """Begins with what is brought in, and goes on from there."""
    grid = await Grid.at(house)
    await a_site(house, dict(grid.data()), Ours=PEAKS)
    past = Past(grid)
    await past.brings(at(NOON - 2 * HOUR, 5), at(NOON - HOUR, 6))
    await grid.counts(7.5, minutes=1)
    assert sum((await past.rows(NOON - 3 * HOUR, NOON + HOUR)).values()) == 2.5


async def test_what_is_made_of_power_can_be_brought_in_too(house: House) -> None:
    """It has no index that would go on."""
    power = await add_sensor(house.hass, "clamp")
    data = {"port": f"entity:{registry_id(power)}", "role": "sub_meter", "valid_for": 600}
    await a_site(house, data, Ours=PEAKS)
    power.shows(6000)
    await house.later(minutes=5)
    await house.hass.services.async_call(
        DOMAIN,
        "import_readings",
        {
            "entity_id": power.entity_id,
            "readings": [at(NOON - 2 * HOUR, 5), at(NOON - HOUR, 6)],
        },
        blocking=True,
    )
    power.shows(6000)
    await house.later(minutes=5)
    power.shows(6000)
    await runtime(house).books.quarters.flush()
    totals = ledger(house).accounts.of(f"{data['port']}#drawn").totals
    assert totals.amount == pytest.approx(2 * UNIT, abs=1000)


async def test_tiers_go_on_after_what_was_brought_in(house: House) -> None:
    """What was used since is in other tiers."""
    water = await add_sensor(house.hass, "water", "m³")
    key = f"entity:{registry_id(water)}"
    tiers = {"template": "water", "tiers": "10 1\n2", "wastewater": "0"}
    await a_site(house, {"port": key, "role": "water"}, Water=tiers)
    water.shows(100, unit="m³")
    await house.later(hours=1)
    water.shows(101, unit="m³")
    await house.hass.async_block_till_done()
    await runtime(house).books.repricing.settled()
    await runtime(house).books.quarters.flush()
    totals = ledger(house).accounts.of(f"{key}#drawn").totals
    assert totals.money == pytest.approx(1 * MONEY)
    past = NOON - 10 * HOUR
    await house.hass.services.async_call(
        DOMAIN,
        "import_readings",
        {"meter": key, "readings": [at(past, 88), at(NOON, 100)]},
        blocking=True,
    )
    totals = ledger(house).accounts.of(f"{key}#drawn").totals
    assert totals.money == pytest.approx((10 + 2 * 2 + 1 * 2) * MONEY)


async def test_many_readings_at_once(past: Past) -> None:
    """A year of quarter-hours, in seconds."""
    start = NOON - 35_000 * QUARTER
    readings = [at(start + n * QUARTER, n / 4) for n in range(35_001)]
    answer = await past.brings(*readings)
    assert answer["amount"] == 8750
    assert len(past.quarters(start, NOON)) == 35_000
    assert past.spent(start, NOON)[0] == 8750


async def test_only_administrators_bring_readings_in(past: Past) -> None:
    """Anybody else is told so."""
    user = MockUser(groups=[]).add_to_hass(past.house.hass)
    for action, data in (
        ("import_readings", {"readings": []}),
        ("record_meter_exchange", {"at": "2026-11-03 12:00:00", "closing": 1, "opening": 1}),
    ):
        with pytest.raises(Unauthorized):
            await past.house.hass.services.async_call(
                DOMAIN,
                action,
                {**past.about, **data},
                blocking=True,
                context=Context(user_id=user.id),
            )


GOOD = at(NOON - 2 * HOUR, 1)


@pytest.mark.parametrize(
    ("readings", "key", "number"),
    [
        ([], "readings_too_few", "0"),
        ([GOOD], "readings_too_few", "1"),
        ([GOOD, GOOD], "readings_not_ascending", "2"),
        ([GOOD, 5], "reading_without_time", "2"),
        ([GOOD, {"at": "soon", "index": 3}], "reading_without_time", "2"),
        ([GOOD, {"at": 3, "index": 3}], "reading_without_time", "2"),
        ([GOOD, {"index": 3}], "reading_without_time", "2"),
        ([{"at": "1999-12-31 12:00:00", "index": 3}], "reading_without_time", "1"),
        ([{"at": "0001-01-01T00:00:00+14:00", "index": 3}], "reading_without_time", "1"),
        ([{"at": "9999-12-31T23:59:59-14:00", "index": 3}], "reading_without_time", "1"),
        ([at(NOON, "many")], "reading_without_index", "1"),
        ([at(NOON, "nan")], "reading_without_index", "1"),
        ([at(NOON, "inf")], "reading_without_index", "1"),
        ([at(NOON, -1)], "reading_without_index", "1"),
        ([at(NOON, 10**9 + 1)], "reading_without_index", "1"),
        ([at(NOON, "1e1000005")], "reading_without_index", "1"),
        ([at(NOON, 10**5000)], "reading_without_index", "1"),
        ([at(NOON, True)], "reading_without_index", "1"),
        ([at(NOON, [1])], "reading_without_index", "1"),
        ([at(NOON, None)], "reading_without_index", "1"),
        ([{"at": NOON.isoformat()}], "reading_without_index", "1"),
        ([at(NOON, 1, exchanged={})], "reading_without_index", "1"),
        ([at(NOON, 1, exchange=4)], "reading_exchange_incomplete", "1"),
        ([at(NOON, 1, exchange={"closing": 4})], "reading_exchange_incomplete", "1"),
        ([at(NOON, 1, exchange={"opening": 4})], "reading_exchange_incomplete", "1"),
        ([GOOD, at(NOON + HOUR, 2)], "reading_in_future", "2"),
        ([GOOD, at(NOON, 0.5)], "reading_falls", "2"),
        ([GOOD, at(NOON, 9e6)], "reading_too_much", "2"),
        (
            [GOOD, at(NOON, 1, exchange={"closing": 0, "opening": 0})],
            "reading_against_exchange",
            "2",
        ),
    ],
)
async def test_readings_that_cannot_be(
    past: Past, readings: list[Any], key: str, number: str
) -> None:
    """It says which one, and why; nothing is written."""
    assert await past.refused(*readings) == (key, {"number": number})
    assert past.spent(NOON - 9 * HOUR, NOON) == (0, 0)


async def test_an_index_that_is_hardly_anything(past: Past) -> None:
    """It is nothing; so is what a computer adds when it reckons with fractions."""
    await past.brings(at(NOON - 2 * HOUR, "1e-1000005"), at(NOON - HOUR, "0.3" + "0" * 5000 + "4"))
    assert past.spent(NOON - 3 * HOUR, NOON)[0] == pytest.approx(0.3)


async def test_a_meter_that_cannot_be_told(past: Past) -> None:
    """It is named once, and has what is asked about."""
    lamp = await add_sensor(past.house.hass, "lamp")
    title = str(past.grid.data()["port"])
    assert await past.refused(GOOD, meter="Flat 12") == ("no_such_meter", {"meter": "Flat 12"})
    both = {"meter": title, "entity_id": past.grid.energy.entity_id}
    assert (await past.refused(GOOD, **both))[0] == "one_meter_needed"
    assert (await past.refused(GOOD, entity_id=lamp.entity_id))[0] == "no_meter_of_entity"
    register = {"meter": title, "register": "off_peak"}
    told = {"meter": title, "register": "off_peak"}
    assert await past.refused(GOOD, **register) == ("no_such_register", told)
    assert (await past.refused(GOOD, meter=title, register="fed"))[0] == "no_such_register"


async def test_too_many_readings(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are refused before they are looked at."""
    monkeypatch.setattr("custom_components.ecom.services.readings.MOST_READINGS", 2)
    assert await past.refused(5, 6, 7) == ("readings_too_many", {"most": "2"})


async def test_a_meter_by_any_of_its_sensors(past: Past) -> None:
    """Such as that of its cost; times without a zone are local."""
    entity_id = past.house.entity_id(f"{SITE_UID}/{past.meter_id}/cost")
    await past.brings(
        {"at": "2026-11-02 10:00:00", "index": "1"},
        {"at": datetime(2026, 11, 2, 11), "index": 2},  # noqa: DTZ001 - local on purpose
        entity_id=entity_id,
    )
    hour = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert past.spent(hour, hour + HOUR)[0] == 1


async def test_a_meter_that_nothing_has_counted(house: House) -> None:
    """Has no account that readings could be brought to."""
    await a_site(house, {"port": "e450:1/1-0:1.7.0", "role": "grid"}, Ours=PEAKS, Water=WATER)
    with pytest.raises(ServiceValidationError) as raised:
        await house.hass.services.async_call(
            DOMAIN,
            "import_readings",
            {"meter": "E450:1/1-0:1.7.0", "readings": [GOOD]},
            blocking=True,
        )
    assert raised.value.translation_key == "meter_not_counted"


class Registers(Past):
    """A meter with a register for each band, and a total."""

    def __init__(self, grid: Grid, bands: dict[str, ForeignSensor]) -> None:
        """Take its sensors."""
        super().__init__(grid)
        self.bands = bands

    @classmethod
    async def at(cls, house: House) -> Registers:
        """Add the meter; its total has been read, and its registers as well."""
        grid = await Grid.at(house)
        bands = {band: await add_sensor(house.hass, band, "kWh") for band in ("peak", "off_peak")}
        registers = {f"entity:{registry_id(each)}": band for band, each in bands.items()}
        await a_site(house, {**grid.data(), "registers": registers}, Ours=PEAKS)
        await grid.counts(1000.0)
        for each in bands.values():
            each.shows(500, unit="kWh")
        await house.hass.async_block_till_done()
        return cls(grid, bands)


async def test_readings_of_a_register(house: House) -> None:
    """Are of its band, wherever they lie; the total is their sum once all are known."""
    past = await Registers.at(house)
    night = datetime(2026, 11, 1, 21, tzinfo=UTC)
    await past.brings(at(night, 400), at(night + HOUR, 404), register="off_peak")
    assert past.quarters(night, night + HOUR) == []
    await past.brings(at(night, 300), at(night + HOUR, 302), register="peak")
    assert await past.rows(night, night + HOUR) == {
        ("01 21:00", "peak"): 2,
        ("01 21:24", "off_peak"): 4,
    }
    assert past.quarters(night, night + HOUR) == [1.5, 1.5, 1.5, 1.5]
    rows = past.store.ledger.rows(past.account, to_ms(night), to_ms(night + HOUR))
    assert {(row.bound, row.quality) for row in rows.values()} == {(0, Quality.MEASURED)}
    again = await past.refused(at(night, 400), at(night + HOUR, 404), register="off_peak")
    assert again[0] == "readings_overlap"


async def test_a_register_of_a_meter_whose_total_was_never_read(house: House) -> None:
    """Nobody knows where that stands, so nothing is made up for it."""
    grid = await Grid.at(house)
    registers = {}
    for band in ("peak", "off_peak"):
        sensor = await add_sensor(house.hass, band, "kWh")
        registers[f"entity:{registry_id(sensor)}"] = band
    await a_site(house, {**grid.data(), "registers": registers}, Ours=PEAKS)
    past = Past(grid)
    for band in ("peak", "off_peak"):
        await past.brings(at(NOON - HOUR, 1), at(NOON, 2), register=band)
    assert past.quarters(NOON - HOUR, NOON) == []
    assert past.spent(NOON - 2 * HOUR, NOON)[0] == 2


async def test_what_is_fed_in(house: House) -> None:
    """Has an account of its own."""
    grid = await Grid.at(house)
    exported = await add_sensor(house.hass, "exported", "kWh")
    data = {**grid.data(), "exported": f"entity:{registry_id(exported)}"}
    await a_site(house, data, Ours=PEAKS)
    past = Past(grid)
    await past.brings(at(NOON - HOUR, 1), at(NOON, 3), register="fed")
    assert past.spent(NOON - HOUR, NOON) == (0, 0)
    totals = ledger(house).accounts.of(f"{data['port']}#fed").totals
    assert totals.amount == 2 * UNIT


async def test_a_meter_whose_counter_was_another_one(past: Past) -> None:
    """What is brought in is counted with the one of its time."""
    other = await Grid.at(past.house, "other")
    entry = past.house.site_entries[0]
    part = entry.subentries[past.meter_id]
    data = {**part.data, "energy": other.data()["energy"]}
    await past.house.later(minutes=30)
    past.house.hass.config_entries.async_update_subentry(entry, part, data=data)
    await past.house.later(minutes=15)
    await other.counts(5.0)
    await past.brings(at(NOON - HOUR, 1), at(NOON + timedelta(minutes=45), 8), replace=True)
    assert sum(past.quarters(NOON - HOUR, NOON + HOUR)) == pytest.approx(6)
    theirs = past.store.quarters(str(other.data()["energy"]), NOON - HOUR, NOON + HOUR)
    assert sum(each.amount for each in theirs.values()) == pytest.approx(1 * UNIT)

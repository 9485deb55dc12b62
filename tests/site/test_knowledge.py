"""What contracts are told: colours and prices, kept over restarts and told when changed."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.config_entries import ConfigEntryState

from custom_components.ecom.core.curves import EVER
from custom_components.ecom.site import price_sensors
from custom_components.ecom.site.colours import colour_of
from custom_components.ecom.site.knowledge import Knowledge, Need
from tests.entities import ForeignSensor, add_sensor, registry_id
from tests.house import House, part

NOON = datetime(2026, 11, 3, 11, tzinfo=UTC)
"""Noon in Paris, on a Tuesday."""
HOUR = timedelta(hours=1)


class Service:
    """A service for colours: what it knows, how often it was asked, and how it fails."""

    def __init__(self) -> None:
        """Know two days."""
        self.days: dict[str, int] = {"2026-11-02": 1, "2026-11-03": 3, "2026-11-04": 0}
        self.asked: list[list[str]] = []
        self.answer: Any = None
        self.status = 200

    async def handle(self, request: web.Request) -> web.Response:
        """Answer as the real one does."""
        days = request.query.getall("dateJour[]")
        self.asked.append(days)
        rows = [{"dateJour": day, "codeJour": self.days.get(day, 0)} for day in days]
        if not isinstance(self.answer, str):
            return web.json_response(
                rows if self.answer is None else self.answer, status=self.status
            )
        return web.Response(text=self.answer)


class Learner:
    """A Knowledge that runs, and what it was heard to say."""

    def __init__(self, house: House, url: str) -> None:
        """Know nothing."""
        self.house = house
        self.changes: list[datetime] = []
        self.knowledge = Knowledge(house.hass, self.changes.append, url=url)

    async def follow(self, *needs: Need) -> None:
        """Take up what is stored, and learn from now on."""
        await self.knowledge.load()
        self.knowledge.follow(needs)
        await self.settle()

    async def settle(self) -> None:
        """Wait for what is under way."""
        await self.house.hass.async_block_till_done(wait_background_tasks=True)

    async def later(self, **delta: float) -> None:
        """Let time pass."""
        await self.house.later(**delta)
        await self.settle()

    @property
    def colours(self) -> dict[str, str]:
        """Return the days whose colours are known."""
        return {day.isoformat(): name for day, name in self.knowledge.known.colours.items()}

    def points(self, key: str) -> list[tuple[datetime, str]]:
        """Return from when a curve holds which prices, around now."""
        curve = self.knowledge.known.curves[key]
        return [
            (point.start, str(point.value))
            for point in curve.points(NOON - timedelta(days=9), NOON + timedelta(days=9))
        ]


@pytest.fixture
def service() -> Service:
    """Return a service for colours."""
    return Service()


@pytest.fixture
async def learner(
    house: House, service: Service, hass_storage: dict[str, Any], socket_enabled: None
) -> AsyncIterator[Learner]:
    """Return what learns, with the service on a real socket, at noon in Paris."""
    del socket_enabled, hass_storage
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to(NOON)
    app = web.Application()
    app.router.add_get("/days", service.handle)
    server = TestServer(app)
    await server.start_server()
    learner = Learner(house, str(server.make_url("/days")))
    yield learner
    await learner.knowledge.close()
    await server.close()


BY_SERVICE = Need(asks_service=True)


async def test_colours_of_the_service(learner: Learner, service: Service) -> None:
    """Sixty days back and tomorrow; a day that is not known stays so, and is asked for again."""
    await learner.follow(BY_SERVICE)
    assert learner.colours == {"2026-11-02": "blue", "2026-11-03": "red"}
    assert learner.changes[-1] == datetime(2026, 11, 2, 23, tzinfo=UTC)
    assert len(service.asked[0]) == 62
    await learner.later(minutes=10)
    assert len(service.asked) == 1
    service.days["2026-11-04"] = 2
    await learner.later(minutes=51)
    assert learner.colours["2026-11-04"] == "white"
    await learner.later(hours=2)
    assert "2026-11-04" not in service.asked[-1]


async def test_once_everything_is_known_nobody_is_asked(learner: Learner, service: Service) -> None:
    """A volunteer runs it."""
    first = date(2026, 9, 1)
    service.days = {(first + timedelta(days=n)).isoformat(): 1 for n in range(90)}
    await learner.follow(BY_SERVICE)
    assert len(service.asked) == 1
    await learner.later(hours=3)
    assert len(service.asked) == 1


@pytest.mark.parametrize("answer", ["<html>", "[1", [{"dateJour": 1}], {"codeJour": 1}, [3]])
async def test_an_answer_that_is_none(learner: Learner, service: Service, answer: Any) -> None:
    """Nothing is learned, nothing is raised."""
    service.answer = answer
    await learner.follow(BY_SERVICE)
    assert learner.colours == {}


async def test_days_that_are_none(learner: Learner, service: Service) -> None:
    """One bad day spoils no other."""
    service.answer = [
        {"dateJour": "2026-13-01", "codeJour": 1},
        {"dateJour": "2026-11-03", "codeJour": 9},
        {"dateJour": "2026-11-02", "codeJour": 2},
    ]
    await learner.follow(BY_SERVICE)
    assert learner.colours == {"2026-11-02": "white"}


async def test_a_service_that_is_down(
    learner: Learner, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once when it goes and once when it comes."""
    service.status = 503
    await learner.follow(BY_SERVICE)
    await learner.later(hours=2)
    assert caplog.text.count("The colours of days are not known") == 1
    service.status = 200
    await learner.later(hours=2)
    assert learner.colours["2026-11-03"] == "red"
    assert caplog.text.count("The colours of days are known again") == 1


async def a_sensor(house: House, name: str) -> ForeignSensor:
    """Return a sensor without a unit."""
    return await add_sensor(house.hass, name, None)


async def test_colours_of_entities(learner: Learner) -> None:
    """Today's is believed from 6:10 on, tomorrow's from 11 on; words are found in a state."""
    today = await a_sensor(learner.house, "today")
    tomorrow = await a_sensor(learner.house, "tomorrow")
    need = Need(today=f"entity:{registry_id(today)}", tomorrow=f"entity:{registry_id(tomorrow)}")
    await learner.follow(need)
    assert learner.colours == {}
    learner.house.hass.states.async_set(today.entity_id, "white_off_peak")
    learner.house.hass.states.async_set(tomorrow.entity_id, "Tempo Rouge")
    await learner.settle()
    assert learner.colours == {"2026-11-03": "white", "2026-11-04": "red"}
    learner.house.freezer.move_to("2026-11-04T01:00:00+00:00")
    learner.house.hass.states.async_set(tomorrow.entity_id, "blue")
    await learner.settle()
    assert learner.colours == {"2026-11-03": "white", "2026-11-04": "red"}


@pytest.mark.parametrize(
    ("stated", "colour"),
    [
        ("blue", "blue"),
        ("TEMPO_BLEU", "blue"),
        ("red_peak", "red"),
        ("Jour blanc", "white"),
        ("Journée blanche", "white"),
        ("bleue", "blue"),
        ("Tempo Rouge", "red"),
        ("TEMPO_ROUGE", "red"),
        ("TempoRouge", "red"),
        ("red-2", "red"),
        ("expired", None),
        ("restored", None),
        ("unrecovered_data", None),
        ("HPJR", None),
        ("normalised", None),
        ("ejp_peak", "ejp"),
        ("----", None),
        ("unknown", None),
        ("blue or red", None),
    ],
)
def test_words_for_colours(stated: str, colour: str | None) -> None:
    """One colour, or none."""
    assert colour_of(stated) == colour


async def test_prices_of_an_entity(learner: Learner) -> None:
    """Each holds from when it was shown until the next; what is not shown is not known."""
    sensor = await add_sensor(learner.house.hass, "spot", "ct/kWh")
    key = f"entity:{registry_id(sensor)}"
    sensor.shows(10, unit="ct/kWh")
    await learner.follow(Need(curve=key))
    await learner.later(minutes=5)
    sensor.shows(20, unit="ct/kWh")
    await learner.settle()
    assert learner.points(key) == [
        (NOON, "0.10"),
        (NOON + timedelta(minutes=5), "0.20"),
    ]
    sensor.shows(None)
    await learner.later(minutes=30)
    known = [*learner.knowledge.known.curves[key].points(NOON, NOON + timedelta(hours=2))]
    assert known[-1].end == NOON + timedelta(minutes=15)
    sensor.shows(7, unit="°C")
    await learner.later(minutes=30)
    assert len(learner.points(key)) == 2


async def test_prices_that_are_foretold_are_fixed_when_shown(learner: Learner) -> None:
    """What an entity shows replaces what it foretold, and ends where its next price begins."""
    sensor = await add_sensor(learner.house.hass, "spot", "EUR/kWh")
    key = f"entity:{registry_id(sensor)}"
    hours = [{"start": (NOON + timedelta(hours=n)).isoformat(), "value": 0.1 + n} for n in range(3)]
    unit = {"unit_of_measurement": "EUR/kWh"}
    learner.house.hass.states.async_set(sensor.entity_id, "0.1", {**unit, "raw_today": hours})
    await learner.follow(Need(curve=key))
    curve = learner.knowledge.known.curves[key]
    shown = [*curve.points(NOON, NOON + timedelta(hours=9))]
    assert [(point.value, point.provisional) for point in shown] == [
        (Decimal("0.1"), False),
        (Decimal("0.1"), True),
        (Decimal("1.1"), True),
        (Decimal("2.1"), True),
    ]
    changes = len(learner.changes)
    await learner.later(minutes=59)
    assert len(learner.changes) > changes
    assert [point.provisional for point in curve.points(NOON, NOON + timedelta(hours=1))] == [False]


async def test_a_restart_forgets_nothing(learner: Learner) -> None:
    """Colours and prices are there again before anybody is asked."""
    sensor = await add_sensor(learner.house.hass, "spot", "EUR/kWh")
    key = f"entity:{registry_id(sensor)}"
    sensor.shows(0.5, unit="EUR/kWh")
    await learner.follow(BY_SERVICE, Need(curve=key))
    await learner.later(seconds=31)
    await learner.knowledge.close()
    again = Knowledge(learner.house.hass, learner.changes.append)
    await again.load()
    assert again.known.colours == learner.knowledge.known.colours
    start, end = NOON, NOON + timedelta(days=1)
    assert [*again.known.curves[key].points(start, end)] == [
        *learner.knowledge.known.curves[key].points(start, end)
    ]


async def test_a_price_that_is_the_same_after_a_restart(learner: Learner) -> None:
    """Has held while nobody looked; another one has not, and neither has one of days ago."""
    sensor = await add_sensor(learner.house.hass, "spot", "EUR/kWh")
    key = f"entity:{registry_id(sensor)}"
    sensor.shows(0.5, unit="EUR/kWh")
    await learner.follow(Need(curve=key))
    await learner.knowledge.close()
    sensor.shows(None)
    await learner.later(hours=2)
    sensor.shows(0.5, unit="EUR/kWh")
    await learner.follow(Need(curve=key))
    assert learner.points(key) == [(NOON, "0.5")]
    await learner.knowledge.close()
    sensor.shows(None)
    await learner.later(days=2)
    sensor.shows(0.5, unit="EUR/kWh")
    await learner.follow(Need(curve=key))
    assert learner.points(key) == [(NOON, "0.5"), (NOON + timedelta(days=2, hours=2), "0.5")]


async def test_a_unit_that_changes_alone(learner: Learner) -> None:
    """Prices the time from then on; what was shown and foretold before stays what it was."""
    sensor = await add_sensor(learner.house.hass, "spot", "EUR/kWh")
    key = f"entity:{registry_id(sensor)}"
    hours = [{"start": NOON.isoformat(), "end": (NOON + HOUR).isoformat(), "price": 20}]

    def shows(unit: str) -> None:
        attributes = {"unit_of_measurement": unit, "prices": hours}
        learner.house.hass.states.async_set(sensor.entity_id, "20", attributes)

    shows("EUR/kWh")
    await learner.follow(Need(curve=key))
    await learner.later(minutes=15)
    learner.changes.clear()
    shows("ct/kWh")
    await learner.settle()
    changed = NOON + timedelta(minutes=15)
    assert learner.changes == [changed]
    await learner.later(minutes=15)
    await learner.knowledge.close()
    await learner.follow(Need(curve=key))
    await learner.later(minutes=15)
    curve = learner.knowledge.known.curves[key]
    assert {each.value for each in curve.points(NOON, changed)} == {Decimal(20)}
    assert {each.value for each in curve.points(changed, NOON + HOUR)} == {Decimal("0.2")}


async def test_another_currency_is_no_price(learner: Learner) -> None:
    """It is neither taken for ours nor exchanged."""
    sensor = await add_sensor(learner.house.hass, "spot", "USD/kWh")
    key = f"entity:{registry_id(sensor)}"
    sensor.shows(0.2, unit="USD/kWh")
    await learner.follow(Need(curve=key))
    assert learner.points(key) == []


async def test_a_number_that_no_unit_costs_is_no_price(learner: Learner) -> None:
    """Some sensors show such when they know nothing; what is known stays."""
    sensor = await add_sensor(learner.house.hass, "spot", "EUR/kWh")
    key = f"entity:{registry_id(sensor)}"
    sensor.shows(0.2, unit="EUR/kWh")
    await learner.follow(Need(curve=key))
    await learner.later(minutes=5)
    sensor.shows(99_999_999, unit="EUR/kWh")
    await learner.later(minutes=20)
    assert learner.points(key) == [(NOON, "0.2")]


ODD = [
    [{"start": "9999-12-31T23:59:59", "price": 1}],
    [{"start": NOON, "end": "9999-12-31T23:59:59", "price": float("inf")}],
    [{"start": "0001-01-01", "price": "1e999999"}, 5, None, {}],
]


@pytest.mark.parametrize("prices", ODD)
async def test_a_site_starts_whatever_an_entity_shows(house: House, prices: object) -> None:
    """What cannot be read is passed over."""
    sensor = await add_sensor(house.hass, "spot", "EUR/kWh")
    unit = {"unit_of_measurement": "EUR/kWh"}
    house.hass.states.async_set(sensor.entity_id, "0.2", {**unit, "prices": prices})
    contract = {"template": "dynamic", "curve": f"entity:{registry_id(sensor)}"}
    site = await house.add_site(parts=[part("contract", "Ours", **contract)])
    assert site.state is ConfigEntryState.LOADED
    known = site.runtime_data.books.billing.knowledge.known
    assert [each.value for each in known.curves[contract["curve"]].points(*EVER)] == [
        Decimal("0.2")
    ]


async def test_what_nobody_foresaw_is_said_once(
    learner: Learner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And the rest goes on."""

    def bad(*_: object) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(price_sensors, "points_of", bad)
    sensor = await add_sensor(learner.house.hass, "spot", "EUR/kWh")
    key = f"entity:{registry_id(sensor)}"
    sensor.shows(0.5, unit="EUR/kWh")
    await learner.follow(Need(curve=key))
    await learner.later(minutes=20)
    assert learner.points(key) == []
    assert caplog.text.count(f"The prices of {sensor.entity_id} cannot be read") == 1


async def test_an_entity_that_is_gone(learner: Learner) -> None:
    """It tells nothing."""
    gone = Need(curve="entity:gone", today="entity:gone", tomorrow="entity:gone")
    await learner.follow(gone)
    assert learner.colours == {}
    assert learner.points("entity:gone") == []
    assert [*learner.knowledge.look_at_curve("entity:lost").points(NOON, NOON)] == []

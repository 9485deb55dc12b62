"""The statements of a month, issued on the first of the next one and told of once."""

import logging
from typing import Any

import pytest
from homeassistant.core import Event, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.core.billing.snapshot import StatementError
from custom_components.ecom.site.statements import Statements
from tests.flats import USED, USUAL, Flats, Json, member, ms, priced
from tests.house import House

NOVEMBER = {("2026-11-05T08:00", "peak"): 7}
EVENT = "ecom_statement_ready"
USUAL_PARTS = (
    *USUAL[:5],
    member("anna", "anna", notify=["action:notify.anna"]),
    member("bruno", "bruno", moved_out="2026-11-01"),
)


@pytest.fixture
def messages(house: House) -> list[Json]:
    """Return what is told to whom."""
    told: list[Json] = []

    async def tell(call: ServiceCall) -> None:
        told.append({"to": call.service, **call.data})

    for name in ("anna", "office"):
        house.hass.services.async_register("notify", name, tell)
    return told


async def a_building(house: House, **options: Any) -> Flats:
    """Return a building on 3 November that issues each month, told to its office."""
    flats = await Flats.at(house, *USUAL_PARTS, **{"monthly": True, **options})
    flats.writes(USED)
    flats.writes(dict.fromkeys(("grid", "anna"), NOVEMBER))
    return flats


async def comes(flats: Flats, moment: str) -> None:
    """Let a local moment come, and wait for what is done in the background."""
    now, then = dt_util.utcnow(), dt_util.as_utc(dt_util.parse_datetime(moment) or dt_util.now())
    await later(flats, seconds=(then - now).total_seconds())


async def later(flats: Flats, **delta: float) -> None:
    """Let time pass, and wait for what is issued by then in the background."""
    await flats.house.later(**delta)
    async with flats.entry.runtime_data._schedule._lock:
        await flats.house.hass.async_block_till_done()


def numbers(events: list[Event]) -> list[tuple[str, str]]:
    """Return whose statements were issued, and under which numbers."""
    return [(event.data["member"], event.data["number"]) for event in events]


async def test_on_the_first_in_the_morning(
    house: House, messages: list[Json], caplog: pytest.LogCaptureFixture
) -> None:
    """Of those who lived there; each and the office are told."""
    flats = await a_building(house, notify=["action:notify.office", "action:notify.anna"])
    events = async_capture_events(house.hass, EVENT)
    await comes(flats, "2026-12-01T06:29:00")
    assert events == []
    await comes(flats, "2026-12-01T06:30:01")
    assert [event.data for event in events] == [
        {
            "member": "Anna",
            "number": "2026-0001",
            "since": "2026-11-01",
            "until": "2026-12-01",
            "total": 7.4,
            "currency": "EUR",
        }
    ]
    assert [each["to"] for each in messages] == ["anna", "office"]
    assert {each["title"] for each in messages} == {"Statement ready"}
    assert messages[0]["message"] == (
        "Statement 2026-0001 for Anna, 1\u00a0Nov\u00a02026 \u2013 30\u00a0Nov\u00a02026: "
        "€7.40, of which €7.40 are due."
    )
    await comes(flats, "2026-12-02T06:30:01")
    assert len(events) == 1
    assert "could not be issued" not in caplog.text


async def test_what_was_missed_is_caught_up(house: House) -> None:
    """A while after a start, for the last month alone, and once."""
    flats = await a_building(house)
    events = async_capture_events(house.hass, EVENT)
    await house.later(minutes=14)
    assert events == []
    await later(flats, minutes=2)
    assert numbers(events) == [("Anna", "2026-0001"), ("Bruno", "2026-0002")]
    assert {event.data["since"] for event in events} == {"2026-10-01"}
    await house.reload(flats.entry)
    await later(flats, minutes=20)
    assert len(events) == 2


async def test_not_before_the_morning_of_the_first(house: House) -> None:
    """A restart at midnight waits for it."""
    flats = await a_building(house)
    await comes(flats, "2026-12-01T00:01:00")
    events = async_capture_events(house.hass, EVENT)
    await house.reload(flats.entry)
    await later(flats, minutes=20)
    assert events == []


async def test_a_month_whose_price_comes_late(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again each morning, said once, and issued as soon as it can be."""
    flats = await a_building(house)
    flats.writes({key: {("2026-11-06T08:00", "later"): 1} for key in ("anna", "grid")})
    events = async_capture_events(house.hass, EVENT)
    for day in ("2026-12-01", "2026-12-02"):
        await comes(flats, f"{day}T06:30:01")
    assert events == []
    assert caplog.text.count("could not be issued") == 1
    issue = ir.async_get(house.hass).async_get_issue(DOMAIN, "statement_waiting_Manna")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["member"] == "Anna"
    assert "1 kWh have no price yet" in issue.translation_placeholders["reason"]
    for key in ("anna", "grid"):
        account = f"entity:{key}#drawn"
        since, until = ms("2026-11-06T08:00"), ms("2026-11-06T09:00")
        priced_now = priced({("2026-11-06T08:00", "peak"): 1})
        flats.store.ledger.replace(account, since, until, priced_now)
    await comes(flats, "2026-12-03T06:30:01")
    assert numbers(events) == [("Anna", "2026-0001")]
    assert "statement_waiting" not in house.issues


async def test_only_where_it_is_wanted(house: House) -> None:
    """A site that issues by hand is left alone."""
    flats = await a_building(house, monthly=False)
    events = async_capture_events(house.hass, EVENT)
    await comes(flats, "2026-12-01T06:30:01")
    assert events == []


async def test_in_french(house: House, messages: list[Json]) -> None:
    """The message is in the language of the server, the statement in that of the options."""
    house.hass.config.language = "fr"
    flats = await a_building(house, language="en")
    await later(flats, minutes=16)
    assert messages[0]["title"] == "Décompte prêt"
    assert messages[0]["message"] == (
        "Décompte 2026-0001 pour Anna, 01/10/2026 \u2013 31/10/2026 : "
        "18,95\u00a0€, dont 18,95\u00a0€ à payer."
    )
    assert (await flats.statement(member="Anna"))["language"] == "en"


async def test_what_cannot_be_issued_or_told_is_logged(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a name, and the others have theirs."""
    flats = await a_building(house, notify=["action:notify.broken"])

    async def refuses(_: ServiceCall) -> None:
        raise HomeAssistantError("no network for Anna")

    house.hass.services.async_register("notify", "broken", refuses)
    issue = Statements.issue

    async def fails_for_anna(self: Statements, asked: Any) -> Any:
        if asked.party == "Manna":
            raise StatementError("statement_nothing")
        return await issue(self, asked)

    monkeypatch.setattr(Statements, "issue", fails_for_anna)
    events = async_capture_events(house.hass, EVENT)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        await later(flats, minutes=16)
    assert numbers(events) == [("Bruno", "2026-0001")]
    said = [each.getMessage() for each in caplog.records if "ecom" in each.name]
    assert said == [
        "A monthly statement could not be issued: statement_nothing",
        "A notification could not be delivered: HomeAssistantError",
    ]
    assert (await flats.statement(member="Bruno"))["number"] == "2026-0001"

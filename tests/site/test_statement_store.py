"""Statements that are issued: numbers without a hole, and the very bytes for ever."""

import asyncio
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from homeassistant.exceptions import ServiceValidationError

from custom_components.ecom.core.billing.lines import Unit, Unpriced
from custom_components.ecom.core.billing.render_csv import MARK
from custom_components.ecom.core.billing.snapshot import StatementError, canonical
from custom_components.ecom.core.billing.statement import Language, Party, Statement
from custom_components.ecom.core.quarters import Mark
from custom_components.ecom.site import database
from custom_components.ecom.site.quarter_store import QuarterStore
from custom_components.ecom.site.statement_maker import Made, check
from custom_components.ecom.site.statement_store import StatementStore
from tests.core.billing.demo import demo
from tests.flats import USED, USUAL, Flats, member
from tests.house import House
from tests.site.test_ledger_store import VERSION_1

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is."""
    return tmp_path / "quarters.db"


@pytest.fixture
def store(path: Path) -> Iterator[StatementStore]:
    """Return an empty store."""
    store = QuarterStore(path)
    yield store.statements
    store.close()


def draft(**more: object) -> Statement:
    """Return a draft of Anna's."""
    return demo(Language.ENGLISH, number=None, **more)


def test_numbers_follow_each_other_within_a_year(store: StatementStore) -> None:
    """Whoever they are for."""
    numbers = [store.issue(party, draft(), NOON)[0].number for party in ("anna", "bruno")]
    first = draft().until
    later = draft(issued_on=date(2027, 1, 2), since=first, until=first + timedelta(days=1))
    numbers.append(store.issue("anna", later, NOON)[0].number)
    assert numbers == ["2026-0001", "2026-0002", "2027-0001"]


def test_what_is_issued_stays_as_it_is(store: StatementStore, path: Path) -> None:
    """By its number, or as the last one of its period; after a restart, too."""
    issued, new = store.issue("anna", draft(), NOON)
    assert new
    assert (issued.number in issued.html, "Anna Martin" in issued.csv) == (True, True)
    again = QuarterStore(path)
    found = again.statements.numbered("2026-0001")
    assert found == issued
    assert found is not None
    assert canonical(found.statement) == canonical(issued.statement)
    assert again.statements.last("anna", issued.since, issued.until) == issued
    assert again.statements.last("bruno", issued.since, issued.until) is None
    assert again.statements.last("anna", issued.since, date(2026, 2, 17)) is None
    assert again.statements.numbered("2026-0002") is None
    again.close()


def test_a_table_that_was_issued_without_the_mark_has_none(
    store: StatementStore, path: Path
) -> None:
    """A new one has it; the bytes of what was handed out stay."""
    issued, _ = store.issue("anna", draft(), NOON)
    assert issued.csv.startswith(MARK)
    older = issued.csv.removeprefix(MARK)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE statement SET csv = ?", (zlib.compress(older.encode()),))
    found = store.numbered("2026-0001")
    assert found is not None
    assert found.csv == older


def test_the_same_figures_are_the_same_statement(store: StatementStore) -> None:
    """Whatever names, addresses, the language or the day are meanwhile."""
    issued, _ = store.issue("anna", draft(), NOON)
    moved = replace(
        draft(),
        recipient=Party(name="Anna M."),
        issued_on=date(2026, 3, 1),
        language=Language.FRENCH,
        history=(),
    )
    assert store.issue("anna", moved, NOON) == (issued, False)


def test_other_figures_are_a_correction(store: StatementStore) -> None:
    """With a number of its own, that names the one it takes the place of."""
    first, _ = store.issue("anna", draft(), NOON)
    dearer = draft(provisions=(replace(draft().provisions[0], amount=Decimal(30)),))
    second, new = store.issue("anna", dearer, NOON)
    assert (second.number, new) == ("2026-0002", True)
    assert second.statement.corrects is not None
    assert second.statement.corrects.number == "2026-0001"
    assert second.statement.due == 10
    assert "Corrects and replaces statement 2026-0001" in second.html
    assert store.last("anna", first.since, first.until) == second
    assert store.numbered("2026-0001") == first
    assert store.issue("anna", dearer, NOON) == (second, False)
    third, _ = store.issue("anna", draft(), NOON)
    assert third.statement.corrects is not None
    assert third.statement.corrects.number == "2026-0002"
    assert third.statement.due == -10


def test_a_hole_in_the_numbers_is_refused(store: StatementStore, path: Path) -> None:
    """And nothing is written."""
    for party in ("anna", "bruno"):
        store.issue(party, draft(), NOON)
    db = sqlite3.connect(path)
    db.execute("DELETE FROM statement WHERE number = '2026-0001'")
    db.commit()
    db.close()
    with pytest.raises(StatementError, match="broken_sequence"):
        store.issue("chloe", draft(), NOON)
    assert store.last("chloe", draft().since, draft().until) is None


def test_a_number_without_its_statement_is_never_written(
    store: StatementStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails takes no number."""
    with monkeypatch.context() as patch:
        patch.setattr("zlib.compress", lambda _: (_ for _ in ()).throw(MemoryError))
        with pytest.raises(MemoryError):
            store.issue("anna", draft(), NOON)
    assert store.issue("bruno", draft(), NOON)[0].number == "2026-0001"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_file_keeps_everything(path: Path, version: int) -> None:
    """And takes statements from then on."""
    db = sqlite3.connect(path)
    db.executescript(VERSION_1)
    for added in database._VERSIONS[1:version]:
        db.executescript(added)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    store = QuarterStore(path)
    assert store.marks() == {"a": Mark(at=5, index=6)}
    assert store.statements.issue("anna", draft(), NOON)[0].number == "2026-0001"
    store.close()


@pytest.fixture
async def flats(house: House) -> Flats:
    """Return the building after a month in which everybody used something."""
    flats = await Flats.at(house)
    flats.writes(USED)
    return flats


async def test_issued_through_the_action(flats: Flats) -> None:
    """It is the same from then on, whatever is edited or counted later."""
    issued = await flats.statement(member="Anna", issue=True)
    assert (issued["number"], issued["draft"], issued["corrects"]) == ("2026-0001", False, None)
    assert "No. 2026-0001" in issued["html"]
    await flats.options(common_key="surface")
    flats.writes({"anna": {("2026-10-30T12:00", "peak"): 1}})
    assert await flats.statement(member="Anna") == issued
    assert await flats.statement(member="Anna", language="fr") == issued
    assert await flats.statement(number="2026-0001") == issued
    corrected = await flats.statement(member="Anna", issue=True)
    assert (corrected["number"], corrected["corrects"]) == ("2026-0002", "2026-0001")
    due = corrected["totals"]["balance"] - issued["totals"]["balance"]
    assert corrected["totals"]["due"] == pytest.approx(due)
    assert await flats.statement(member="Anna", issue=True) == corrected
    assert await flats.statement(number="2026-0001") == issued


async def test_nothing_is_issued_while_prices_are_made_anew(
    flats: Flats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contract has just been changed: what follows from it comes first."""
    done = asyncio.Event()
    monkeypatch.setattr(flats.books.ledger, "rebuild", lambda *_: done.wait())
    hass, part = flats.house.hass, flats.entry.subentries["power"]
    changed = {**part.data, "prices": "0.40 0.20"}
    hass.config_entries.async_update_subentry(flats.entry, part, data=changed)
    await hass.async_block_till_done()
    asked = asyncio.create_task(flats.statement(member="Anna", issue=True))
    await hass.async_block_till_done()
    assert not asked.done()
    done.set()
    issued = await asked
    own = [line["net"] for line in issued["sections"][0]["lines"] if not line["common"]]
    assert own == [16.0, 2.0]


async def test_the_site_has_statements_too(flats: Flats) -> None:
    """In the same sequence; the entity of the main meter stands for the site."""
    issued = await flats.statement(site=True, issue=True)
    assert (issued["number"], issued["recipient"]) == ("2026-0001", "Home")
    grid = flats.house.entity_id("site/grid/energy")
    assert await flats.statement(member=grid) == issued
    anna = flats.house.entity_id("site/anna/energy")
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member=anna)
    assert raised.value.translation_key == "no_such_member"
    mine = await flats.statement(member=flats.house.entity_id("site/Manna/energy"))
    assert mine["recipient"] == "Anna"


async def test_who_may_have_a_statement(house: House) -> None:
    """A member the own ones; to issue, and of the site, is for administrators."""
    flats = await Flats.at(house, *USUAL[:6], member("bruno", "bruno", user="bob"))
    flats.writes(USED)
    bob, boss = flats.user("bob"), flats.user("boss", admin=True)
    own = await flats.statement(bob)
    assert (
        own == await flats.statement(bob, member="Bruno") == await flats.statement(member="Bruno")
    )
    await flats.statement(boss, member="Anna", issue=True)
    await flats.statement(boss, member="Bruno", issue=True)
    assert (await flats.statement(bob, number="2026-0002"))["recipient"] == "Bruno"
    refused = {
        "not_yours": {"member": "Anna"},
        "only_administrators": {"site": True},
        "no_such_statement": {"number": "2026-0001"},
    }
    for key, asked in refused.items():
        with pytest.raises(ServiceValidationError) as raised:
            await flats.statement(bob, **asked)
        assert raised.value.translation_key == key
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(bob, issue=True)
    assert raised.value.translation_key == "only_administrators"
    assert (await flats.statement(boss, number="2026-0001"))["recipient"] == "Anna"


@pytest.mark.parametrize("unit", Unit)
def test_only_what_was_used_needs_a_price(unit: Unit) -> None:
    """A charge by time, or a rate, may be missing from a statement that is issued."""
    (section, *_) = draft().sections
    lacks = Unpriced(component="x", label="x", quantity=Decimal("1.50"), unit=unit)
    statement = draft(sections=(replace(section, unpriced=(lacks,)),))
    if unit not in (Unit.KWH, Unit.M3):
        check(Made(statement=statement, divided=()))
        return
    with pytest.raises(StatementError) as raised:
        check(Made(statement=statement, divided=()))
    assert raised.value.args[1]["amount"] == "1.5"


EACH_DAY = [
    (f"{day}T08:00", "peak") for day in ("2026-09-10", "2026-10-10", "2026-10-31", "2026-11-01")
]
OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}


@pytest.mark.parametrize(
    "days",
    [
        {"start": "2026-10-01", "end": "2026-10-15"},
        {"start": "2026-10-31", "end": "2026-11-02"},
        {"start": "2026-09-01", "end": "2026-11-02"},
        {"start": "2026-10-10", "end": "2026-10-11"},
    ],
)
async def test_no_day_is_in_two_statements(house: House, days: dict[str, str]) -> None:
    """Of a member; the error names the one that has it, and days can be drafted for all that."""
    flats = await Flats.at(house)
    flats.writes(USED)
    flats.writes({key: dict.fromkeys(EACH_DAY, 1) for key in ("anna", "bruno")})
    flats.writes({"grid": dict.fromkeys(EACH_DAY, 2)})
    number = (await flats.statement(member="Anna", issue=True, **OCTOBER))["number"]
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member="Anna", issue=True, **days)
    assert raised.value.translation_key == "statement_overlaps"
    assert raised.value.translation_placeholders == {"number": number}
    assert (await flats.statement(member="Anna", **days))["draft"]
    assert (await flats.statement(member="Bruno", issue=True, **days))["number"]


async def test_days_that_meet_and_the_same_days_again(house: House) -> None:
    """Are issued: the day after the last one, a correction, and the site as a whole."""
    flats = await Flats.at(house)
    flats.writes(USED)
    flats.writes({key: dict.fromkeys(EACH_DAY, 1) for key in ("grid", "anna")})
    number = (await flats.statement(member="Anna", issue=True, **OCTOBER))["number"]
    for start, end in (("2026-09-01", "2026-10-01"), ("2026-11-01", "2026-11-03")):
        found = await flats.statement(member="Anna", issue=True, start=start, end=end)
        assert found["corrects"] is None
    flats.writes({key: {("2026-10-06T08:00", "peak"): 1} for key in ("grid", "anna")})
    again = await flats.statement(member="Anna", issue=True, **OCTOBER)
    assert again["corrects"] == number
    for start in ("2026-10-01", "2026-09-01"):
        whole = await flats.statement(site=True, issue=True, start=start, end="2026-11-01")
        assert whole["number"]

"""Statements of members and of the site: everything adds up, and says how it came about."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.exceptions import ServiceValidationError

from custom_components.ecom.core.costs.exchange import IndexMark
from custom_components.ecom.core.costs.rows import HOUR_MS
from custom_components.ecom.core.quarters import Mark
from custom_components.ecom.site.accounts import Source
from custom_components.ecom.site.ledger_store import LedgerBatch
from custom_components.ecom.site.quarter_store import Batch, Segment
from scripts.tools.pure import ROOT
from tests.flats import POWER, USED, USUAL, Flats, Json, contract, member, meter, ms, priced
from tests.house import House


@pytest.fixture
async def flats(house: House) -> Flats:
    """Return the building after a month in which everybody used something."""
    flats = await Flats.at(house)
    flats.writes(USED)
    return flats


def cents(amount: float) -> Decimal:
    """Return an amount of an answer, exactly."""
    return Decimal(str(amount))


def total(parts: list[Json], name: str) -> Decimal:
    """Return what parts of an answer hold together."""
    return sum((cents(each[name]) for each in parts), Decimal(0))


async def test_members_common_and_losses_are_the_main_meter(flats: Flats) -> None:
    """To the watt-hour and to the cent, by meters and by members."""
    site = await flats.statement(site=True)
    (each,) = site["divisions"]
    assert (each["contract"], each["amount"]) == ("Power", 150.0)
    assert each["gross"] == site["totals"]["gross"] == 100 * 0.20 + 50 * 0.10 + 12
    assert {one["name"]: one["amount"] for one in each["own"]} == {
        "Anna": 50.000001,
        "Bruno": 50.5,
    }
    assert [(one["name"], one["amount"]) for one in each["common"]] == [("Stairs", 35.0)]
    assert each["losses"]["amount"] == 14.499999
    by_meter = [*each["own"], *each["common"], each["losses"], each["fixed"]]
    by_member = [*each["own"], *each["shared"]]
    for parts in (by_meter, by_member):
        assert total(parts, "amount") == 150
        assert total(parts, "gross") == cents(each["gross"])
    members = [(await flats.statement(member=name))["totals"] for name in ("Anna", "Bruno")]
    assert total(members, "gross") == cents(each["gross"])


async def test_what_a_statement_holds(flats: Flats) -> None:
    """A draft of the last month; its lines are in its table, too."""
    anna = await flats.statement(member="anna")
    assert (anna["number"], anna["draft"], anna["language"]) == (None, True, "en")
    assert (anna["start"], anna["end"], anna["currency"]) == ("2026-10-01", "2026-11-01", "EUR")
    (section,) = anna["sections"]
    assert (section["fluid"], section["contract"], section["quantity"]) == (
        "electricity",
        "Power",
        50.000001,
    )
    own = [(line["band"], line["net"]) for line in section["lines"] if not line["common"]]
    assert own == [("peak", 8.0), ("off_peak", 1.0)]
    assert any(line["component"] == "standing" for line in section["lines"] if line["common"])
    assert anna["totals"]["net"] == anna["totals"]["gross"] == section["gross"]
    assert section["quality"] == {"measured": 50.000001}
    assert "Statement of allocation" in anna["csv"]
    assert anna["html"].startswith("<!DOCTYPE html>")
    assert "Draft" in anna["html"]
    assert (await flats.statement(member="Anna", language="fr"))["html"].count("Brouillon") == 2


KEYS = {
    "equal": (50, 50),
    "surface": (60, 40),
    "occupants": (25, 75),
    "fixed": (80, 15),
    "thousandths": (60, 30),
}


@pytest.mark.parametrize(("key", "shares"), KEYS.items())
async def test_the_key_divides_what_is_common(
    house: House, key: str, shares: tuple[int, int]
) -> None:
    """Standing charges among it; of thousandths and percent the rest is the owner's."""
    parts = [
        *USUAL[:5],
        member("anna", "anna", surface=60, thousandths=600, occupants=1, fixed=80),
        member("bruno", "bruno", surface=40, thousandths=300, occupants=3, fixed=15),
    ]
    flats = await Flats.at(house, *parts, common_key=key)
    flats.writes(USED)
    (each,) = (await flats.statement(site=True))["divisions"]
    pool = sum(one["gross"] for one in each["shared"])
    found = {one["name"]: round(100 * one["gross"] / pool) for one in each["shared"]}
    assert (found["Anna"], found["Bruno"]) == shares
    assert found.get("vacant", 0) == 100 - sum(shares)


WEIGHTLESS = {
    "surface": "No member has a weight for the key floor area: what is common is divided in equal",
    "occupants": "No member has a weight for the key occupants: what is common is divided in equal",
    "thousandths": "weight for the key thousandths: what is common is borne by the owner",
    "fixed": "for the key fixed percentages: what is common is borne by the owner",
}


@pytest.mark.parametrize(("key", "note"), WEIGHTLESS.items())
async def test_a_key_that_nobody_has_a_weight_for(house: House, key: str, note: str) -> None:
    """Is told to members and of the site, with what follows."""
    parts = [*USUAL[:5], member("anna", "anna"), member("bruno", "bruno")]
    flats = await Flats.at(house, *parts, common_key=key)
    flats.writes(USED)
    site = await flats.statement(site=True)
    lacks = {"key": key, "note": "key_without_weights", "members": []}
    assert site["divisions"][0]["key_lacks"] == lacks
    assert note in site["html"]
    assert note in (await flats.statement(member="Anna"))["html"]
    bears = {one["name"] for one in site["divisions"][0]["shared"] if one["gross"]}
    assert bears == ({"vacant"} if "owner" in note else {"Anna", "Bruno"})


async def test_a_member_who_misses_a_weight(house: House) -> None:
    """Is named, if there on those days; a weight of 0 that somebody stated is one."""
    parts = [
        *USUAL[:5],
        member("anna", "anna", surface=60),
        member("bruno", "bruno"),
        meter("desk"),
        meter("oven"),
        member("chloe", "desk", surface=0),
        member("dan", "oven", moved_out="2026-10-01"),
    ]
    flats = await Flats.at(house, *parts, common_key="surface")
    flats.writes(USED)
    site = await flats.statement(site=True)
    lacks = {"key": "surface", "note": "key_weight_missing", "members": ["Bruno"]}
    assert site["divisions"][0]["key_lacks"] == lacks
    told = "the key floor area, and so without a share of what is common: Bruno."
    for html in (site["html"], (await flats.statement(member="Anna"))["html"]):
        assert told in html


@pytest.mark.parametrize("key", ["equal", "surface", "consumption"])
async def test_a_key_that_lacks_nothing(flats: Flats, key: str) -> None:
    """Is told nothing of."""
    await flats.options(common_key=key)
    site = await flats.statement(site=True)
    assert site["divisions"][0]["key_lacks"] is None
    assert "weight for the key" not in site["html"]


async def test_the_key_of_own_use(flats: Flats) -> None:
    """Who uses twice as much bears twice as much of the stairs."""
    flats.writes({"bruno": {("2026-10-06T08:00", "peak"): 49.500002}})
    flats.writes({"grid": {("2026-10-06T08:00", "peak"): 60}})
    await flats.options(common_key="consumption")
    (each,) = (await flats.statement(site=True))["divisions"]
    anna, bruno = (Decimal(str(one["gross"])) for one in each["shared"])
    assert abs(anna * 2 - bruno) <= Decimal("0.03")
    html = (await flats.statement(member="Anna"))["html"]
    assert "Key: own use, 50 of 150" in html


async def test_thousandths_of_more_than_a_thousand(house: House) -> None:
    """Some buildings have ten thousand: then all of them are the members'."""
    parts = [
        *USUAL[:5],
        member("anna", "anna", thousandths=6000),
        member("bruno", "bruno", thousandths=2000),
    ]
    flats = await Flats.at(house, *parts, common_key="thousandths")
    flats.writes(USED)
    (each,) = (await flats.statement(site=True))["divisions"]
    assert [one["name"] for one in each["shared"]] == ["Anna", "Bruno"]


@pytest.mark.parametrize(
    ("key", "shares", "owner"),
    [("thousandths", (500, 400, 500), True), ("fixed", (50, 30, 70), False)],
)
@pytest.mark.parametrize("bob", [{"moved_in": "2025-01-01"}, {"moved_out": "2026-11-01"}])
async def test_a_key_knows_who_was_there(
    house: House, key: str, shares: tuple[int, int, int], bob: Json, *, owner: bool
) -> None:
    """Whoever lived in a flat long ago, or comes later, changes nothing."""
    ada = {"moved_out": bob.get("moved_in"), "moved_in": bob.get("moved_out")}
    parts = [
        *USUAL[:5],
        member("ada", "anna", **{key: shares[0]}, **ada),
        member("bob", "anna", **{key: shares[1]}, **bob),
        member("carl", "bruno", **{key: shares[2]}),
    ]
    flats = await Flats.at(house, *parts, common_key=key)
    flats.writes(USED)
    (each,) = (await flats.statement(site=True))["divisions"]
    held = {one["name"]: cents(one["gross"]) for one in each["shared"]}
    assert held.keys() == {"Bob", "Carl"} | ({"vacant"} if owner else set())
    whole = sum(held.values())
    for name, share in (("Bob", shares[1]), ("Carl", shares[2])):
        exact = whole * share / (1000 if owner else 100)
        assert abs(held[name] - exact) <= Decimal("0.03"), "cents are rounded line by line"


async def test_those_who_follow_each_other_in_a_flat(house: House) -> None:
    """Each bears what was used on the own days, and the days between are the owner's."""
    parts = [
        *USUAL[:5],
        member("anna", "anna"),
        member("bruno", "bruno", moved_out="2026-10-10"),
        member("chloe", "bruno", moved_in="2026-10-15"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes(USED)
    flats.writes(
        {"bruno": {("2026-10-12T08:00", "peak"): 1}, "grid": {("2026-10-12T08:00", "peak"): 1}}
    )
    (each,) = (await flats.statement(site=True))["divisions"]
    assert {one["name"]: one["amount"] for one in each["own"]} == {
        "Anna": 50.000001,
        "Bruno": 30.5,
        "Chloe": 20.0,
        "vacant": 1.0,
    }
    chloe = await flats.statement(member="Chloe")
    assert chloe["sections"][0]["quality"] == {"measured": 20.0}
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member="Bruno", start="2026-10-10", end="2026-10-31")
    assert raised.value.translation_key == "statement_not_there"


@pytest.mark.parametrize("key", ["occupants", "surface", "equal", "consumption"])
@pytest.mark.parametrize("change", ["price", "contract"])
async def test_a_change_while_nobody_lives_there(house: House, key: str, change: str) -> None:
    """From then on all that is common is the owner's, whatever the key."""
    later = {**POWER, "prices": "0.40 0.20", "since": "2026-10-20"}
    contracts = [
        contract("power", **{**POWER, "until": later["since"]}),
        contract("then", **later),
    ]
    if change == "price":
        contracts = [contract("power", **{**POWER, "prices": "0.20 0.10\n2026-10-20 0.40 0.20"})]
    parts = [
        *USUAL[:4],
        *contracts,
        member("anna", "anna", occupants=2, moved_out="2026-10-12"),
        member("bruno", "bruno", occupants=1, moved_out="2026-10-10"),
    ]
    flats = await Flats.at(house, *parts, common_key=key)
    flats.writes(USED)
    site = await flats.statement(site=True)
    parties = [one for each in site["divisions"] for one in [*each["own"], *each["shared"]]]
    assert total(parties, "amount") == 150
    assert total(parties, "gross") == cents(site["totals"]["gross"])
    vacant = [one for one in parties if one["name"] == "vacant"]
    members = [(await flats.statement(member=name))["totals"] for name in ("Anna", "Bruno")]
    assert total([*members, *vacant], "gross") == cents(site["totals"]["gross"])
    assert total(vacant, "gross") >= 50 * Decimal("0.20")


async def test_who_takes_over_the_desks_of_two(house: House) -> None:
    """Has both from then on; each desk was that of its own member before."""
    parts = [
        *USUAL[:5],
        member("ada", "anna", moved_out="2026-10-12"),
        member("bob", "anna", "bruno", moved_in="2026-10-12", moved_out="2026-10-30"),
        member("carl", "bruno", moved_out="2026-10-12"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes(USED)
    flats.writes({key: {("2026-10-30T08:00", "peak"): 1} for key in ("anna", "grid")})
    site = await flats.statement(site=True)
    (each,) = site["divisions"]
    assert {one["name"]: one["amount"] for one in each["own"]} == {
        "Ada": 40.0,
        "Bob": 30.000001,
        "Carl": 30.5,
        "vacant": 1.0,
    }
    assert total([*each["own"], *each["shared"]], "gross") == cents(each["gross"])
    for name, amount in {"Ada": 40.0, "Bob": 30.000001, "Carl": 30.5}.items():
        (section,) = (await flats.statement(member=name))["sections"]
        assert section["quality"] == {"measured": amount}
        (costs,) = await flats.costs(member=name)
        assert [row["energy"] for row in costs["rows"]] == [amount] * len(costs["rows"])


async def test_two_in_one_flat_on_the_same_days(house: House) -> None:
    """Nobody can say who used what; the error names them."""
    flats = await Flats.at(house, *USUAL, member("dan", "bruno"))
    flats.writes(USED)
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member="Anna")
    assert raised.value.translation_key == "two_at_once"
    assert raised.value.translation_placeholders == {"member": "Dan", "unit": "Bruno"}


async def test_an_outlet_in_somebody_elses_flat(house: House) -> None:
    """Is taken from the flat, and a plug of the flat itself is not counted twice."""
    parts = [
        *USUAL[:5],
        meter("desk", parent="bruno"),
        meter("oven", parent="bruno"),
        meter("lamp", parent="stairs"),
        member("anna", "anna", "desk"),
        member("bruno", "bruno", "oven"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes(USED)
    flats.writes({key: {("2026-10-05T08:00", "peak"): 5} for key in ("desk", "oven", "lamp")})
    (each,) = (await flats.statement(site=True))["divisions"]
    assert {one["name"]: one["amount"] for one in each["own"]} == {
        "Anna": 55.000001,
        "Bruno": 45.5,
    }
    assert [one["amount"] for one in each["common"]] == [35.0]
    assert each["losses"]["amount"] == 14.499999


async def test_a_sub_meter_with_another_contract(house: House) -> None:
    """Is divided by the bands of the main meter's all the same."""
    own = contract("internal", template="flat", prices="0.5")
    parts = [
        meter("grid", "grid", contract="power"),
        meter("anna", contract="internal"),
        *USUAL[2:],
        own,
    ]
    flats = await Flats.at(house, *parts)
    flats.writes(
        USED | {"anna": {("2026-10-05T08:00", "all"): 40, ("2026-10-20T23:00", "all"): 10}}
    )
    anna = await flats.statement(member="Anna")
    (section,) = anna["sections"]
    own_lines = [line for line in section["lines"] if not line["common"]]
    assert [(line["band"], line["net"]) for line in own_lines] == [("peak", 8.0), ("off_peak", 1.0)]


async def test_a_room_of_desks(house: House) -> None:
    """Without a meter at the grid the desks are all that is supplied."""
    parts = [
        meter("anna"),
        meter("lamp", parent="anna"),
        meter("bruno"),
        meter("stairs"),
        *USUAL[4:],
    ]
    flats = await Flats.at(house, *parts)
    flats.writes({key: {("2026-10-05T08:00", "peak"): 10} for key in ("anna", "bruno", "lamp")})
    (each,) = (await flats.statement(site=True))["divisions"]
    assert (each["amount"], each["losses"]["amount"]) == (20.0, 0.0)
    assert [one["amount"] for one in each["own"]] == [10.0, 10.0]


async def test_two_supplies(house: House) -> None:
    """A sub-meter is below the one that it names, or else the one that it is billed by."""
    parts = [
        meter("grid", "grid", contract="power"),
        meter("barn", "grid", contract="other"),
        meter("anna", parent="barn"),
        meter("bruno", contract="power"),
        meter("stairs"),
        contract("power", **POWER),
        contract("other", template="flat", prices="0.5"),
        *USUAL[5:],
    ]
    flats = await Flats.at(house, *parts)
    flats.writes({key: {("2026-10-05T08:00", "peak"): 10} for key in ("grid", "bruno")})
    flats.writes({key: {("2026-10-05T08:00", "all"): 4} for key in ("barn", "anna", "stairs")})
    power, other = (await flats.statement(site=True))["divisions"]
    assert {one["name"]: one["amount"] for one in power["own"]} == {"Bruno": 10.0}
    assert {one["name"]: one["amount"] for one in other["own"]} == {"Anna": 4.0}
    assert (power["common"], other["common"]) == ([], [])


async def test_a_meter_with_registers(house: House) -> None:
    """Each is shown with what it counted of its band, and the meter with its serial number."""
    flats = await Flats.at(house, meter("grid", "grid", port="wes:A1B2/tic1"), *USUAL[1:])
    account = "wes:A1B2/tic1#drawn"
    flats.store.write([], ledger=LedgerBatch(rows={account: priced(USED["grid"])}))
    series = {"day": ("peak", 700.0), "night": ("off_peak", 900.0)}
    flats.books.quarters.pasts._known[account] = {key: [Segment(key=key)] for key in series}
    flats.books.ledger.accounts.follow(
        Source(key=key, account=account, band=band) for key, (band, _) in series.items()
    )
    for key, (_, kwh) in series.items():
        mark = {ms("2026-11-01T00:00") // HOUR_MS: IndexMark(index=int(kwh * 1_000_000))}
        batch = Batch(key=key, mark=Mark(at=0, index=0), quarters={}, marks=mark)
        flats.store.write([batch])
    html = (await flats.statement(site=True))["html"]
    assert "Grid (A1B2)" in html
    for text in ("700 (read)", "900 (read)", "100\u00a0kWh", "50\u00a0kWh", "not known"):
        assert text in html


async def test_other_fluids(house: House) -> None:
    """Hot water goes by m³ and needs no main meter; of heat a part goes by surface."""
    parts = [
        meter("boiler", "heat"),
        meter("anna", "heat", parent="boiler"),
        meter("bruno", "heat", parent="boiler"),
        meter("tap", "hot_water"),
        meter("bath", "hot_water"),
        contract("warmth", template="heat", prices="0.10"),
        contract("bathing", template="water", prices="9"),
        contract("hot", template="hot_water", cold_water="4", energy_price="0.1"),
        member("anna", "anna", "tap", surface=75),
        member("bruno", "bruno", "bath", surface=25),
    ]
    flats = await Flats.at(house, *parts, heat_common=20)
    at = ("2026-10-05T08:00", "all")
    flats.writes({"boiler": {at: 1100}, "anna": {at: 600}, "bruno": {at: 400}})
    flats.writes({"tap": {at: 3}, "bath": {at: 1}})
    anna = await flats.statement(member="Anna")
    heat, hot = anna["sections"]
    assert (heat["fluid"], heat["unit"], hot["fluid"], hot["unit"]) == (
        "heat",
        "kwh",
        "hot_water",
        "m3",
    )
    # 110.00 of heat: 22.00 by surface, of the rest Anna's meter counted six tenths.
    assert heat["gross"] == pytest.approx(22 * 0.75 + 88 * 0.6)
    assert hot["quantity"] == 3
    bruno = await flats.statement(member="Bruno")
    assert hot["gross"] == pytest.approx(3 * bruno["sections"][1]["gross"], abs=0.02)


async def test_a_meter_at_both_ends(flats: Flats) -> None:
    """Indexes, read or estimated; what took its place; and when it was not read."""
    flats.indexes("anna", {"2026-10-01T00:00": 1000.5, "2026-10-31T20:00": 1050.25})
    flats.exchanged("anna", "2026-10-09T10:00", 1020, 3)
    flats.quarters("anna", {"2026-10-05T08:00": 1.0})
    html = (await flats.statement(member="Anna"))["html"]
    assert "1,000.5 (read)" in html
    assert "1,050.25 (estimated)" in html
    assert "meter exchanged on 9\u00a0Oct\u00a02026\u00a010:00" in html
    assert "No reading of Anna from 1\u00a0Oct\u00a02026\u00a000:00 to 1\u00a0Nov" in html
    assert "without legal approval" in html


async def test_gaps_are_told_apart(house: House) -> None:
    """Those less than an hour apart are one."""
    flats = await Flats.at(house)
    flats.writes({"grid": {("2026-10-05T00:00", "peak"): 5}})
    day = [f"2026-10-05T{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)]
    gone = {"2026-10-05T03:00", "2026-10-05T03:45", "2026-10-05T05:00"}
    flats.quarters("grid", {at: 0.1 for at in day if at not in gone})
    days = {"start": "2026-10-05", "end": "2026-10-06"}
    html = (await flats.statement(site=True, **days))["html"]
    assert "from 5\u00a0Oct\u00a02026\u00a003:00 to 5\u00a0Oct\u00a02026\u00a004:00" in html
    assert "from 5\u00a0Oct\u00a02026\u00a005:00 to 5\u00a0Oct\u00a02026\u00a005:15" in html
    assert html.count("No reading") == 2


async def test_what_was_paid_in_advance(house: House) -> None:
    """On the first of each month that began while the member was there."""
    who = member(
        "anna", "anna", provision=8, moved_in="2026-09-10", address="Flat 1\n38000 Grenoble"
    )
    flats = await Flats.at(house, *USUAL[:5], who, issuer="SCI Le Moulin\n12 rue de l'Écluse")
    flats.writes(USED)
    found = await flats.statement(member="Anna", start="2026-08-15", end="2026-11-01")
    assert (found["totals"]["paid"], found["html"].count("Provision of")) == (8.0, 1)
    assert found["totals"]["balance"] == round(found["totals"]["gross"] - 8, 2)
    assert "Provision of 1\u00a0Oct\u00a02026" in found["html"]
    for text in ("SCI Le Moulin", "12 rue de l", "38000 Grenoble"):
        assert text in found["html"]


async def test_last_year_and_the_months_before(flats: Flats) -> None:
    """As far as the ledger knows them."""
    flats.writes({key: {("2025-10-05T08:00", "peak"): 25} for key in ("grid", "anna")})
    flats.writes({key: {("2026-09-05T08:00", "peak"): 10} for key in ("grid", "anna")})
    html = (await flats.statement(member="Anna"))["html"]
    assert "25\u00a0kWh" in html
    assert "+100%" in html
    assert "Electricity: the last months" in html
    october = (await flats.statement(member="Anna", start="2025-10-01", end="2025-11-01"))["html"]
    assert "Change" in october
    assert "+" not in october.split("Summary")[1].split("</table>")[0]
    assert "+500%" in (await flats.statement(site=True))["html"]
    leap = await flats.statement(site=True, start="2024-02-29", end="2025-11-01")
    assert leap["sections"][0]["quantity"] == 25


async def test_the_site_as_a_whole(house: House) -> None:
    """With what it was paid for feeding in; nobody need live in it."""
    paid = contract("sale", template="feed_in", prices="0.04")
    flats = await Flats.at(house, *USUAL[:5], paid)
    flats.writes(USED)
    flats.writes({"grid": {("2026-10-05T12:00", "all"): 100}}, direction="fed")
    site = await flats.statement(site=True)
    assert [each["direction"] for each in site["sections"]] == ["import", "export"]
    assert site["totals"]["gross"] == site["totals"]["net"] == 37 - 4
    assert [each["contract"] for each in site["divisions"]] == ["Power"]
    assert "own" not in site["divisions"][0]
    assert site["recipient"] == "Home"


async def test_own_sun_is_shown_and_free(house: House) -> None:
    """The main bill is that of the grid, and each has the grid's part of it."""
    flats = await Flats.at(house, *USUAL, meter("roof", "solar"))
    at = ("2026-10-05T12:00", "peak")
    flats.writes({"grid": {at: 1}, "anna": {at: 3}, "bruno": {at: 1}, "stairs": {at: 0.4}})
    # At noon all was sun, and from a quarter past on three quarters came from the grid.
    noon, later = "2026-10-05T12:00", "2026-10-05T12:15"
    flats.quarters("grid", {noon: 0, later: 1})
    flats.quarters("grid", {noon: 0, later: 0}, direction="fed")
    flats.quarters("roof", {noon: 4, later: 0.333333333})
    flats.quarters("anna", {noon: 3, later: 0})
    flats.quarters("bruno", {noon: 0, later: 1})
    flats.quarters("stairs", {noon: 0.2, later: 0.2})
    (each,) = (await flats.statement(site=True))["divisions"]
    own = {one["name"]: one["amount"] for one in each["own"]}
    assert own == {"Anna": 0.0, "Bruno": pytest.approx(0.75, abs=1e-5)}
    assert [one["amount"] for one in each["common"]] == [pytest.approx(0.15, abs=1e-5)]
    assert total([*each["own"], *each["common"], each["losses"]], "amount") == 1
    anna = await flats.statement(member="Anna")
    assert "Own production used: 3 kWh" in anna["html"]
    flats.writes({"anna": {("2026-10-06T12:00", "peak"): 2}})
    anna = await flats.statement(member="Anna")
    assert "Of 2 kWh nobody knows" in anna["html"]


async def test_the_sun_of_an_outlet_in_somebody_elses_flat(house: House) -> None:
    """Is the one's who has the outlet, and taken from the other."""
    parts = [
        *USUAL[:5],
        meter("roof", "solar"),
        meter("desk", parent="bruno"),
        member("anna", "desk"),
        member("bruno", "bruno"),
    ]
    flats = await Flats.at(house, *parts)
    at = ("2026-10-05T12:00", "peak")
    flats.writes({"grid": {at: 2}, "bruno": {at: 4}, "desk": {at: 1}})
    for key, kwh in {"grid": 2, "roof": 2, "anna": 0, "bruno": 4, "stairs": 0, "desk": 1}.items():
        flats.quarters(key, {"2026-10-05T12:00": kwh})
    flats.quarters("grid", {"2026-10-05T12:00": 0}, direction="fed")
    for name, kwh in {"Anna": "0.5", "Bruno": "1.5"}.items():
        found = await flats.statement(member=name)
        assert f"Own production used: {kwh} kWh" in found["html"]
        assert found["sections"][0]["quantity"] == float(kwh)


async def test_days_that_are_not_said(flats: Flats) -> None:
    """Are those of the month: up to today, if it is not over."""
    flats.writes({"grid": {("2026-11-02T08:00", "peak"): 1}})
    asked: dict[tuple[str, str], dict[str, str]] = {
        ("2026-10-01", "2026-11-01"): {},
        ("2026-10-05", "2026-11-01"): {"start": "2026-10-05"},
        ("2026-10-01", "2026-10-31"): {"end": "2026-10-31"},
        ("2026-11-02", "2026-11-04"): {"start": "2026-11-02"},
    }
    for days, data in asked.items():
        found = await flats.statement(site=True, **data)
        assert (found["start"], found["end"]) == days


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"member": "Nobody"}, "no_such_member"),
    ({"member": "sensor.nothing"}, "no_part_of_entity"),
    ({}, "statement_of_nobody"),
    ({"member": "Anna", "start": "2026-10-02", "end": "2026-10-02"}, "end_before_start"),
    ({"member": "Anna", "end": "2026-11-05"}, "statement_future"),
    ({"member": "Anna", "start": "2026-11-04"}, "statement_future"),
    *(({"member": "Anna", **days}, "no_such_time") for days in (
        {"start": "0001-01-01"}, {"start": "0001-01-02", "end": "0001-01-03"},
        {"end": "0001-01-01"}, {"start": "9999-12-15"}, {"end": "9999-12-31"},
    )),
    ({"member": "Anna", "start": "2023-10-01", "end": "2026-11-01"}, "statement_too_long"),
    ({"site": True, "start": "2026-11-01", "end": "2026-11-04", "issue": True},
     "statement_not_over"),
    ({"member": "Anna", "start": "2026-08-01"}, "statement_nothing"),
    ({"number": "2026-0001"}, "no_such_statement"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "key"), REFUSED)
async def test_what_cannot_be_stated_is_said(flats: Flats, asked: dict[str, Any], key: str) -> None:
    """In words."""
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(**asked)
    assert raised.value.translation_key == key


async def test_a_contract_that_follows_another(house: House) -> None:
    """Each is a section of its days, by its own prices; what goes on is not cut."""
    first = {**POWER, "until": "2026-10-15"}
    then = {**POWER, "prices": "0.40 0.20", "since": "2026-10-15"}
    water = contract("water", template="water", prices="4", standing=3)
    tap = meter("tap", "water")
    parts = [each for each in USUAL if each["subentry_type"] != "contract"]
    flats = await Flats.at(
        house, *parts, tap, water, contract("first", **first), contract("then", **then)
    )
    flats.writes(USED)
    flats.writes({"tap": {("2026-10-05T08:00", "all"): 2, ("2026-10-20T08:00", "all"): 1}})
    site = await flats.statement(site=True)
    assert [(each["contract"], each["start"], each["end"]) for each in site["divisions"]] == [
        ("Water", "2026-10-01", "2026-11-01"),
        ("First", "2026-10-01", "2026-10-15"),
        ("Then", "2026-10-15", "2026-11-01"),
    ]
    tap, early, late = site["sections"]
    assert [early["quantity"], late["quantity"], tap["quantity"]] == [100, 50, 3]
    assert {line["end"] for line in tap["lines"]} == {"2026-11-01"}
    grosses = [each["gross"] for each in site["sections"]]
    assert grosses == [3 * 4 + 0.25, 100 * 0.20 + 5.42, 50 * 0.20 + 6.58]
    apart = await flats.statement(site=True, start="2026-10-15", end="2026-11-01")
    assert [each["gross"] for each in apart["sections"]][1] == late["gross"]
    told = "these are the days from 15\u00a0Oct\u00a02026 to 31\u00a0Oct\u00a02026"
    assert site["html"].count(told) == 1
    members = [(await flats.statement(member=name))["totals"] for name in ("Anna", "Bruno")]
    assert total(members, "gross") == cents(site["totals"]["gross"])


async def test_a_site_without_a_contract(house: House) -> None:
    """Has nothing to divide; nor has one whose main meter says nothing."""
    flats = await Flats.at(house, *USUAL[:4], *USUAL[5:])
    flats.writes(USED)
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member="Anna")
    assert raised.value.translation_key == "statement_no_contract"


async def test_a_main_meter_that_is_silent(house: House) -> None:
    """Is no reason to let anybody pay nothing."""
    flats = await Flats.at(house)
    flats.writes({"anna": USED["anna"]})
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member="Anna")
    assert raised.value.translation_key == "statement_main_silent"
    assert raised.value.translation_placeholders == {"contract": "Power"}


async def test_a_main_meter_that_was_not_read_throughout(house: House) -> None:
    """A draft says that readings are missing; it cannot be issued before they are brought in."""
    flats = await Flats.at(house)
    flats.writes(USED)
    flats.writes({"anna": {("2026-10-07T08:00", "peak"): 40}})
    anna = await flats.statement(member="Anna")
    told = "The main meter counted 150 kWh, those below it 175.5 kWh"
    assert told in anna["html"].replace("\u00a0", " ")
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member="Anna", issue=True)
    assert raised.value.translation_key == "statement_main_incomplete"
    assert raised.value.translation_placeholders == {
        "contract": "Power",
        "main": "150",
        "below": "175.500001",
        "unit": "kWh",
    }
    flats.writes({"grid": {("2026-10-07T08:00", "peak"): 19}})
    assert (await flats.statement(member="Anna", issue=True))["number"]


async def test_two_connections_of_one_site(house: House) -> None:
    """Each is shared by those below it; who has no meter at all shares both."""
    other = meter("shop", "grid", contract="trade")
    bruno = meter("bruno", parent="shop")
    parts = [each for each in USUAL if each["title"] not in ("Grid", "Anna", "Bruno", "Power")]
    flats = await Flats.at(
        house,
        *parts,
        meter("grid", "grid", contract="power"),
        meter("anna", parent="grid"),
        member("anna", "anna"),
        other,
        bruno,
        contract("power", **POWER),
        contract("trade", template="flat", prices="0.5", standing="6", standing_per="month"),
        member("bruno", "bruno"),
        member("cleo"),
    )
    flats.writes(USED)
    flats.writes({"shop": {("2026-10-05T08:00", "all"): 60}})
    power, trade = (await flats.statement(site=True))["divisions"]
    assert {each["name"] for each in power["shared"]} == {"Anna", "Cleo"}
    assert {each["name"] for each in trade["shared"]} == {"Bruno", "Cleo"}
    assert trade["gross"] == 60 * 0.5 + 6
    for each in (power, trade):
        assert total([*each["own"], *each["shared"]], "gross") == cents(each["gross"])
    anna = await flats.statement(member="Anna")
    assert [each["contract"] for each in anna["sections"]] == ["Power"]


async def test_a_fluid_that_no_contract_bills(house: House) -> None:
    """It is not left out without a word."""
    flats = await Flats.at(house, *USUAL, meter("tap", "water"))
    flats.writes(USED)
    flats.writes({"tap": {("2026-10-05T08:00", "all"): 2}})
    html = (await flats.statement(member="Anna"))["html"].replace("\u00a0", " ")
    assert "since no contract bills it: Tap, 2 m³" in html


async def test_a_fluid_that_several_contracts_could_bill(house: House) -> None:
    """Nobody can tell by which; one that is named, or holds alone, is no question."""
    waters = [contract(name, template="water", prices="4") for name in ("one", "other")]
    flats = await Flats.at(house, *USUAL, meter("tap", "water"), *waters)
    flats.writes(USED)
    flats.writes({"tap": {("2026-10-05T08:00", "all"): 2}})
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member="Anna")
    assert raised.value.translation_key == "statement_which_contract"
    assert raised.value.translation_placeholders == {"meter": "Tap"}


async def test_what_has_no_price(flats: Flats) -> None:
    """Is told of one's own use and of the building, apart; it can be drafted, and not issued."""
    odd = {("2026-10-06T08:00", "odd"): 1}
    flats.writes({"grid": {("2026-10-06T08:00", "odd"): 30}, "anna": odd})
    flats.writes({"bruno": {("2026-10-06T08:00", "odd"): 12}})
    anna = await flats.statement(member="Anna")
    (section,) = anna["sections"]
    assert section["quality"] == {"measured": 51.000001, "unpriced": 1.0}
    (told,) = section["unpriced"]
    assert (told["band"], told["unit"], told["own"], told["quantity"]) == ("odd", "kwh", 1.0, 30.0)
    assert "Own use that is not priced, and in no total: Energy (odd), 1 kWh" in anna["html"]
    assert "Not priced of the whole building" in anna["html"]
    assert "total: Energy (odd), 30 kWh" in anna["html"]
    site = (await flats.statement(site=True))["sections"][0]
    assert (site["quality"]["unpriced"], site["unpriced"][0]["own"]) == (30.0, 30.0)
    for asked in ({"member": "Anna"}, {"site": True}):
        with pytest.raises(ServiceValidationError) as raised:
            await flats.statement(**asked, issue=True)
        assert raised.value.translation_key == "statement_unpriced"
        assert raised.value.translation_placeholders == {
            "contract": "Power",
            "amount": "30",
            "unit": "kWh",
        }
    accepted = await flats.statement(member="Anna", issue=True, accept_unpriced=True)
    assert accepted["totals"]["gross"] == anna["totals"]["gross"]
    assert "total: Energy (odd), 30 kWh" in accepted["html"]


async def test_who_used_nothing_that_has_no_price(flats: Flats) -> None:
    """Is told of the building's alone."""
    flats.writes({"grid": {("2026-10-06T08:00", "odd"): 30}})
    anna = await flats.statement(member="Anna")
    (section,) = anna["sections"]
    assert "unpriced" not in section["quality"]
    assert [each["own"] for each in section["unpriced"]] == [0.0]
    assert "Own use that is not priced" not in anna["html"]


async def test_shares_that_are_too_many(house: House) -> None:
    """More than a hundred percent cannot be held."""
    parts = [*USUAL[:5], member("anna", "anna", fixed=80), member("bruno", "bruno", fixed=30)]
    flats = await Flats.at(house, *parts, common_key="fixed")
    flats.writes(USED)
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(member="Anna")
    assert raised.value.translation_key == "more_than_total"


async def test_every_refusal_has_a_text() -> None:
    """In both languages, with what it is filled in with."""
    for language in ("en", "fr"):
        texts = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))["exceptions"]
        for key, names in REASONS.items():
            assert set(re.findall(r"{(\w+)}", texts[key]["message"])) <= names, key


FOLDER = ROOT / "custom_components" / "ecom" / "translations"
REASONS: dict[str, set[str]] = {
    "broken_sequence": {"year"},
    "more_than_total": {"held", "total"},
    "negative_share": {"member"},
    "no_snapshot": {"fault"},
    "nobody": set(),
    "other_schema": {"schema"},
    "statement_main_silent": {"contract"},
    "statement_no_contract": set(),
    "statement_not_there": {"member"},
    "statement_nothing": set(),
    "statement_overlaps": {"number"},
    "statement_unpriced": {"contract", "amount", "unit"},
    "two_at_once": {"member", "unit"},
}
"""The keys of what is raised where statements are made, and what is told with each."""

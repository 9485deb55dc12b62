"""What meters, contracts and members cost, through the action."""

import sqlite3
from typing import Any

import pytest
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.ecom.const import SITE_UID
from custom_components.ecom.core.costs.rows import Flag
from custom_components.ecom.site.ledger_store import LedgerStore
from tests.entities import add_sensor, registry_id
from tests.flats import POWER, USED, USUAL, Flats, Json, contract, member, meter
from tests.house import House

SWITCH = {("2026-10-05T21:30", "peak"): 3, ("2026-10-05T22:00", "off_peak"): 1.5}
EVENING = {"start": "2026-10-05 21:00:00", "end": "2026-10-05 23:00:00"}


@pytest.fixture
async def flats(house: House) -> Flats:
    """Return the building after a month in which everybody used something."""
    flats = await Flats.at(house)
    flats.writes(USED)
    return flats


def energies(costs: list[Json]) -> dict[str, list[float]]:
    """Return the energy of the rows of each part."""
    return {each["name"]: [row["energy"] for row in each["rows"]] for each in costs}


def sensor(flats: Flats, part: str, key: str = "energy") -> str:
    """Return the entity of a part of the Site."""
    found = flats.house.entity_id(f"{SITE_UID}/{part}/{key}")
    assert found is not None
    return found


async def test_all_meters_in_all(flats: Flats) -> None:
    """One row each, exact to the last digit that the ledger holds."""
    costs = await flats.costs()
    assert energies(costs) == {
        "Grid": [150.0],
        "Anna": [50.000001],
        "Bruno": [50.5],
        "Stairs": [35.0],
    }
    anna = costs[1]
    assert anna == {
        "name": "Anna",
        "kind": "meter",
        "fluid": "electricity",
        "unit": "kWh",
        "currency": "EUR",
        "direction": "import",
        "rows": [
            {
                "start": "2026-10-01T00:00:00+02:00",
                "end": "2026-11-01T00:00:00+01:00",
                "energy": 50.000001,
                "cost": 9.0,
                "cost_exact": "9.000000100000",
                "unpriced": 0.0,
                "bound": 0.0,
                "quality": "measured",
                "bands": [
                    {"band": "off_peak", "energy": 10.000001, "cost": 1.0,
                     "cost_exact": "1.000000100000"},
                    {"band": "peak", "energy": 40.0, "cost": 8.0, "cost_exact": "8.000000000000"},
                ],
            }
        ],
    }  # fmt: skip


async def test_by_hours_and_days_and_months(house: House) -> None:
    """A row belongs to the slot that it begins in; a day may have 25 hours."""
    flats = await Flats.at(house)
    flats.writes({"grid": SWITCH}, flags=Flag.SPLIT, bound=250_000_000_000)
    grid = {"entity_id": sensor(flats, "grid")}
    (hours,) = await flats.costs(**EVENING, **grid, resolution="hour")
    assert [row["energy"] for row in hours["rows"]] == [3.0, 1.5]
    assert [row["cost"] for row in hours["rows"]] == [0.6, 0.15]
    assert [row["bound"] for row in hours["rows"]] == [0.25, 0.25]
    assert {row["quality"] for row in hours["rows"]} == {"split"}
    (days,) = await flats.costs(**grid, resolution="day")
    assert [row["energy"] for row in days["rows"]] == [0] * 4 + [4.5] + [0] * 26
    assert days["rows"][0]["quality"] is None
    assert days["rows"][24]["end"] == "2026-10-26T00:00:00+01:00"
    (months,) = await flats.costs(**grid, resolution="month", start="2026-09-01 00:00:00")
    assert [row["energy"] for row in months["rows"]] == [0, 4.5]


async def test_a_period_of_whole_hours(house: House) -> None:
    """What lies between is rounded to them: the ledger parts no hour, but where prices change."""
    flats = await Flats.at(house)
    flats.writes({"grid": SWITCH})
    (grid,) = await flats.costs(
        entity_id=sensor(flats, "grid"), start="2026-10-05 21:45:00", end="2026-10-05 22:01:00"
    )
    (row,) = grid["rows"]
    assert (row["start"][11:16], row["end"][11:16], row["energy"]) == ("21:00", "23:00", 4.5)


async def test_what_has_no_price(house: House) -> None:
    """Is counted, and in no cost."""
    flats = await Flats.at(house)
    flats.writes({"grid": {("2026-10-05T21:00", "unknown"): 2, ("2026-10-05T22:00", "peak"): 1}})
    (grid,) = await flats.costs(entity_id=sensor(flats, "grid"))
    (row,) = grid["rows"]
    assert (row["energy"], row["unpriced"], row["cost"], row["quality"]) == (3, 2, 0.2, "unpriced")


async def test_a_contract_with_its_bill(flats: Flats) -> None:
    """Of the whole days in the period: standing charges are in no row."""
    (power,) = await flats.costs(entity_id=sensor(flats, "power", "price"))
    assert (power["kind"], power["unit"], power["rows"][0]["cost"]) == ("contract", "kWh", 25.0)
    made = power["bill"]
    assert (made["start"], made["end"]) == ("2026-10-01", "2026-11-01")
    assert (made["net"], made["tax"], made["gross"]) == (37.0, 0.0, 37.0)
    assert {line["component"]: line["net"] for line in made["lines"]} == {
        "standing": 12.0,
        "energy": 5.0,
    }
    assert made["taxes"] == []
    (hours,) = await flats.costs(entity_id=sensor(flats, "power", "price"), **EVENING)
    assert hours["bill"] is None
    (cut,) = await flats.costs(
        entity_id=sensor(flats, "power", "price"),
        start="2026-10-04 12:00:00",
        end="2026-10-06 12:00:00",
    )
    assert (cut["bill"]["start"], cut["bill"]["end"]) == ("2026-10-05", "2026-10-06")


async def test_taxes_tiers_and_powers(house: House) -> None:
    """A bill knows what was used before, and the month's highest quarter-hour."""
    parts = [
        meter("grid", "grid"),
        meter("well", "water"),
        contract(
            "water",
            template="water",
            tiers="10 1\n2",
            prices_with_tax=False,
            vat="10",
        ),
        contract("power", template="custom", contract=CAPACITY),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes({"well": {("2026-03-05T08:00", "all"): 8, ("2026-10-05T08:00", "all"): 4}})
    flats.writes({"grid": {("2026-10-05T08:00", "all"): 1}})
    flats.quarters("grid", {"2026-10-05T08:00": 1, "2026-10-05T08:15": 1.25})
    (water,) = await flats.costs(entity_id=sensor(flats, "water", "price"))
    assert water["unit"] == "m³"
    assert [(line["quantity"], line["net"]) for line in water["bill"]["lines"]] == [(2, 2), (2, 4)]
    assert water["bill"]["taxes"] == [{"key": "vat_10", "rate": 0.1, "base": 6.0, "amount": 0.6}]
    (power,) = await flats.costs(entity_id=sensor(flats, "power", "price"))
    (line,) = power["bill"]["lines"]
    assert (line["quantity"], line["unit"], line["net"]) == (5.0, "kw", 25.48)


CAPACITY = {
    "key": "power",
    "fluid": "electricity",
    "components": [
        {
            "kind": "capacity",
            "key": "capacity",
            "basis": "month_peak",
            "series": [{"value": "60"}],
        }
    ],
}


async def test_a_member_by_name_or_by_a_sensor(flats: Flats) -> None:
    """What is the member's own."""
    by_name = await flats.costs(member="anna")
    assert [(each["kind"], each["name"]) for each in by_name] == [("member", "Anna")]
    assert energies(by_name) == {"Anna": [50.000001]}
    assert await flats.costs(entity_id=sensor(flats, "Manna", "cost")) == by_name
    both = await flats.costs(
        member="Anna", entity_id=[sensor(flats, "Manna"), sensor(flats, "anna")]
    )
    assert [each["kind"] for each in both] == ["member", "meter"]


async def test_a_member_on_the_own_days(house: House) -> None:
    """Of meters of any kind, and without what others have below them."""
    parts = [
        *USUAL[:5],
        meter("tap", "water"),
        meter("loose", "gas"),
        meter("desk", parent="bruno"),
        contract("water", template="water", prices="3"),
        member("anna", "desk"),
        member("bruno", "bruno", "tap", "loose", moved_in="2026-10-06"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes(USED)
    flats.writes({"desk": {("2026-10-20T23:00", "off_peak"): 2}})
    flats.writes({key: {("2026-10-07T08:00", "all"): 1} for key in ("tap", "loose")})
    power, water, gas = await flats.costs(member="Bruno")
    assert (power["rows"][0]["energy"], power["rows"][0]["cost"]) == (18.0, 1.8)
    assert (water["fluid"], water["unit"], water["rows"][0]["energy"]) == ("cold_water", "m³", 1)
    assert (gas["fluid"], gas["rows"][0]["energy"]) == ("gas", 1)
    (early,) = await flats.costs(member="Anna", end="2026-10-02 00:00:00")
    assert early["rows"][0]["energy"] == 0
    before = await flats.costs(member="Bruno", end="2026-10-02 00:00:00")
    assert [each["rows"][0]["energy"] for each in before] == [0, 0, 0]


async def test_what_is_fed_in(house: House) -> None:
    """Stands apart, by the contract that pays for it."""
    flats = await Flats.at(house, *USUAL[:5], contract("sale", template="feed_in", prices="0.04"))
    flats.writes(USED)
    flats.writes({"grid": {("2026-10-05T12:00", "peak"): 10}}, direction="fed")
    drawn, fed = await flats.costs(entity_id=sensor(flats, "grid"))
    assert (drawn["direction"], fed["direction"]) == ("import", "export")
    assert (drawn["rows"][0]["energy"], fed["rows"][0]["energy"]) == (150.0, 10.0)
    (sale,) = await flats.costs(entity_id=sensor(flats, "sale", "price"))
    assert (sale["direction"], sale["rows"][0]["energy"]) == ("export", 10.0)


async def test_a_contract_that_was_followed_by_another(house: House) -> None:
    """Each has the rows and the bill of its own days, long after."""
    first = {**POWER, "until": "2026-10-15"}
    then = {**POWER, "prices": "0.40 0.20", "since": "2026-10-15"}
    parts = [each for each in USUAL if each["subentry_type"] != "contract"]
    flats = await Flats.at(house, *parts, contract("first", **first), contract("then", **then))
    flats.writes(USED)
    found = {}
    for key in ("first", "then"):
        (each,) = await flats.costs(entity_id=sensor(flats, key, "price"))
        found[key] = [each["rows"][0]["energy"]]
        found[key] += [each["bill"][name] for name in ("start", "end", "net")]
    assert found == {
        "first": [100, "2026-10-01", "2026-10-15", 100 * 0.20 + 5.42],
        "then": [50, "2026-10-15", "2026-11-01", 50 * 0.20 + 6.58],
    }


async def test_a_contract_below_the_main_meter(house: House) -> None:
    """Tells of the meters that name it, each once."""
    parts = [
        meter("grid", "grid", contract="power"),
        meter("anna", contract="internal"),
        meter("oven", parent="anna"),
        contract("power", template="flat", prices="0.2"),
        contract("internal", template="flat", prices="0.5"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes({key: {("2026-10-05T12:00", "all"): 10} for key in ("anna", "oven")})
    (found,) = await flats.costs(entity_id=sensor(flats, "internal", "price"))
    assert (found["rows"][0]["energy"], found["bill"]["gross"]) == (10.0, 5.0)


async def test_own_sun(house: House) -> None:
    """Is told where the site has any; the cost is what the contract says."""
    flats = await Flats.at(house, *USUAL, meter("roof", "solar"))
    flats.writes({"anna": {("2026-10-05T12:00", "peak"): 2, ("2026-10-06T12:00", "peak"): 1}})
    at = {"2026-10-05T12:00": 1.0}
    flats.quarters("grid", at)
    flats.quarters("grid", {"2026-10-05T12:00": 0}, direction="fed")
    for key in ("roof", "anna", "bruno", "stairs"):
        flats.quarters(key, at if key != "stairs" else {"2026-10-05T12:00": 0})
    costs = await flats.costs(member="Anna", entity_id=sensor(flats, "power", "price"))
    power, anna = (each["rows"][0] for each in costs)
    assert (anna["energy"], anna["own_sun"], anna["own_sun_unknown"]) == (3.0, 1.0, 1.0)
    assert "own_sun" not in power


async def test_who_may_ask(flats: Flats) -> None:
    """Members see what is theirs and what is nobody's; administrators see all."""
    ada, boss = flats.user("ada"), flats.user("boss", admin=True)
    site, hass = flats.entry, flats.house.hass
    person = {**site.subentries["Manna"].data, "user": "ada"}
    hass.config_entries.async_update_subentry(site, site.subentries["Manna"], data=person)
    await hass.async_block_till_done()
    await flats.books.repricing.settled()
    assert {*energies(await flats.costs(boss))} == {"Grid", "Anna", "Bruno", "Stairs"}
    assert {*energies(await flats.costs(ada))} == {"Grid", "Anna", "Stairs"}
    assert await flats.costs(ada, member="Anna") == await flats.costs(member="Anna")
    for asked in ({"member": "Bruno"}, {"entity_id": sensor(flats, "bruno")}):
        with pytest.raises(ServiceValidationError) as raised:
            await flats.costs(ada, **asked)
        assert raised.value.translation_key == "not_yours"


async def test_a_contract_is_for_administrators(flats: Flats) -> None:
    """Its rows and its bill are those of the whole building; so is the site's statement."""
    ada, boss = flats.user("ada"), flats.user("boss", admin=True)
    power = {"entity_id": sensor(flats, "power", "price")}
    (told,) = await flats.costs(boss, **power)
    assert (told["kind"], await flats.costs(**power)) == ("contract", [told])
    with pytest.raises(ServiceValidationError) as raised:
        await flats.costs(ada, **power)
    assert raised.value.translation_key == "only_administrators"
    with pytest.raises(ServiceValidationError) as raised:
        await flats.statement(ada, site=True)
    assert raised.value.translation_key == "only_administrators"


async def test_a_contract_has_no_consumption(flats: Flats) -> None:
    """Its sensor is no meter's, whoever asks."""
    power = {"entity_id": sensor(flats, "power", "price")}
    for user in (flats.user("ada"), flats.user("boss", admin=True), None):
        with pytest.raises(ServiceValidationError) as raised:
            await flats.ask("get_consumption", user, start="2026-10-01 00:00:00", **power)
        assert raised.value.translation_key == "no_meter_of_entity"


async def test_what_hangs_below_a_members_meter(house: House) -> None:
    """Is the member's as well, and asked about together it is counted once."""
    parts = [
        *USUAL[:5],
        meter("oven", parent="bruno"),
        meter("hob", parent="oven"),
        member("bruno", "bruno", "hob", user="bob"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes({key: {("2026-10-05T12:00", "peak"): 3} for key in ("bruno", "oven", "hob")})
    ada, bob = flats.user("ada"), flats.user("bob")
    with pytest.raises(ServiceValidationError) as raised:
        await flats.costs(ada, entity_id=sensor(flats, "oven"))
    assert raised.value.translation_key == "not_yours"
    assert energies(await flats.costs(bob, entity_id=sensor(flats, "oven"))) == {"Oven": [3.0]}
    assert energies(await flats.costs(bob, member="Bruno")) == {"Bruno": [3.0]}


async def test_meters_without_a_contract(house: House) -> None:
    """Are counted for their member, each once."""
    parts = [
        meter("tap", "water"),
        meter("bath", "water", parent="tap"),
        meter("basin", "water", parent="bath"),
        member("anna", "tap", "basin"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes({key: {("2026-10-05T12:00", "all"): 3} for key in ("tap", "bath", "basin")})
    assert energies(await flats.costs(member="Anna")) == {"Anna": [3.0]}


async def test_a_tenant_who_left_sees_nothing_of_the_next_one(house: House) -> None:
    """Of the same meter only what was counted before."""
    parts = [
        *USUAL[:5],
        member("anna", "anna", moved_out="2026-10-10", person="person.ada"),
        member("chloe", "anna", moved_in="2026-10-10"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes(USED)
    ada = flats.user("ada")
    house.hass.states.async_set("person.ada", "home", {"user_id": "ada"})
    hers = {"entity_id": sensor(flats, "anna")}
    assert energies(await flats.costs(ada, **hers, end="2026-10-10 00:00:00")) == {"Anna": [40.0]}
    with pytest.raises(ServiceValidationError) as raised:
        await flats.costs(ada, **hers)
    assert raised.value.translation_key == "not_yours"


async def test_days_that_are_nobodys_are_for_administrators(house: House) -> None:
    """The tenant who left is told of the own days, and so is the one who comes later."""
    parts = [
        *USUAL[:5],
        member("anna", "anna", moved_out="2026-10-10", user="ada"),
        member("chloe", "anna", moved_in="2026-10-25", user="zoe"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes(USED)
    ada, zoe, boss = flats.user("ada"), flats.user("zoe"), flats.user("boss", admin=True)
    meter_ = {"entity_id": sensor(flats, "anna")}
    empty = {"start": "2026-10-10 00:00:00", "end": "2026-10-25 00:00:00"}
    assert energies(await flats.costs(boss, **meter_, **empty)) == {"Anna": [10.000001]}
    early, late = {"end": "2026-10-10 00:00:00"}, {"start": "2026-10-25 00:00:00"}
    assert energies(await flats.costs(ada, **meter_, **early)) == {"Anna": [40.0]}
    assert energies(await flats.costs(zoe, **meter_, **late)) == {"Anna": [0.0]}
    for user, days in (
        (ada, empty),
        (ada, {"end": "2026-10-10 01:00:00"}),
        (zoe, {"start": "2026-10-24 23:00:00"}),
        (flats.user("max"), empty),
    ):
        assert "Anna" not in energies(await flats.costs(user, **days))
        for action in ("get_costs", "get_consumption"):
            times = {"start": "2026-10-01 00:00:00", "end": "2026-11-01 00:00:00", **days}
            with pytest.raises(ServiceValidationError) as raised:
                await flats.ask(action, user, **meter_, **times)
            assert raised.value.translation_key == "nobodys_days"


async def test_one_who_is_both_tenants_is_told_of_all_days(house: House) -> None:
    """Who moved from one contract of a flat to the next one is two members, and one user."""
    parts = [
        *USUAL[:5],
        member("anna", "anna", moved_out="2026-10-10", user="ada"),
        member("anna2", "anna", moved_in="2026-10-10", user="ada"),
    ]
    flats = await Flats.at(house, *parts)
    flats.writes(USED)
    found = await flats.costs(flats.user("ada"), entity_id=sensor(flats, "anna"))
    assert energies(found) == {"Anna": [50.000001]}


async def test_a_user_who_is_gone_is_nobody(flats: Flats) -> None:
    """And may not ask about members."""
    stranger = flats.user("stranger")
    flats.house.hass.auth._store._users.pop("stranger")
    with pytest.raises(ServiceValidationError) as raised:
        await flats.costs(stranger, member="Anna")
    assert raised.value.translation_key == "not_yours"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"entity_id": "sensor.nothing"}, "no_part_of_entity"),
    ({"member": "Nobody"}, "no_such_member"),
    ({"start": "2026-11-01 00:00:00"}, "end_before_start"),
    ({"start": "2017-01-01 00:00:00", "resolution": "hour"}, "too_much"),
]


@pytest.mark.parametrize(("asked", "key"), REFUSED)
async def test_what_cannot_be_told_is_said(flats: Flats, asked: dict[str, Any], key: str) -> None:
    """In words."""
    with pytest.raises(ServiceValidationError) as raised:
        await flats.costs(**asked)
    assert raised.value.translation_key == key


async def test_no_entities_name_all_that_is_billed(flats: Flats) -> None:
    """A list that was emptied is one that was left out, also beside a member."""
    assert await flats.costs(entity_id=[]) == await flats.costs()
    assert await flats.costs(entity_id=[], member="Anna") == await flats.costs(member="Anna")


async def test_where_nothing_is_billed(house: House) -> None:
    """It is said."""
    flats = await Flats.at(house, meter("grid", "grid"))
    with pytest.raises(ServiceValidationError) as raised:
        await flats.costs()
    assert raised.value.translation_key == "nothing_billed"


async def test_several_members_of_one_name(house: House) -> None:
    """Are told apart by their entities."""
    twin = {**member("anna", "bruno"), "subentry_id": "Mtwin"}
    flats = await Flats.at(house, *USUAL[:6], twin)  # type: ignore[arg-type]  # as the others
    with pytest.raises(ServiceValidationError) as raised:
        await flats.costs(member="Anna")
    assert raised.value.translation_key == "member_ambiguous"


async def test_an_entity_behind_a_meter(house: House) -> None:
    """What a meter is made of stands for it; what belongs to nothing does not."""
    behind, loose = [await add_sensor(house.hass, name) for name in ("behind", "loose")]
    grid = meter("grid", "grid", port=f"entity:{registry_id(behind)}")
    flats = await Flats.at(house, grid, contract("power", **POWER))
    assert energies(await flats.costs(entity_id=behind.entity_id)) == {"Grid": [0]}
    with pytest.raises(ServiceValidationError) as raised:
        await flats.costs(entity_id=loose.entity_id)
    assert raised.value.translation_key == "no_part_of_entity"


async def test_a_file_that_cannot_be_read(flats: Flats, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is said, for costs and for statements alike."""

    def fails(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(LedgerStore, "rows", fails)
    for action in (flats.costs, flats.statement):
        with pytest.raises(HomeAssistantError) as raised:
            await action(member="Anna")
        assert raised.value.translation_key == "quarters_unreadable"

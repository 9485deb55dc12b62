"""Who may give whom a limit, and what the action says to what it is asked."""

from decimal import Decimal
from typing import Any

import probatio
import pytest
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.ecom.const import DOMAIN
from tests.grid import Grid
from tests.house import House
from tests.members import add_building, household, member, meter, minute

LIMIT = {
    "amount": 10.0,
    "measure": "kwh",
    "span": "day",
    "at_limit": "warn",
    "steps": [80.0],
}


@pytest.fixture
async def flat(noon: House) -> Grid:
    """Return a meter of a house with Ada, Bob and two called Cleo; 4 kWh are used."""
    grid = await Grid.at(noon, "flat")
    grid.energy.shows(100.0, unit="kWh")
    noon.hass.states.async_set("person.bob", "home", {"user_id": "bob-by-person"})
    await add_building(
        noon,
        meter("flat", grid.data("sub_meter")),
        member("Ada", "flat", user="ada"),
        member("Bob", person="person.bob"),
        member("c1"),
        member("c2"),
        titles={"c1": "Cleo", "c2": "cleo"},
    )
    await grid.counts(104, minutes=1)
    await minute(noon)
    return grid


async def ask(house: House, user: str | None = None, **data: Any) -> Any:
    """Call the action, as a user or as an automation does."""
    return await house.hass.services.async_call(
        DOMAIN,
        "set_limit",
        data,
        blocking=True,
        return_response=True,
        context=Context(user_id=user),
    )


async def refused(house: House, user: str | None = None, **data: Any) -> str | None:
    """Return why the action refuses."""
    with pytest.raises(ServiceValidationError) as raised:
        await ask(house, user, **data)
    assert raised.value.translation_domain == DOMAIN
    return raised.value.translation_key


def add_user(house: House, user: str, *, admin: bool = False, active: bool = True) -> str:
    """Add a user of Home Assistant."""
    MockUser(id=user, name=user, is_owner=admin, is_active=active).add_to_hass(house.hass)
    return user


async def test_a_limit_is_set_and_answered(flat: Grid) -> None:
    """With what is used of it, at once."""
    answer = await ask(flat.house, member=" ada", amount=10)
    assert answer == {
        "member": "Ada",
        "limit": LIMIT,
        "used": 4.0,
        "share": 0.4,
        "until": "2026-11-27T00:00:00+00:00",
    }
    assert flat.house.shown("site/Ada/limit") == "10.0"


async def test_all_of_it_can_be_stated(flat: Grid) -> None:
    """Each number as it was written; a step that is there twice is one."""
    answer = await ask(
        flat.house,
        entity_id=flat.house.entity_id("site/Bob/cost"),
        amount="12,5",
        measure="money",
        span="month",
        at_limit="off",
        steps=[90, "50", 50],
    )
    assert answer["member"] == "Bob"
    assert answer["limit"] == {
        "amount": 12.5,
        "measure": "money",
        "span": "month",
        "at_limit": "off",
        "steps": [50.0, 90.0],
    }


async def test_a_number_is_kept_as_far_as_it_means_anything(flat: Grid) -> None:
    """What a computer adds when it reckons with fractions is no part of it, nor are noughts."""
    steps = [Decimal("50." + "0" * 5000 + "1")]
    await ask(flat.house, member="Ada", amount="0.3" + "0" * 5000 + "4", steps=steps)
    limit = household(flat.house).limits.limit_of("Ada")
    assert limit is not None
    assert (limit.amount, limit.steps) == (Decimal("0.3"), (Decimal("0.5"),))
    assert len(str(limit.amount)) < 20
    assert (await ask(flat.house, member="Ada", amount="0e999999"))["limit"]["amount"] == 0


@pytest.mark.parametrize("nothing", [{}, {"amount": None}, {"amount": ""}])
async def test_a_limit_is_removed(flat: Grid, nothing: dict[str, Any]) -> None:
    """By an amount that is left empty; 0 is a limit."""
    assert (await ask(flat.house, member="Ada", amount=0))["limit"]["amount"] == 0
    assert await ask(flat.house, member="Ada", **nothing) == {"member": "Ada", "limit": None}
    assert household(flat.house).limits.limit_of("Ada") is None


async def test_off_without_quotes(flat: Grid) -> None:
    """YAML makes a false of it; what is no choice is refused."""
    answer = await ask(flat.house, member="Ada", amount=1, at_limit=False)
    assert answer["limit"]["at_limit"] == "off"
    with pytest.raises(probatio.Invalid):
        await ask(flat.house, member="Ada", amount=1, at_limit=True)


async def test_it_need_not_answer(flat: Grid) -> None:
    """An automation that wants no answer gets none."""
    call = flat.house.hass.services.async_call
    assert await call(DOMAIN, "set_limit", {"member": "Ada", "amount": 3}, blocking=True) is None
    assert household(flat.house).limits.limit_of("Ada") is not None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"amount": 5}, "member_needed"),
        ({"member": "Ada", "entity_id": "sensor.ada_cost"}, "member_needed"),
        ({"member": "Dan", "amount": 5}, "no_such_member"),
        ({"member": "CLEO", "amount": 5}, "member_ambiguous"),
        ({"entity_id": "sensor.nowhere", "amount": 5}, "no_part_of_entity"),
        ({"entity_id": "sensor.flat_cost", "amount": 5}, "no_member_of_entity"),
        ({"entity_id": "sensor.flat_power", "amount": 5}, "no_member_of_entity"),
        ({"member": "Ada", "amount": -1}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": "nan"}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": 1e12}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": "much"}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": True}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": "0.0009"}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": "1e-400"}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": "1e-1000005"}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": 10**5000}, "limit_amount_wrong"),
        ({"member": "Ada", "amount": 5, "steps": ["1e-400"]}, "limit_steps_wrong"),
        ({"member": "Ada", "amount": 5, "steps": [0]}, "limit_steps_wrong"),
        ({"member": "Ada", "amount": 5, "steps": [101]}, "limit_steps_wrong"),
        ({"member": "Ada", "amount": 5, "steps": ["some"]}, "limit_steps_wrong"),
    ],
)
async def test_what_cannot_be(flat: Grid, data: dict[str, Any], why: str) -> None:
    """Is refused, and says why; nothing is set."""
    assert flat.house.entity_id("site/flat/cost") == "sensor.flat_cost"
    assert await refused(flat.house, **data) == why
    assert household(flat.house).limits.limit_of("Ada") is None


@pytest.mark.parametrize(
    ("user", "admin", "may"),
    [
        ("ada", False, {"Ada"}),
        ("bob-by-person", False, {"Bob"}),
        ("stranger", False, set()),
        ("boss", True, {"Ada", "Bob"}),
    ],
)
async def test_who_may(flat: Grid, user: str, admin: bool, may: set[str]) -> None:  # noqa: FBT001
    """Administrators everybody's, others their own."""
    add_user(flat.house, user, admin=admin)
    for name in ("Ada", "Bob"):
        if name in may:
            assert (await ask(flat.house, user, member=name, amount=1))["member"] == name
        else:
            assert await refused(flat.house, user, member=name, amount=1) == "not_your_limit"
            assert household(flat.house).limits.limit_of(name) is None


async def test_users_who_are_not_there(flat: Grid) -> None:
    """Neither one that is unknown, nor one that was locked out, may do anything."""
    add_user(flat.house, "ada", active=False)
    for user in ("ada", "nobody"):
        assert await refused(flat.house, user, member="Ada", amount=1) == "not_your_limit"


async def test_a_person_who_is_gone(flat: Grid) -> None:
    """Gives nobody a right."""
    flat.house.hass.states.async_remove("person.bob")
    add_user(flat.house, "bob-by-person")
    assert await refused(flat.house, "bob-by-person", member="Bob") == "not_your_limit"


async def test_without_a_site(flat: Grid) -> None:
    """There is nothing to set."""
    await flat.house.unload(flat.house.site_entries[0])
    assert await refused(flat.house, member="Ada", amount=1) == "no_site"

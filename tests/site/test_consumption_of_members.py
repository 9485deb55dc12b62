"""What a member's meters counted, and who may ask about them."""

from typing import Any

import pytest
from homeassistant.exceptions import ServiceValidationError
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.ecom.const import SITE_UID
from tests.flats import Flats
from tests.house import House

HOUR = {"start": "2026-11-03 08:00:00", "end": "2026-11-03 09:00:00", "resolution": "hour"}


@pytest.fixture
async def flats(house: House) -> Flats:
    """Return a building in which everybody used something this morning; Anna is a user."""
    flats = await Flats.at(house)
    anna = flats.entry.subentries["Manna"]
    data = {**anna.data, "user": "ada"}
    house.hass.config_entries.async_update_subentry(flats.entry, anna, data=data)
    await house.hass.async_block_till_done()
    await flats.books.repricing.settled()
    quarters = [f"2026-11-03T08:{minute:02d}" for minute in (0, 15, 30, 45)]
    for key, kwh in (("grid", 5.0), ("anna", 2.0), ("bruno", 1.0), ("stairs", 0.5)):
        flats.quarters(key, dict.fromkeys(quarters, kwh / 4))
        flats.quarters(key, dict.fromkeys(quarters, 0.0), "fed")
    return flats


async def ask(flats: Flats, user: MockUser | None = None, **data: Any) -> dict[str, float]:
    """Return what was drawn in an hour, by meter."""
    answer = await flats.ask("get_consumption", user, **HOUR, **data)
    found = {each["name"]: each["slots"][0]["drawn"] for each in answer["meters"]}
    return {
        **found,
        **({"site": answer["site"]["slots"][0]["consumption"]} if "site" in answer else {}),
    }


async def test_a_members_meters(flats: Flats) -> None:
    """By the member's name, together with others that are named."""
    assert await ask(flats, member="anna ") == {"Anna": 2000.0}
    entity = flats.house.entity_id(f"{SITE_UID}/stairs/energy")
    assert await ask(flats, member="Anna", entity_id=entity) == {"Stairs": 500.0, "Anna": 2000.0}


async def test_the_rest_of_the_building(flats: Flats) -> None:
    """What no meter below the site counts, in the same hour."""
    answer = await flats.ask("get_consumption", **HOUR)
    (rest,) = answer["rest"]
    assert (rest["of"], rest["slots"][0]["rest"]) == ("site", 1500.0)


async def test_who_may_ask(flats: Flats) -> None:
    """Somebody else's meter is refused where it is named, and left out where all are meant."""
    ada, boss = flats.user("ada"), flats.user("boss", admin=True)
    whole = {"Grid": 5000.0, "Anna": 2000.0, "Bruno": 1000.0, "Stairs": 500.0, "site": 5000.0}
    assert await ask(flats) == await ask(flats, boss) == whole
    assert await ask(flats, ada) == {"Grid": 5000.0, "Anna": 2000.0, "Stairs": 500.0}
    bruno = flats.house.entity_id(f"{SITE_UID}/bruno/energy")
    for asked in ({"member": "Bruno"}, {"entity_id": bruno}):
        with pytest.raises(ServiceValidationError) as raised:
            await ask(flats, ada, **asked)
        assert raised.value.translation_key == "not_yours"
    with pytest.raises(ServiceValidationError) as raised:
        await ask(flats, member="Cleo")
    assert raised.value.translation_key == "no_such_member"

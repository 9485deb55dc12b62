"""How a person sets a threshold, and changes one."""

from decimal import Decimal
from typing import Any

import probatio
import pytest
from homeassistant.data_entry_flow import InvalidData

from custom_components.ecom.site.alerts import AlertConfig, What
from tests.house import House
from tests.subentries import PartDialogue, data_of, id_of

FLAT = {"port": "entity:flat", "role": "sub_meter"}
TAP = {"port": "entity:tap", "role": "water"}
WATER = {"name": "Water", "what": "cold_water", "amount": 0.5}


async def test_a_threshold_for_all_meters_of_a_kind(house: House) -> None:
    """It is set once; what is not chosen is not kept."""
    site = await house.add_site(FLAT, TAP)
    dialogue = await PartDialogue.begin(house, site, "alert")
    assert (await dialogue.answer(WATER)).is_done
    config = AlertConfig.of(site.subentries[id_of(site, "Water")])
    assert config == AlertConfig(what=What.COLD_WATER, amount=Decimal("0.5"))


async def test_a_threshold_is_changed(house: House) -> None:
    """The form shows what it was."""
    site = await house.add_site(FLAT, TAP)
    await (await PartDialogue.begin(house, site, "alert")).answer(WATER)
    dialogue = await PartDialogue.begin(house, site, "alert", "Water")
    assert dialogue.suggested == WATER
    changed = {**WATER, "meters": [id_of(site, "entity:tap")], "notify": ["notify.me"]}
    assert (await dialogue.answer({**changed, "name": "Tap"})).is_done
    kept = {key: value for key, value in changed.items() if key != "name"}
    assert data_of(site, "Tap") == kept


async def test_it_may_freeze_but_not_count_below_zero(house: House) -> None:
    """A temperature may be below zero."""
    site = await house.add_site()
    dialogue = await PartDialogue.begin(house, site, "alert")
    await dialogue.answer({"name": "Frost", "what": "gas", "amount": -5})
    assert dialogue.errors == {"amount": "alert_below_zero"}
    assert (await dialogue.answer({"name": "Frost", "what": "too_cold", "amount": -5})).is_done


@pytest.mark.parametrize("amount", ["nan", "inf", "-inf"])
async def test_what_is_no_number(house: House, amount: str) -> None:
    """It is refused, where Home Assistant itself lets it pass."""
    dialogue = await PartDialogue.begin(house, await house.add_site(), "alert")
    with pytest.raises(InvalidData):
        await dialogue.answer({**WATER, "amount": amount})


async def test_an_amount_that_is_too_fine(house: House) -> None:
    """It is kept as far as it means anything."""
    site = await house.add_site()
    dialogue = await PartDialogue.begin(house, site, "alert")
    assert (await dialogue.answer({**WATER, "amount": 1e-320})).is_done
    assert AlertConfig.of(site.subentries[id_of(site, "Water")]).amount == 0


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": ""}, {"name": "alert_name_empty"}),
        ({"amount": None}, {"amount": "alert_amount_missing"}),
        ({"notify": ["mail me"]}, {"notify": "no_notify_target"}),
        ({"meters": "entity:flat"}, {"meters": "alert_of_other_kind"}),
    ],
)
async def test_what_cannot_be(house: House, changes: dict[str, Any], errors: object) -> None:
    """The form says why, for a new threshold and for one that is changed."""
    site = await house.add_site(FLAT)
    if "meters" in changes:
        changes = {"meters": [id_of(site, changes["meters"])]}
    answer = {key: each for key, each in {**WATER, **changes}.items() if each is not None}
    dialogue = await PartDialogue.begin(house, site, "alert")
    assert (await dialogue.answer(answer)).errors == errors
    await dialogue.answer(WATER)
    dialogue = await PartDialogue.begin(house, site, "alert", "Water")
    assert (await dialogue.answer(answer)).errors == errors


async def test_no_number_is_there_beforehand(house: House) -> None:
    """Home Assistant fills in the least of what is required, such as fifty below zero."""
    dialogue = await PartDialogue.begin(house, await house.add_site(), "alert")
    schema = dialogue.result["data_schema"]
    assert schema is not None
    (amount,) = [key for key in schema.schema if key == "amount"]
    assert isinstance(amount, probatio.Optional)
    assert not dialogue.suggested

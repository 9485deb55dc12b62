"""How a person gives the site a contract: a template, its terms, a look, and it is kept."""

from typing import Any

import pytest
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.helpers import entity_registry as er

from custom_components.ecom.texts import flow_text
from tests.entities import add_sensor, registry_id
from tests.house import House
from tests.subentries import PartDialogue, data_of

PEAKS = {"prices": "0.2142 0.1589", "windows": "22:00-06:00", "more": {}}


async def terms(house: House, template: str, answer: dict[str, Any]) -> PartDialogue:
    """Go through the dialogue up to what follows from the terms."""
    site = house.site_entries[0] if house.site_entries else await house.add_site()
    dialogue = await PartDialogue.begin(house, site, "contract")
    await dialogue.answer({"name": "Ours", "template": template})
    assert dialogue.step == "terms"
    return await dialogue.answer(answer)


def shown(dialogue: PartDialogue) -> str:
    """Return the prices that are shown before it is kept."""
    assert dialogue.step == "preview"
    return str(dialogue.result["description_placeholders"]["prices"])


async def test_the_next_24_hours_are_shown_before_it_is_kept(house: House) -> None:
    """In words and prices, at local times; a person may go back and change something."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to("2026-11-01T11:00:00+00:00")
    dialogue = await terms(house, "peak_offpeak", PEAKS)
    assert shown(dialogue).splitlines() == [
        "The next 24 hours:",
        "",
        "- **12:00-22:00** · peak · 0.2142 EUR/kWh",
        "- **22:00-06:00** · off-peak · 0.1589 EUR/kWh",
        "- **06:00-12:00** · peak · 0.2142 EUR/kWh",
    ]
    await dialogue.choose("terms")
    assert dialogue.step == "terms"
    await dialogue.answer({**PEAKS, "windows": "23:00-06:00"})
    assert "usually eight a day" in shown(dialogue)
    assert (await dialogue.choose("save")).is_done
    assert data_of(house.site_entries[0], "Ours") == {
        "template": "peak_offpeak",
        "prices": "0.2142 0.1589",
        "windows": "23:00-06:00",
        "prices_with_tax": True,
        "standing_per": "month",
    }


@pytest.mark.parametrize(
    "answer",
    [
        {"prices": "0.25", "more": {"since": "2027-01-01"}},
        {"prices": "2027-01-01 0.25", "more": {}},
    ],
)
async def test_a_contract_that_begins_later_is_shown_from_then_on(
    house: House, answer: dict[str, Any]
) -> None:
    """Its first 24 hours, and their day: nothing of it is known of the next ones."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to("2026-11-27T11:00:00+00:00")
    assert shown(await terms(house, "flat", answer)).splitlines() == [
        "The contract begins on 2027-01-01. Its first 24 hours:",
        "",
        "- **00:00-00:00** · all hours · 0.25 EUR/kWh",
    ]


async def test_a_contract_that_has_begun_is_shown_from_now_on(house: House) -> None:
    """However it says so."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to("2026-11-27T11:00:00+00:00")
    dialogue = await terms(house, "flat", {"prices": "0.25", "more": {"since": "2026-11-27"}})
    assert "- **12:00-12:00** · all hours · 0.25 EUR/kWh" in shown(dialogue).splitlines()


async def test_what_each_colour_costs_is_shown_while_none_is_known(house: House) -> None:
    """In the order in which the prices are typed; where the band is known it is not needed."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to("2026-11-27T11:00:00+00:00")
    assert shown(
        await terms(house, "tempo", {"prices": "1 2 3 4 5 6", "more": {}})
    ).splitlines() == [
        "The next 24 hours:",
        "",
        "- **12:00-12:00** · not known yet · ? EUR/kWh",
        "",
        "Which band holds is not known yet. Each of them costs:",
        "",
        "- blue off-peak · 1 EUR/kWh",
        "- blue peak · 2 EUR/kWh",
        "- white off-peak · 3 EUR/kWh",
        "- white peak · 4 EUR/kWh",
        "- red off-peak · 5 EUR/kWh",
        "- red peak · 6 EUR/kWh",
    ]
    mobile = {"prices": "0.1 0.9", "more": {}}
    assert "- mobile peak · 0.9 EUR/kWh" in shown(await terms(house, "ejp", mobile))
    house.freezer.move_to("2027-06-01T11:00:00+00:00")
    assert "mobile peak" not in shown(await terms(house, "ejp", mobile))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "for EJP normal hours, then mobile peak"),
        ("fr", "puis pointe mobile"),
    ],
)
async def test_the_form_says_the_order_of_two_prices(
    house: House, language: str, words: str
) -> None:
    """And they are taken in that order."""
    house.hass.config.language = language
    assert words in await flow_text(house.hass, "contract.step.terms.data_description.prices")
    house.freezer.move_to("2026-11-27T11:00:00+00:00")
    told = shown(await terms(house, "ejp", {"prices": "1 9", "more": {}})).splitlines()
    normal, mobile = told[-2:]
    assert (normal.split(" · ")[1], mobile.split(" · ")[1]) == ("1 EUR/kWh", "9 EUR/kWh")


async def test_numbers_are_those_of_the_language(house: House) -> None:
    """French has a decimal comma."""
    house.hass.config.language = "fr"
    dialogue = await terms(house, "water", {"tiers": "80 1.25\n1.9", "wastewater": "2", "more": {}})
    assert "· 3,25 / 3,9 EUR/m³" in shown(dialogue)


async def test_it_is_changed_later(house: House) -> None:
    """The form shows what was agreed, a closed section within."""
    await (await terms(house, "peak_offpeak", {**PEAKS, "more": {"since": "2026-01-01"}})).choose(
        "save"
    )
    site = house.site_entries[0]
    dialogue = await PartDialogue.begin(house, site, "contract", "Ours")
    assert dialogue.step == "terms"
    suggested = dialogue.suggested
    assert suggested["prices"] == "0.2142 0.1589"
    assert suggested["more"]["since"] == "2026-01-01"
    await dialogue.answer({**PEAKS, "prices": "0,3 0,2"})
    assert (await dialogue.choose("save")).is_done
    assert data_of(site, "Ours")["prices"] == "0,3 0,2"
    assert "since" not in data_of(site, "Ours")


@pytest.mark.parametrize(
    ("template", "answer", "errors"),
    [
        ("peak_offpeak", {**PEAKS, "prices": "0.2"}, {"prices": "prices_count"}),
        ("peak_offpeak", {**PEAKS, "windows": "22h-26h"}, {"windows": "windows_window"}),
        ("flat", {"prices": "999999999", "more": {}}, {"prices": "price_too_large"}),
        ("flat", {"prices": "cheap", "more": {}}, {"prices": "typed_number"}),
        (
            "flat",
            {"prices": "0.2", "more": {"prices_with_tax": False}},
            {"base": "more_wrong"},
        ),
        ("feed_in", {"more": {}}, {"prices": "setting_missing"}),
        (
            "peak_offpeak",
            {**PEAKS, "windows": "2026-12-01 22:00-06:00"},
            {"windows": "windows_late"},
        ),
        (
            "regulated_peak_offpeak",
            {"kva": "6", "windows": "2026-12-01 22:00-06:00", "more": {}},
            {"windows": "windows_late"},
        ),
        ("water", {"tiers": "120 2\n50 1.5\n3", "more": {}}, {"tiers": "tiers_order"}),
        (
            "flat",
            {"prices": "2026-08-01 0.2", "more": {"since": "2026-01-01"}},
            {"prices": "series_late"},
        ),
        (
            "hot_water",
            {"cold_water": "2", "energy_price": "900", "more": {}},
            {"energy_price": "price_of_unit_too_large"},
        ),
        (
            "feed_in",
            {"requested": "2026-05-01", "more": {}},
            {"requested": "feed_in_not_known"},
        ),
        ("custom", {"contract": {"key": "x"}}, {"base": "contract_wrong"}),
    ],
)
async def test_what_cannot_be(
    house: House, template: str, answer: dict[str, Any], errors: object
) -> None:
    """The form says where and why, and nothing is kept."""
    dialogue = await terms(house, template, answer)
    assert dialogue.errors == errors
    assert not house.site_entries[0].subentries


@pytest.mark.parametrize(
    ("more", "field", "problem"),
    [
        ({"prices_with_tax": False}, "VAT", "This is needed."),
        ({"excise": "0.1\nmuch"}, "Excise", "Line 2 needs the day from which it holds."),
        ({"cta": "2026-08-01 dear"}, "CTA", "Line 1: dear is no number."),
        (
            {"since": "2026-02-01", "until": "2026-01-01"},
            "Until",
            "The contract ends before it begins.",
        ),
        (
            {"since": "2026-01-01", "excise": "2026-08-01 0.03"},
            "Excise",
            (
                "This begins on 2026-08-01, but the contract on 2026-01-01: say what holds until "
                "then, or let the contract begin later."
            ),
        ),
    ],
)
async def test_what_is_wrong_in_the_closed_section_is_named(
    house: House, more: dict[str, Any], field: str, problem: str
) -> None:
    """For nobody sees the field: by its label, and with what is wrong."""
    dialogue = await terms(house, "flat", {"prices": "0.2", "more": more})
    assert dialogue.errors == {"base": "more_wrong"}
    told = dialogue.result["description_placeholders"]
    assert told is not None
    assert (told["field"], told["problem"]) == (field, problem)


async def test_a_contract_begins_no_earlier_than_the_prices_that_come_with_it(house: House) -> None:
    """These are not in the form: it is said where the contract begins."""
    dialogue = await terms(house, "regulated_base", {"kva": "6", "more": {"since": "2001-01-01"}})
    assert dialogue.errors == {"base": "more_wrong"}
    told = dialogue.result["description_placeholders"]
    assert told is not None
    assert (told["field"], told["problem"]) == ("From", "No prices are known before 2012-07-23.")


async def test_a_contract_needs_a_name(house: House) -> None:
    """It is what meters are billed by."""
    site = await house.add_site()
    dialogue = await PartDialogue.begin(house, site, "contract")
    await dialogue.answer({"name": "  ", "template": "flat"})
    assert dialogue.errors == {"name": "contract_name_empty"}


async def test_a_price_that_an_entity_shows(house: House) -> None:
    """It is followed by its id; what it shows now is seen at once, the rest is not known."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    house.freezer.move_to("2026-11-01T11:00:00+00:00")
    sensor = await add_sensor(house.hass, "spot", "ct/kWh")
    sensor.shows(12.5, unit="ct/kWh")
    answer = {"price_entity": sensor.entity_id, "more": {"offset": "0.1"}}
    dialogue = await terms(house, "dynamic", answer)
    assert "· 0.225 EUR/kWh" in shown(dialogue)
    assert "· ? EUR/kWh" in shown(dialogue)
    await dialogue.choose("save")
    site = house.site_entries[0]
    assert data_of(site, "Ours")["curve"] == f"entity:{registry_id(sensor)}"
    dialogue = await PartDialogue.begin(house, site, "contract", "Ours")
    assert dialogue.suggested["price_entity"] == sensor.entity_id


@pytest.mark.parametrize("unit", ["USD/kWh", "kWh", "°C"])
async def test_a_sensor_that_shows_no_price(house: House, unit: str) -> None:
    """Its unit says so, even while it shows nothing; one without a unit may show one."""
    sensor = await add_sensor(house.hass, "spot", unit)
    answer = {"price_entity": sensor.entity_id, "more": {}}
    dialogue = await terms(house, "dynamic", answer)
    assert dialogue.errors == {"price_entity": "price_entity_unit"}
    told = dialogue.result["description_placeholders"]
    assert told is not None
    assert (told["text"], told["expected"]) == (unit, "EUR")
    house.hass.states.async_remove(sensor.entity_id)
    await dialogue.answer(answer)
    assert dialogue.errors == {"price_entity": "price_entity_unit"}
    bare = await add_sensor(house.hass, "bare", None)
    await dialogue.answer({**answer, "price_entity": bare.entity_id})
    assert dialogue.step == "preview"


async def test_a_sensor_of_colours_has_no_unit_of_a_price(house: House) -> None:
    """And needs none."""
    today = await add_sensor(house.hass, "today", "colour")
    colours = {"colours": "entities", "today": today.entity_id}
    dialogue = await terms(house, "tempo", {"prices": "1 2 3 4 5 6", **colours, "more": {}})
    assert dialogue.step == "preview"


async def test_regulated_prices_are_in_euros(house: House) -> None:
    """Where money is another one, they are not taken for it."""
    await house.hass.config.async_update(currency="CHF")
    dialogue = await terms(house, "regulated_base", {"kva": "6", "more": {}})
    assert dialogue.errors == {"base": "contract_currency"}
    told = dialogue.result["description_placeholders"]
    assert told is not None
    assert (told["found"], told["expected"]) == ("EUR", "CHF")


async def test_an_entity_without_an_id_cannot_be_followed(house: House) -> None:
    """It might be another one tomorrow."""
    house.hass.states.async_set("sensor.spot", "0.2", {ATTR_UNIT_OF_MEASUREMENT: "EUR/kWh"})
    assert er.async_get(house.hass).async_get("sensor.spot") is None
    dialogue = await terms(house, "dynamic", {"price_entity": "sensor.spot", "more": {}})
    assert dialogue.errors == {"price_entity": "entity_not_registered"}


async def test_every_template_has_a_form(house: House) -> None:
    """Filled in with what it needs, each is a contract whose prices can be shown."""
    good: dict[str, dict[str, Any]] = {
        "regulated_base": {"kva": "6", "more": {}},
        "regulated_peak_offpeak": {"kva": "9", "windows": "22:00-06:00", "more": {}},
        "regulated_tempo": {"kva": "9", "more": {}},
        "flat": {"prices": "0.2", "standing": "12", "more": {}},
        "tempo": {"prices": "1 2 3 4 5 6", "more": {}},
        "ejp": {"prices": "0.1 0.9", "more": {}},
        "feed_in": {"prices": "0.04", "more": {}},
        "gas": {"prices": "0.09", "coefficient": "11.2", "more": {}},
        "water": {"tiers": "80 1.2\n1.9", "wastewater": "2", "more": {}},
        "hot_water": {"cold_water": "2", "energy_price": "0.1", "more": {}},
        "heat": {"prices": "0.12", "more": {}},
    }
    for template, answer in good.items():
        assert shown(await terms(house, template, answer)), template

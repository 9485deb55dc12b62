"""Contracts from forms: every template, and what it says of settings that cannot be."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from custom_components.ecom.core.tariffs.fluid_templates import tiers_of
from custom_components.ecom.core.tariffs.france import regulated
from custom_components.ecom.core.tariffs.france_rows import Option
from custom_components.ecom.core.tariffs.json_form import as_json
from custom_components.ecom.core.tariffs.model import (
    Component,
    Contract,
    ContractError,
    Direction,
    Dynamic,
    Energy,
    Fluid,
    Per,
    Proration,
    Standing,
    Tiered,
    Version,
)
from custom_components.ecom.core.tariffs.pricing import Known
from custom_components.ecom.core.tariffs.tariff import Tariff
from custom_components.ecom.core.tariffs.templates import REGULATED, TEMPLATES, make
from tests.core.tariffs.cases import Steps, at, one, seconds

NOON = at("2026-11-26T12:00")
SIX = "0.1 0.2 0.3 0.4 0.5 0.6"


def made(template: str, **settings: Any) -> Contract:
    """Return the contract of a template."""
    return make({"template": template, **settings}, "here", "Europe/Zurich", "CHF")


def named(contract: Contract, key: str) -> Component:
    """Return a component by its key."""
    (found,) = [each for each in contract.components if each.key == key]
    return found


def price(contract: Contract, known: Known | None = None) -> Decimal | None:
    """Return what a unit costs at noon."""
    return (Tariff(contract, known) if known else Tariff(contract)).price_at(NOON).price


def refused(template: str, **settings: Any) -> tuple[str, dict[str, str]]:
    """Return why settings are refused."""
    with pytest.raises(ContractError) as caught:
        made(template, **settings)
    key, placeholders = (*caught.value.args, {})[:2]
    return key, placeholders


WHOLE: dict[str, dict[str, Any]] = {
    "flat": {"prices": "0.2"},
    "peak_offpeak": {"prices": "0.3 0.2", "windows": "22h-6h"},
    "tempo": {"prices": SIX},
    "ejp": {"prices": "0.2 0.5"},
    "dynamic": {"curve": "spot"},
    "feed_in": {"prices": "0.04"},
    "gas": {"prices": "0.09", "coefficient": "11.2"},
    "water": {"prices": "1.5"},
    "hot_water": {"cold_water": "2", "energy_price": "0.1"},
    "heat": {"prices": "0.12"},
    "regulated_base": {"kva": 6},
    "regulated_peak_offpeak": {"kva": 9, "windows": "22h-6h"},
    "regulated_tempo": {"kva": "12"},
    "custom": {"contract": as_json(regulated(Option.BASE, 6))},
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_makes_a_contract(template: str) -> None:
    """With its key, and the zone and the currency of the house unless it says its own.

    Regulated prices are in euros wherever the house is.
    """
    found = made(template, **WHOLE[template])
    custom = template == "custom"
    assert found.key == "here"
    assert found.zone == ("Europe/Paris" if custom else "Europe/Zurich")
    assert found.currency == ("EUR" if custom or template in REGULATED else "CHF")


@pytest.mark.parametrize(
    ("template", "fluid"),
    [
        ("flat", Fluid.ELECTRICITY),
        ("gas", Fluid.GAS),
        ("water", Fluid.COLD_WATER),
        ("hot_water", Fluid.HOT_WATER),
        ("heat", Fluid.HEAT),
    ],
)
def test_what_is_supplied(template: str, fluid: Fluid) -> None:
    """By template."""
    assert made(template, **WHOLE[template]).fluid is fluid


def test_prices_with_tax_are_charged_as_typed() -> None:
    """There is no tax in such a contract."""
    found = made("flat", prices="0.2001", excise="0.03", standing="145")
    assert found.taxes == ()
    assert price(found) == Decimal("0.2301")


def test_prices_before_tax_have_one() -> None:
    """On everything, named by its rate."""
    found = made(
        "flat",
        prices="0.1",
        excise="0.02",
        standing="120",
        cta="15",
        prices_with_tax=False,
        vat="5,5",
    )
    (tax,) = found.taxes
    assert (tax.key, tax.of) == ("vat_5_5", ("standing", "energy", "cta", "excise"))
    assert price(found) == Decimal("0.12") * Decimal("1.055")


@pytest.mark.parametrize(
    ("per", "proration"),
    [
        ("day", Proration.WHOLE),
        ("month", Proration.CALENDAR_MONTH),
        ("year", Proration.DAYS_365),
    ],
)
def test_standing_charges_are_for_a_day_a_month_or_a_year(per: str, proration: Proration) -> None:
    """A year, if nothing is said."""
    found = named(made("flat", prices="0.2", standing="12", standing_per=per), "standing")
    assert found == Standing(key="standing", series=one("12"), per=Per(per), proration=proration)
    assert named(made("flat", prices="0.2", standing="12"), "standing") == Standing(
        key="standing", series=one("12")
    )


def test_frames_are_those_of_the_template_or_of_the_settings() -> None:
    """Where a day begins and prices change, and from when to when a contract holds."""
    assert made("tempo", prices=SIX).day_start == time(6)
    assert made("ejp", prices="1 2").day_start == time(1)
    found = made(
        "tempo",
        prices=SIX,
        day_start="05:30",
        price_change_at="06:00",
        since="2026-01-01",
        until="2027-01-01",
    )
    assert (found.day_start, found.price_change_at) == (time(5, 30), time(6))
    assert (found.since, found.until) == (date(2026, 1, 1), date(2027, 1, 1))


def test_prices_of_bands_come_in_their_order() -> None:
    """Peak first; off-peak and peak of each colour; normal first."""
    peak = named(made("peak_offpeak", prices="0.3 0.2", windows="22h-6h"), "energy")
    assert isinstance(peak, Energy)
    assert {band: series[0].value for band, series in peak.prices.items()} == {
        "peak": Decimal("0.3"),
        "off_peak": Decimal("0.2"),
    }
    tempo = named(made("tempo", prices=SIX), "energy")
    assert isinstance(tempo, Energy)
    assert tempo.prices["white_peak"][0].value == Decimal("0.4")
    mobile = named(made("ejp", prices="0.2 0.5"), "energy")
    assert isinstance(mobile, Energy)
    assert mobile.prices["ejp_peak"][0].value == Decimal("0.5")


def test_a_price_that_follows_a_curve() -> None:
    """Factor, offset and limits; without them it is the curve's."""
    known = Known(
        colours={}, curves={"spot": Steps(points_by_start=[(seconds("2026-11-26"), "0.3")])}
    )
    found = made("dynamic", curve="spot", factor="1,1", offset=-0.01, floor="0", cap="0.25")
    assert named(found, "energy") == Dynamic(
        key="energy",
        curve="spot",
        factor=Decimal("1.1"),
        offset=Decimal("-0.01"),
        floor=Decimal(0),
        cap=Decimal("0.25"),
    )
    assert price(found, known) == Decimal("0.25")
    assert price(made("dynamic", curve="spot"), known) == Decimal("0.3")


def test_what_is_paid_for_what_is_fed_in() -> None:
    """As typed, even below zero; by a curve; or as it was locked on the day of the request."""
    typed = made("feed_in", prices="-0.01")
    assert (typed.direction, price(typed)) == (Direction.EXPORT, Decimal("-0.01"))
    assert isinstance(named(made("feed_in", curve="bfe", floor="0.06"), "energy"), Dynamic)
    locked = named(made("feed_in", requested="2026-02-01", kwc="9.5"), "energy")
    assert isinstance(locked, Energy)
    (version,) = locked.prices["all"]
    assert (version.value, version.since, version.until) == (Decimal("0.0536"), None, None)
    assert "S21" in version.source


def test_gas_by_energy_or_by_volume() -> None:
    """With a coefficient by date, or without."""
    by_energy = made("gas", prices="0.1", coefficient="11.03\n2026-11-01 10.78", excise="0.02")
    assert price(by_energy) == Decimal("0.12") * Decimal("10.78")
    assert price(made("gas", prices="1.1")) == Decimal("1.1")


def test_water_in_tiers() -> None:
    """By what a year used in each dwelling, with wastewater at another rate of tax."""
    found = made(
        "water",
        tiers="80 1.20\n200 1,50\n 1.90",
        wastewater="2",
        dwellings=3,
        anchor="06-15",
        marginal=False,
        prices_with_tax=False,
        vat=5.5,
        wastewater_vat=10,
    )
    tiered = named(found, "energy")
    assert isinstance(tiered, Tiered)
    assert (tiered.anchor, tiered.dwellings, tiered.marginal) == ((6, 15), 3, False)
    here = Tariff(found).price_at(NOON)
    assert here.price == Decimal("2.2")
    assert [(each.upper, each.price) for each in here.tiers] == [
        (Decimal(240), Decimal("1.266")),
        (Decimal(600), Decimal("1.5825")),
        (None, Decimal("2.0045")),
    ]
    assert {tax.key: tax.of for tax in found.taxes} == {
        "vat_5_5": ("energy",),
        "vat_10": ("wastewater",),
    }


def test_hot_water_is_cold_water_and_the_energy_in_it() -> None:
    """46.48 kWh for 40 K; what is known of the installation makes it more."""
    usual = made("hot_water", cold_water="2", wastewater="1.5", energy_price="0.1")
    assert price(usual) == Decimal("3.5") + Decimal("4.648")
    known = made(
        "hot_water",
        cold_water="2",
        energy_price="0.1",
        temperature_rise="45",
        efficiency="0.9",
        losses="20",
    )
    assert price(known) == 2 + Decimal("7.81")
    assert price(made("hot_water", cold_water="2", energy_price="0.1", kwh_per_m3=60)) == 8
    energy = named(usual, "energy")
    assert isinstance(energy, Energy)
    assert energy.prices["all"][0].derived


def test_a_heat_pump_makes_more_than_it_takes() -> None:
    """And amounts may say what money they are in."""
    found = made("hot_water", cold_water="2 €", energy_price="0.1 €/kWh", efficiency="4")
    assert price(found) == 2 + Decimal("1.162")
    tiers = made("water", tiers="80 1.2 €\n1.9 €/m³")
    energy = named(tiers, "energy")
    assert isinstance(energy, Tiered)
    assert [bound for bound, _ in energy.tiers] == [80, None]
    cap = made("dynamic", curve="spot", cap="0.4 €")
    assert named(cap, "energy").cap == Decimal("0.4")  # type: ignore[union-attr]


def test_heat_and_its_standing_share() -> None:
    """The share is what is not measured."""
    found = made("heat", prices="0.12", heating_share="250", heating_share_per="month")
    share = named(found, "heating_share")
    assert isinstance(share, Standing)
    assert share.per is Per.MONTH


def test_regulated_contracts_take_what_the_bill_says() -> None:
    """And are those of the published prices else."""
    found = made("regulated_base", kva=9, cta="20.5", producer="9.84")
    cta = named(found, "cta")
    assert isinstance(cta, Standing)
    assert cta.series[-1].value == Decimal("20.5")
    assert named(found, "producer").key == "producer"
    plain = make({"template": "regulated_base"}, "regulated", "Europe/Paris", "EUR")
    assert plain == regulated(Option.BASE, 6)


def test_tiers_are_lines_of_a_bound_and_a_price() -> None:
    """The last has the price alone."""
    assert tiers_of("80;1.2\n\n1.9") == (
        (Decimal(80), one("1.2")),
        (None, (Version(value=Decimal("1.9")),)),
    )


@pytest.mark.parametrize(
    ("template", "settings", "key", "placeholders"),
    [
        ("magic", {}, "unknown_template", {"template": "magic"}),
        ("flat", {}, "setting_missing", {"setting": "prices"}),
        ("flat", {"prices": " "}, "setting_missing", {"setting": "prices"}),
        ("flat", {"prices": True}, "setting_value", {"setting": "prices"}),
        ("flat", {"prices": ["1"]}, "setting_value", {"setting": "prices"}),
        (
            "flat",
            {"prices": "0.1 0.2"},
            "prices_count",
            {"setting": "prices", "line": "1", "expected": "1", "found": "2"},
        ),
        *(
            (
                "hot_water",
                {"cold_water": "2", "energy_price": "0.1", "efficiency": share},
                "setting_value",
                {"setting": "efficiency"},
            )
            for share in ("90", "0.09", "10.1")
        ),
        (
            "gas",
            {"prices": "0.1", "coefficient": "11\n2026-01-01 0"},
            "setting_value",
            {"setting": "coefficient"},
        ),
        ("flat", {"prices": "-1"}, "prices_negative", {"setting": "prices", "line": "1"}),
        (
            "flat",
            {"prices": "1", "prices_with_tax": "no"},
            "setting_value",
            {"setting": "prices_with_tax"},
        ),
        ("flat", {"prices": "1", "prices_with_tax": False}, "setting_missing", {"setting": "vat"}),
        (
            "flat",
            {"prices": "1", "prices_with_tax": False, "vat": "0.2"},
            "setting_value",
            {"setting": "vat"},
        ),
        (
            "flat",
            {"prices": "1", "prices_with_tax": False, "vat": 101},
            "setting_value",
            {"setting": "vat"},
        ),
        (
            "flat",
            {"prices": "1", "prices_with_tax": False, "vat": -1},
            "setting_value",
            {"setting": "vat"},
        ),
        (
            "flat",
            {"prices": "1", "prices_with_tax": False, "vat": "x"},
            "setting_value",
            {"setting": "vat"},
        ),
        (
            "flat",
            {"prices": "1", "standing": "x"},
            "typed_number",
            {"setting": "standing", "line": "1", "text": "x"},
        ),
        (
            "flat",
            {"prices": "1", "standing": "1", "standing_per": "week"},
            "setting_value",
            {"setting": "standing_per"},
        ),
        ("flat", {"prices": "1", "since": "x"}, "setting_value", {"setting": "since"}),
        ("flat", {"prices": "1", "day_start": "25h"}, "setting_value", {"setting": "day_start"}),
        ("peak_offpeak", {"prices": "1 2"}, "setting_missing", {"setting": "windows"}),
        (
            "peak_offpeak",
            {"prices": "1 2", "windows": "x"},
            "windows_window",
            {"setting": "windows", "line": "1", "text": "x"},
        ),
        ("dynamic", {}, "setting_missing", {"setting": "curve"}),
        ("dynamic", {"curve": "spot", "floor": "a"}, "setting_value", {"setting": "floor"}),
        (
            "dynamic",
            {"curve": "spot", "floor": 2, "cap": 1},
            "floor_above_cap",
            {"component": "energy", "setting": "floor"},
        ),
        ("feed_in", {}, "setting_missing", {"setting": "prices"}),
        (
            "feed_in",
            {"requested": "2026-05-01", "kwc": 3},
            "feed_in_not_known",
            {"requested": "2026-05-01", "kwc": "3", "setting": "requested"},
        ),
        ("water", {}, "setting_missing", {"setting": "prices"}),
        (
            "water",
            {"tiers": "80 1\n200 2"},
            "tiers_count",
            {"setting": "tiers", "line": "2", "expected": "1", "found": "2"},
        ),
        ("water", {"tiers": "80 -1\n2"}, "prices_negative", {"setting": "tiers", "line": "1"}),
        (
            "water",
            {"tiers": "20000 1\n10001"},
            "price_too_large",
            {"setting": "tiers", "line": "2", "text": "10001"},
        ),
        *(
            ("water", {"tiers": tiers}, "tiers_order", {"setting": "tiers", "line": line})
            for tiers, line in (("80 1\n\n60 1\n2", "3"), ("80 1\n80 2\n3", "2"), ("0 1\n2", "1"))
        ),
        ("water", {"tiers": "1", "anchor": "02-29"}, "setting_value", {"setting": "anchor"}),
        ("water", {"tiers": "1", "anchor": "02-30"}, "setting_value", {"setting": "anchor"}),
        ("water", {"tiers": "1", "anchor": "June"}, "setting_value", {"setting": "anchor"}),
        ("water", {"tiers": "1", "dwellings": 0}, "setting_value", {"setting": "dwellings"}),
        ("water", {"tiers": "1", "dwellings": "1.5"}, "setting_value", {"setting": "dwellings"}),
        ("hot_water", {"energy_price": "1"}, "setting_missing", {"setting": "cold_water"}),
        ("hot_water", {"cold_water": "1"}, "setting_missing", {"setting": "energy_price"}),
        (
            "hot_water",
            {"cold_water": "1", "energy_price": "1", "losses": -1},
            "setting_value",
            {"setting": "losses"},
        ),
        (
            "regulated_base",
            {"kva": 18},
            "power_without_prices",
            {"setting": "kva", "option": "base", "kva": "18"},
        ),
        ("regulated_peak_offpeak", {"kva": 6}, "setting_missing", {"setting": "windows"}),
        (
            "regulated_peak_offpeak",
            {"kva": 6, "windows": "x"},
            "windows_window",
            {"setting": "windows", "line": "1", "text": "x"},
        ),
        (
            "regulated_peak_offpeak",
            {"kva": 7, "windows": "22h-6h"},
            "power_without_prices",
            {"setting": "kva", "option": "peak_off_peak", "kva": "7"},
        ),
        ("custom", {}, "json_value", {"path": "contract", "expected": "object"}),
    ],
)
def test_settings_that_cannot_be(
    template: str, settings: dict[str, Any], key: str, placeholders: dict[str, str]
) -> None:
    """They are named, and the line of a text with them."""
    assert refused(template, **settings) == (key, placeholders)


def test_no_template_is_no_contract() -> None:
    """Nothing is guessed."""
    with pytest.raises(ContractError) as caught:
        make({}, "here", "Europe/Paris", "EUR")
    assert caught.value.args == ("setting_missing", {"setting": "template"})


REFORM = "2026-12-01 summer: 02:00-07:00 12:00-15:00\n2026-12-01 winter: 23:00-07:00"


@pytest.mark.parametrize(
    ("template", "settings"),
    [
        ("peak_offpeak", {"prices": "0.3 0.2"}),
        ("peak_offpeak", {"prices": "2026-11-01 0.3 0.2"}),
        ("peak_offpeak", {"prices": "0.3 0.2", "since": "2026-11-30"}),
        ("regulated_peak_offpeak", {"kva": 6}),
    ],
)
def test_hours_that_begin_after_the_contract(template: str, settings: dict[str, Any]) -> None:
    """Nothing says which band holds until then, and it is said at the hours."""
    told = {"day": "2026-12-01", "setting": "windows"}
    assert refused(template, windows=REFORM, **settings) == ("windows_late", told)


@pytest.mark.parametrize(
    "settings",
    [
        {"prices": "2026-12-01 0.3 0.2"},
        {"prices": "0.3 0.2", "since": "2026-12-01"},
        {"prices": "0.3 0.2", "windows": f"22h-6h\n{REFORM}"},
    ],
)
def test_hours_that_begin_with_the_contract(settings: dict[str, Any]) -> None:
    """Or say what held before: these can be."""
    assert made("peak_offpeak", **{"windows": REFORM, **settings})


LATE, GAS = "2026-08-01", {"prices": "1", "coefficient": "11"}


@pytest.mark.parametrize(
    ("template", "settings", "setting"),
    [
        ("flat", {"prices": f"{LATE} 0.2"}, "prices"),
        ("flat", {"prices": "0.2", "standing": f"{LATE} 12"}, "standing"),
        ("flat", {"prices": "0.2", "excise": f"{LATE} 0.03"}, "excise"),
        ("feed_in", {"prices": f"{LATE} 0.04"}, "prices"),
        ("gas", {**GAS, "coefficient": f"{LATE} 11"}, "coefficient"),
        ("water", {"tiers": "80 1\n2", "wastewater": f"{LATE} 2"}, "wastewater"),
        ("hot_water", {"cold_water": f"{LATE} 2", "energy_price": "0.1"}, "cold_water"),
        ("hot_water", {"cold_water": "2", "energy_price": f"{LATE} 0.1"}, "energy_price"),
        ("heat", {"prices": "1", "heating_share": f"{LATE} 9"}, "heating_share"),
        ("regulated_base", {"cta": f"{LATE} 15"}, "cta"),
    ],
)
def test_what_begins_after_the_contract(
    template: str, settings: dict[str, Any], setting: str
) -> None:
    """Is said at its field."""
    told = {"day": LATE, "since": "2026-01-01", "setting": setting}
    assert refused(template, since="2026-01-01", **settings) == ("series_late", told)


def test_regulated_prices_have_a_beginning() -> None:
    """No contract begins before the prices that come with ECOM."""
    told = {"day": "2012-07-23", "setting": "since"}
    assert refused("regulated_base", kva=6, since="2012-07-22") == ("prices_not_before", told)


@pytest.mark.parametrize(
    ("template", "settings", "value", "setting"),
    [
        ("dynamic", {"curve": "spot", "factor": "10001"}, "10001", "factor"),
        ("dynamic", {"curve": "spot", "factor": "2", "offset": "-10001"}, "-10001", "offset"),
        ("dynamic", {"curve": "spot", "offset": "10001"}, "10001", "offset"),
        (
            "hot_water",
            {"cold_water": "2", "energy_price": "5000", "kwh_per_m3": "3"},
            "15000",
            "energy_price",
        ),
    ],
)
def test_a_price_that_is_made_too_large(
    template: str, settings: dict[str, Any], value: str, setting: str
) -> None:
    """By what it is multiplied with, or what is added."""
    told = {"value": value, "setting": setting}
    assert refused(template, **settings) == ("price_of_unit_too_large", told)


def test_a_contract_ends_after_it_begins() -> None:
    """It is said at its end."""
    key, told = refused("flat", prices="1", since="2026-02-01", until="2026-02-01")
    assert (key, told["setting"]) == ("contract_ends_before_it_begins", "until")

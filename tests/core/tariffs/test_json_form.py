"""A contract as JSON: nothing is lost, and nothing that is not known is taken."""

import json
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from custom_components.ecom.core.tariffs.france import regulated
from custom_components.ecom.core.tariffs.france_rows import Option
from custom_components.ecom.core.tariffs.json_form import as_json, from_json
from custom_components.ecom.core.tariffs.model import (
    Adder,
    Basis,
    Capacity,
    Contract,
    ContractError,
    Direction,
    Dynamic,
    Energy,
    Fluid,
    Manual,
    Minimum,
    Per,
    Percent,
    Proration,
    Rule,
    Schedule,
    Season,
    Standing,
    Tax,
    Tiered,
    Version,
    When,
)
from tests.core.tariffs.cases import ejp, off_peak, one, seasonal, series, tempo, window

EVERYTHING = Contract(
    key="everything",
    fluid=Fluid.GAS,
    currency="CHF",
    zone="Europe/Zurich",
    direction=Direction.EXPORT,
    schedules={
        "main": Schedule(
            rules=(
                Rule(
                    band="night",
                    when=When(
                        season=Season(first=(11, 1), last=(3, 31)),
                        weekdays=frozenset({5, 6}),
                        dates=frozenset({date(2026, 12, 25), date(2026, 1, 1)}),
                        colour="red",
                        windows=(window("22:24", "06:38"),),
                        since=date(2026, 1, 1),
                        until=date(2027, 1, 1),
                    ),
                ),
                Rule(band="day"),
            ),
            colours=frozenset({"red", "blue"}),
        )
    },
    components=(
        Energy(key="energy", prices={"night": one("0.10"), "day": one("1E-7")}),
        Adder(
            key="levy",
            series=(
                Version(
                    value=Decimal("-0.01"), since=date(2026, 1, 1), source="a bill", derived=True
                ),
            ),
        ),
        Dynamic(key="spot", curve="spot", factor=Decimal("1.05"), floor=Decimal(0)),
        Tiered(
            key="tier",
            tiers=((Decimal(80), one("1")), (None, one("2"))),
            per=Per.MONTH,
            dwellings=3,
        ),
        Standing(key="standing", series=one("120"), per=Per.MONTH, proration=Proration.WHOLE),
        Capacity(
            key="kw", series=one("40.4"), basis=Basis.MONTH_PEAK, windows=(window("7:00", "22:00"),)
        ),
        Minimum(key="least", of=("energy",), series=one("5")),
        Percent(key="percent", of=("energy", "levy"), series=one("0.15")),
        Manual(key="bill", series=series(("2026-01-01", "50"))),
    ),
    taxes=(Tax(key="vat", series=one("0.081"), of=("energy",)),),
    day_start=time(6),
    price_change_at=time(0, 30),
    coefficient=one("11.03"),
    labels={"energy": "Énergie"},
    since=date(2026, 1, 1),
    until=date(2030, 1, 1),
)

CONTRACTS = [
    EVERYTHING,
    *[regulated(option, 9, windows="22h-6h") for option in Option],
    seasonal().contract,
    tempo({}).contract,
    ejp({}).contract,
    off_peak(("22:00", "06:00")).contract,
]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_is_the_same_again(contract: Contract) -> None:
    """Through text as well, to the last digit."""
    assert from_json(json.loads(json.dumps(as_json(contract)))) == contract


def test_numbers_are_texts_and_defaults_are_left_out() -> None:
    """So that a person can read it."""
    contract = Contract(
        key="k",
        fluid=Fluid.ELECTRICITY,
        components=(Energy(key="energy", prices={"all": one("0.10")}),),
    )
    assert as_json(contract) == {
        "key": "k",
        "fluid": "electricity",
        "components": [{"kind": "energy", "key": "energy", "prices": {"all": [{"value": "0.10"}]}}],
    }


def test_sets_are_written_in_order() -> None:
    """The same contract gives the same text."""
    schedules: Any = as_json(EVERYTHING)["schedules"]
    assert schedules["main"]["colours"] == ["blue", "red"]
    assert schedules["main"]["rules"][0]["when"]["dates"] == ["2026-01-01", "2026-12-25"]


BROKEN: list[tuple[tuple[Any, ...], Any, str, str]] = [
    (("fluid",), "beer", "json_value", "contract.fluid"),
    (("fluid",), None, "json_value", "contract.fluid"),
    (("zone",), 5, "json_value", "contract.zone"),
    (("since",), "2026-13-01", "json_value", "contract.since"),
    (("since",), 20260101, "json_value", "contract.since"),
    (("day_start",), "25:00", "json_value", "contract.day_start"),
    (("colour",), "red", "json_unknown", "contract.colour"),
    (("components",), {}, "json_value", "contract.components"),
    (("components",), "energy", "json_value", "contract.components"),
    (("components", 0, "kind"), "magic", "json_value", "contract.components[0].kind"),
    (("components", 0, "kind"), None, "json_value", "contract.components[0].kind"),
    (("components", 0), 5, "json_value", "contract.components[0]"),
    (("components", 0, "prices"), [], "json_value", "contract.components[0].prices"),
    (
        ("components", 0, "prices", "night", 0, "value"),
        0.1,
        "json_value",
        "contract.components[0].prices.night[0].value",
    ),
    (
        ("components", 0, "prices", "night", 0, "value"),
        "NaN",
        "json_value",
        "contract.components[0].prices.night[0].value",
    ),
    (("components", 3, "dwellings"), True, "json_value", "contract.components[3].dwellings"),
    (("components", 3, "marginal"), 1, "json_value", "contract.components[3].marginal"),
    (("components", 3, "anchor"), [1], "json_value", "contract.components[3].anchor"),
    (("components", 3, "tiers", 0), ["80"], "json_value", "contract.components[3].tiers[0]"),
    (("components", 6, "per"), "week", "json_value", "contract.components[6].per"),
]


@pytest.mark.parametrize(("where", "value", "key", "path"), BROKEN)
def test_what_is_not_known_is_refused_with_its_place(
    where: tuple[Any, ...], value: Any, key: str, path: str
) -> None:
    """Whether it is of another type, out of range or unheard of."""
    whole: Any = json.loads(json.dumps(as_json(EVERYTHING)))
    inner = whole
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    with pytest.raises(ContractError) as caught:
        from_json(whole)
    assert caught.value.args[0] == key
    assert caught.value.args[1]["path"] == path


@pytest.mark.parametrize("value", [None, [], "text", 5, {1: 2}])
def test_what_is_no_object_is_refused(value: Any) -> None:
    """At the top as well."""
    with pytest.raises(ContractError) as caught:
        from_json(value)
    assert caught.value.args == ("json_value", {"path": "contract", "expected": "object"})


def test_what_must_be_there_is_asked_for() -> None:
    """By its name."""
    with pytest.raises(ContractError) as caught:
        from_json({"key": "k", "fluid": "gas"})
    assert caught.value.args == ("json_missing", {"path": "contract.components"})


def test_none_may_be_written_where_it_may_be() -> None:
    """For what has no end, say."""
    whole = dict(as_json(EVERYTHING)) | {"until": None}
    assert from_json(whole) == replace(EVERYTHING, until=None)

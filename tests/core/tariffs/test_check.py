"""Contracts that cannot be are refused with the reason; odd ones are told of."""

from dataclasses import replace
from datetime import UTC, date, time
from decimal import Decimal
from typing import Any

import pytest

from custom_components.ecom.core.tariffs.check import check, first_day
from custom_components.ecom.core.tariffs.findings import Notice
from custom_components.ecom.core.tariffs.french_bands import EJP, TEMPO
from custom_components.ecom.core.tariffs.model import (
    Adder,
    Basis,
    Capacity,
    Component,
    Contract,
    ContractError,
    Dynamic,
    Energy,
    Fluid,
    Manual,
    Minimum,
    Per,
    Percent,
    Rule,
    Schedule,
    Season,
    Standing,
    Tax,
    Tiered,
    Version,
    When,
    Window,
)
from tests.core.tariffs.cases import off_peak, one, seasonal, series, tempo, window

ENERGY = Energy(key="energy", prices={"all": one("0.2")})
NIGHT = When(windows=(window("22:00", "06:00"),))


def contract(*components: Component, **more: Any) -> Contract:
    """Return a contract of these components."""
    found = Contract(key="test", fluid=Fluid.ELECTRICITY, components=components)
    return replace(found, **more)


def by_rules(*rules: Rule, **more: Any) -> Contract:
    """Return a contract whose bands are those of the rules, each with a price."""
    prices = {rule.band: one("0.2") for rule in rules}
    colours = more.pop("colours", frozenset())
    schedule = Schedule(rules=rules, colours=colours)
    return contract(Energy(key="energy", prices=prices), schedules={"main": schedule}, **more)


def tiered(*bounds: str | None, **more: Any) -> Tiered:
    """Return tiers up to these bounds."""
    tiers = tuple((None if each is None else Decimal(each), one("1")) for each in bounds)
    return replace(Tiered(key="tier", tiers=tiers), **more)


CANNOT_BE: dict[str, Contract] = {
    "contract_empty": contract(),
    "unknown_zone": contract(ENERGY, zone="Europe/Nowhere"),
    "currency": contract(ENERGY, currency="euro"),
    "contract_ends_before_it_begins": contract(
        ENERGY, since=date(2026, 1, 1), until=date(2026, 1, 1)
    ),
    "day_begins_on_a_minute": contract(ENERGY, day_start=time(6, 0, 1)),
    "component_twice": contract(ENERGY, ENERGY),
    "of_nothing": contract(ENERGY, taxes=(Tax(key="vat", series=one("0.2"), of=()),)),
    "unknown_component": contract(ENERGY, Percent(key="p", of=("levy",), series=one("0.1"))),
    "unknown_schedule": contract(replace(ENERGY, schedule="other")),
    "band_without_price": contract(Energy(key="energy", prices={})),
    "unknown_band": contract(replace(ENERGY, prices={**ENERGY.prices, "peak": one("1")})),
    "band_name": by_rules(Rule(band="a+b")),
    "unknown_colour": by_rules(Rule(band="a", when=When(colour="red")), Rule(band="b")),
    "weekdays": by_rules(Rule(band="a", when=When(weekdays=frozenset({7}))), Rule(band="b")),
    "rule_ends_before_it_begins": by_rules(
        Rule(band="a", when=When(since=date(2026, 1, 1), until=date(2026, 1, 1))), Rule(band="b")
    ),
    "window_times": by_rules(
        Rule(band="a", when=When(windows=(Window(start=0, end=1440),))), Rule(band="b")
    ),
    "season_days": by_rules(
        Rule(band="a", when=When(season=Season(first=(2, 30), last=(3, 1)))), Rule(band="b")
    ),
    "moment_without_band": by_rules(Rule(band="off_peak", when=NIGHT)),
    "floor_above_cap": contract(
        Dynamic(key="spot", curve="spot", floor=Decimal(2), cap=Decimal(1))
    ),
    "curve_missing": contract(Dynamic(key="spot", curve="")),
    "amount_without_day": contract(Manual(key="bill", series=one("50"))),
    "tier_bounds": contract(tiered("80", "80", None)),
    "tier_cycle": contract(tiered(None, dwellings=0)),
    "tiers_of_several_cycles": contract(tiered(None), tiered(None, key="b", per=Per.MONTH)),
    "tiers_with_coefficient": contract(tiered(None), coefficient=one("11")),
    "capacity_times": contract(Capacity(key="kw", series=one("40"), minutes=0)),
    "subscribed_power": contract(Capacity(key="kw", series=one("40"), basis=Basis.SUBSCRIBED)),
    "series_empty": contract(Adder(key="levy", series=())),
    "version_ends_before_it_begins": contract(
        Adder(
            key="levy",
            series=(Version(value=Decimal(1), since=date(2026, 2, 1), until=date(2026, 1, 1)),),
        )
    ),
    "value_not_finite": contract(Adder(key="levy", series=one("NaN"))),
    "series_overlap": contract(
        Adder(
            key="levy",
            series=(
                Version(value=Decimal(1), until=date(2026, 3, 1)),
                Version(value=Decimal(2), since=date(2026, 2, 1)),
            ),
        )
    ),
    "series_gap": contract(
        Adder(
            key="levy",
            series=(
                Version(value=Decimal(1), until=date(2026, 1, 1)),
                Version(value=Decimal(2), since=date(2026, 2, 1)),
            ),
        )
    ),
}


@pytest.mark.parametrize("key", CANNOT_BE)
def test_a_contract_that_cannot_be(key: str) -> None:
    """Each reason has a key of its own."""
    with pytest.raises(ContractError) as caught:
        check(CANNOT_BE[key])
    assert caught.value.args[0] == key
    assert all(isinstance(text, str) for text in caught.value.args[1].values())


OTHER_WAYS: list[tuple[str, Contract]] = [
    ("unknown_zone", contract(ENERGY, zone="/etc/passwd")),
    ("day_begins_on_a_minute", contract(ENERGY, price_change_at=time(0, tzinfo=UTC))),
    ("component_twice", contract(replace(ENERGY, key=""))),
    ("unknown_component", contract(ENERGY, taxes=(Tax(key="v", series=one("1"), of=("x",)),))),
    (
        "unknown_component",
        contract(Minimum(key="least", of=("energy",), series=one("5")), ENERGY),
    ),
    ("band_name", by_rules(Rule(band="unknown"))),
    ("band_name", by_rules(Rule(band=""))),
    ("tier_bounds", contract(tiered())),
    ("tier_bounds", contract(tiered("80"))),
    ("tier_bounds", contract(tiered(None, None))),
    ("tier_bounds", contract(tiered("0", None))),
    ("tier_cycle", contract(tiered(None, anchor=(2, 29)))),
    ("tier_cycle", contract(tiered(None, anchor=(4, 31)))),
    ("capacity_times", contract(Capacity(key="kw", series=one("40"), months=13))),
    (
        "window_times",
        contract(Capacity(key="kw", series=one("40"), windows=(Window(start=-1, end=5),))),
    ),
    (
        "series_gap",
        contract(
            Adder(key="levy", series=series(("2026-02-01", "1"))),
            since=date(2026, 1, 1),
        ),
    ),
    (
        "series_gap",
        contract(
            Adder(key="levy", series=(Version(value=Decimal(1), until=date(2026, 6, 1)),)),
            until=date(2026, 7, 1),
        ),
    ),
    ("series_overlap", contract(Adder(key="levy", series=(*one("1"), *one("2"))))),
    (
        "series_empty",
        contract(ENERGY, taxes=(Tax(key="vat", series=(), of=("energy",)),)),
    ),
]


@pytest.mark.parametrize(("key", "found"), OTHER_WAYS)
def test_other_ways_not_to_be(key: str, found: Contract) -> None:
    """The same reasons again."""
    with pytest.raises(ContractError) as caught:
        check(found)
    assert caught.value.args[0] == key


def test_what_is_left_without_a_band_is_told() -> None:
    """How long, from when and for which colour."""
    rules = (
        Rule(band="a", when=When(until=date(2026, 12, 1))),
        Rule(band="a", when=When(colour="blue")),
        Rule(band="a", when=When(colour="red", weekdays=frozenset(range(6)))),
    )
    with pytest.raises(ContractError) as caught:
        check(by_rules(*rules, colours=frozenset({"blue", "red"})))
    assert caught.value.args[1] == {
        "schedule": "main",
        "since": "2026-12-01",
        "colour": "red",
        "minutes": "1440",
    }


@pytest.mark.parametrize(
    "found",
    [
        by_rules(
            Rule(band="a", when=When(season=Season(first=(4, 1), last=(10, 31)))),
            Rule(band="b", when=When(season=Season(first=(11, 1), last=(3, 31)))),
        ),
        by_rules(
            Rule(band="a", when=When(weekdays=frozenset(range(5)))),
            Rule(band="b", when=When(weekdays=frozenset({5, 6}))),
        ),
        by_rules(Rule(band="a", when=When(dates=frozenset({date(2026, 12, 25)}))), Rule(band="b")),
        by_rules(
            Rule(band="a", when=NIGHT),
            Rule(band="b", when=When(windows=(window("06:00", "22:00"),))),
        ),
        by_rules(Rule(band="a", when=When(since=date(2026, 1, 1))), since=date(2026, 1, 1)),
        by_rules(
            Rule(band="a", when=When(until=date(2027, 1, 1))),
            until=date(2027, 1, 1),
        ),
        tempo({}).contract,
    ],
)
def test_schedules_that_leave_no_moment_without_a_band(found: Contract) -> None:
    """Parts of the year, of the week, of the day, of time, or colours that make a whole."""
    assert check(found) == []


@pytest.mark.parametrize(
    "found",
    [
        by_rules(
            Rule(band="a", when=When(season=Season(first=(4, 1), last=(10, 31)))),
            Rule(band="b", when=When(season=Season(first=(11, 2), last=(3, 31)))),
        ),
        by_rules(
            Rule(band="a", when=When(weekdays=frozenset(range(5)), windows=NIGHT.windows)),
            Rule(band="b", when=When(windows=(window("06:00", "22:00"),))),
        ),
        by_rules(Rule(band="a", when=When(dates=frozenset({date(2026, 12, 25)})))),
        by_rules(
            Rule(band="a", when=When(season=Season(first=(3, 1), last=(2, 28)))),
        ),
        by_rules(Rule(band="a", when=When(since=date(2026, 1, 2))), since=date(2026, 1, 1)),
    ],
)
def test_schedules_that_leave_a_moment_without_a_band(found: Contract) -> None:
    """A day of the year, weekend nights, all but a date, a leap day, the first day."""
    with pytest.raises(ContractError) as caught:
        check(found)
    assert caught.value.args[0] == "moment_without_band"


def test_off_peak_that_is_not_eight_hours_is_odd() -> None:
    """It is told once for each time; the French reform's weekends are longer here."""
    assert check(off_peak(("22:00", "06:00")).contract) == []
    (notice,) = check(off_peak(("22:30", "06:00")).contract)
    assert notice == Notice(
        key="off_peak_hours",
        placeholders={"schedule": "main", "hours": "7:30", "since": "", "season": ""},
    )
    told = [
        (each.key, *(each.placeholders[name] for name in ("hours", "since", "season")))
        for each in check(seasonal().contract)
    ]
    key = "off_peak_hours_since_season"
    summer, winter = "04-01..10-31", "11-01..03-31"
    assert told == [
        (key, "7:52", "2026-12-01", winter),
        (key, "24:00", "2026-12-01", winter),
        (key, "3:00", "2026-12-01", summer),
    ]


def test_other_odd_things() -> None:
    """Prices that end, a percentage on units and standing charges, a tier that prices all."""
    found = contract(
        replace(ENERGY, prices={"all": (Version(value=Decimal(1), until=date(2027, 1, 1)),)}),
        Standing(key="standing", series=one("100")),
        Percent(key="discount", of=("energy", "standing"), series=one("-0.1")),
        tiered("80", None, marginal=False),
        Percent(key="on_standing", of=("standing",), series=one("-0.1")),
    )
    assert [(each.key, dict(each.placeholders)) for each in check(found)] == [
        ("series_ends", {"component": "energy", "until": "2027-01-01"}),
        ("percent_mixed", {"component": "discount"}),
        ("tier_prices_all", {"component": "tier"}),
    ]


def test_a_contract_of_every_kind_of_component() -> None:
    """And there is nothing to tell."""
    found = contract(
        ENERGY,
        Standing(key="standing", series=one("100")),
        Capacity(key="kw", series=one("40.4"), floor_kw=Decimal("2.5")),
        Capacity(key="kva", series=one("10"), basis=Basis.SUBSCRIBED, subscribed_kw=Decimal(6)),
        Minimum(key="least", of=("energy", "standing"), series=one("5")),
        Manual(key="bill", series=series(("2026-01-01", "50"))),
        Dynamic(key="spot", curve="spot", floor=Decimal(0)),
        taxes=(Tax(key="vat_20", series=one("0.2"), of=("energy", "bill")),),
    )
    assert check(found) == []


@pytest.mark.parametrize(
    "component",
    [
        Energy(key="odd", prices={"all": one("10001")}),
        Adder(key="odd", series=one("-10001")),
        Tiered(key="odd", tiers=((None, one("1e30")),)),
        Dynamic(key="odd", curve="spot", factor=Decimal(10001)),
        Dynamic(key="odd", curve="spot", offset=Decimal(-10001)),
    ],
)
def test_no_unit_costs_that_much(component: Component) -> None:
    """No ledger could hold it; what is charged by the month or at the end may be more."""
    with pytest.raises(ContractError) as caught:
        check(contract(component))
    assert caught.value.args[0] == "price_of_unit_too_large"
    assert check(contract(ENERGY, Standing(key="standing", series=one("10001")))) == []


def test_where_a_contract_begins() -> None:
    """Where it says, or with its first price, if all have one."""
    late = Energy(key="energy", prices={"all": series(("2026-08-01", "1"))})
    assert first_day(contract(late)) == date(2026, 8, 1)
    assert first_day(contract(late, since=date(2026, 9, 1))) == date(2026, 9, 1)
    assert first_day(contract(ENERGY)) is None
    assert first_day(contract(late, replace(ENERGY, key="b"))) is None
    assert first_day(contract(Adder(key="levy", series=one("1")))) is None


@pytest.mark.parametrize("schedule", [TEMPO, EJP])
def test_the_schedules_that_are_shipped_are_whole(schedule: Schedule) -> None:
    """Whatever the colour of a day."""
    bands = {rule.band: one("1") for rule in schedule.rules}
    assert check(contract(Energy(key="energy", prices=bands), schedules={"main": schedule})) == []

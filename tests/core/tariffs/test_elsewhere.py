"""Contracts of other countries can be said in the same words."""

from datetime import date
from decimal import Decimal

from custom_components.ecom.core.tariffs.check import check
from custom_components.ecom.core.tariffs.json_form import as_json, from_json
from custom_components.ecom.core.tariffs.model import (
    ALWAYS,
    Adder,
    Capacity,
    Contract,
    Direction,
    Dynamic,
    Energy,
    Fluid,
    Per,
    Proration,
    Rule,
    Schedule,
    Season,
    Standing,
    Tax,
    When,
)
from custom_components.ecom.core.tariffs.pricing import Known
from custom_components.ecom.core.tariffs.tariff import Tariff
from tests.core.tariffs.cases import Steps, at, one, seconds, series, window


def test_switzerland_with_grid_and_power_by_month() -> None:
    """Energy, grid and levies by high and low tariff, a base and a power price per month."""
    high = When(weekdays=frozenset(range(6)), windows=(window("07:00", "20:00"),))
    schedule = Schedule(rules=(Rule(band="high", when=high), Rule(band="low")))
    contract = Contract(
        key="ch",
        fluid=Fluid.ELECTRICITY,
        currency="CHF",
        zone="Europe/Zurich",
        schedules={"main": schedule},
        components=(
            Standing(
                key="base", series=one("8"), per=Per.MONTH, proration=Proration.CALENDAR_MONTH
            ),
            Energy(key="energy", prices={"high": one("0.13"), "low": one("0.11")}),
            Energy(key="grid", prices={"high": one("0.09"), "low": one("0.06")}),
            Adder(key="system_services", series=one("0.0055")),
            Capacity(key="power", series=one("60"), months=1),
        ),
        taxes=(
            Tax(
                key="vat_8_1",
                series=one("0.081"),
                of=("base", "energy", "grid", "system_services", "power"),
            ),
        ),
    )
    assert check(contract) == []
    assert from_json(as_json(contract)) == contract
    found = list(Tariff(contract).slices(at("2026-11-28T12:00"), at("2026-11-30T12:00")))
    assert [(each.band, str(each.price)) for each in found] == [
        ("high", "0.2437655"),
        ("low", "0.1897155"),
        ("high", "0.2437655"),
    ]
    assert found[1].end - found[1].start == at("2026-11-30T06:00") - at("2026-11-28T19:00")


def test_switzerland_pays_for_feed_in_what_is_known_after_the_quarter() -> None:
    """The market price with a floor: provisional, then fixed, and unknown before."""
    contract = Contract(
        key="ch_feed_in",
        fluid=Fluid.ELECTRICITY,
        currency="CHF",
        zone="Europe/Zurich",
        direction=Direction.EXPORT,
        components=(
            Dynamic(key="energy", curve="bfe", floor=Decimal("0.06")),
            Adder(key="origin", series=series(("2026-01-01", "0.04"), ("2026-04-01", "0.01"))),
        ),
    )
    assert check(contract) == []
    steps = [(seconds("2026-01-01"), "0.09"), (seconds("2026-03-31T22:00"), "0.02")]
    known = Known(colours={}, curves={"bfe": Steps(points_by_start=steps)})
    found = list(Tariff(contract, known).slices(at("2025-12-31T22:00"), at("2026-04-01T12:00")))
    assert [each.price for each in found] == [None, Decimal("0.13"), Decimal("0.07")]


IMPACT = Contract(
    key="be",
    fluid=Fluid.ELECTRICITY,
    zone="Europe/Brussels",
    schedules={
        "main": Schedule(
            rules=(
                Rule(
                    band="day",
                    when=When(windows=(window("07:00", "11:00"), window("17:00", "22:00"))),
                ),
                Rule(band="night"),
            )
        ),
        "grid": Schedule(
            rules=(
                Rule(band="pic", when=When(windows=(window("17:00", "22:00"),))),
                Rule(
                    band="medium",
                    when=When(windows=(window("07:00", "11:00"), window("22:00", "01:00"))),
                ),
                Rule(band="eco"),
            )
        ),
    },
    components=(
        Energy(key="energy", prices={"day": one("0.15"), "night": one("0.12")}),
        Energy(
            key="grid",
            prices={"pic": one("0.20"), "medium": one("0.10"), "eco": one("0.05")},
            schedule="grid",
        ),
    ),
    taxes=(Tax(key="vat_6", series=one("0.06"), of=("energy", "grid")),),
)


def test_belgium_with_the_energy_and_the_grid_in_schedules_of_their_own() -> None:
    """A band is both, and each component is priced by its own part of it."""
    assert check(IMPACT) == []
    tariff = Tariff(IMPACT)
    found = list(tariff.slices(at("2026-06-30T22:00"), at("2026-07-01T22:00")))
    assert [(f"{each.start:%H}", each.band, str(each.price)) for each in found] == [
        ("22", "night+medium", "0.2332"),
        ("23", "night+eco", "0.1802"),
        ("05", "day+medium", "0.2650"),
        ("09", "night+eco", "0.1802"),
        ("15", "day+pic", "0.3710"),
        ("20", "night+medium", "0.2332"),
    ]
    stated = tariff.unit_prices(at("2026-07-01T16:00"), "day+pic")
    assert {key: each.value for key, each in stated.items()} == {
        "energy": Decimal("0.15"),
        "grid": Decimal("0.20"),
    }


def test_a_band_of_one_schedule_is_none_of_two() -> None:
    """Nothing is priced by half a band."""
    stated = Tariff(IMPACT).unit_prices(at("2026-07-01T16:00"), "day")
    assert {each.value for each in stated.values()} == {None}


def test_flanders_charges_the_mean_of_twelve_peaks() -> None:
    """Of quarter-hours, each at least 2.5 kW."""
    contract = Contract(
        key="vl",
        fluid=Fluid.ELECTRICITY,
        zone="Europe/Brussels",
        components=(
            Energy(key="energy", prices={ALWAYS: one("0.15")}),
            Capacity(key="capacity", series=one("40.4"), floor_kw=Decimal("2.5")),
        ),
    )
    assert check(contract) == []
    assert Tariff(contract).price_at(at("2026-07-01")).price == Decimal("0.15")


def test_germany_with_three_steps_of_the_grid_in_two_quarters() -> None:
    """High and low steps in winter, the standard step else, and a credit for the year."""
    winter = Season(first=(10, 1), last=(3, 31))
    contract = Contract(
        key="de",
        fluid=Fluid.ELECTRICITY,
        zone="Europe/Berlin",
        since=date(2026, 1, 1),
        schedules={
            "main": Schedule(),
            "grid": Schedule(
                rules=(
                    Rule(
                        band="high", when=When(season=winter, windows=(window("17:00", "20:00"),))
                    ),
                    Rule(band="low", when=When(season=winter, windows=(window("00:00", "06:00"),))),
                    Rule(band="standard"),
                )
            ),
        },
        components=(
            Standing(key="standing", series=one("150")),
            Energy(key="energy", prices={ALWAYS: one("0.18")}),
            Energy(
                key="grid",
                prices={"high": one("0.16"), "standard": one("0.09"), "low": one("0.02")},
                schedule="grid",
            ),
            Adder(key="levies", series=one("0.05")),
            Standing(key="grid_credit", series=one("-140")),
        ),
        taxes=(
            Tax(
                key="vat_19",
                series=one("0.19"),
                of=("standing", "energy", "grid", "levies", "grid_credit"),
            ),
        ),
    )
    assert check(contract) == []
    found = list(Tariff(contract).slices(at("2026-09-30T12:00"), at("2026-10-01T22:00")))
    assert [(each.band, str(each.price)) for each in found] == [
        ("all+standard", "0.3808"),
        ("all+low", "0.2975"),
        ("all+standard", "0.3808"),
        ("all+high", "0.4641"),
        ("all+standard", "0.3808"),
    ]


def test_austria_has_cheap_grid_hours_in_summer() -> None:
    """From April to September, 10 to 16 o'clock, as a lower price of the grid."""
    summer = Season(first=(4, 1), last=(9, 30))
    rules = (
        Rule(band="snap", when=When(season=summer, windows=(window("10:00", "16:00"),))),
        Rule(band="usual"),
    )
    contract = Contract(
        key="at",
        fluid=Fluid.ELECTRICITY,
        zone="Europe/Vienna",
        schedules={"main": Schedule(), "grid": Schedule(rules=rules)},
        components=(
            Dynamic(key="energy", curve="epex", offset=Decimal("0.015")),
            Energy(
                key="grid", prices={"snap": one("0.048"), "usual": one("0.06")}, schedule="grid"
            ),
        ),
    )
    assert check(contract) == []
    known = Known(
        colours={}, curves={"epex": Steps(points_by_start=[(seconds("2026-07-01"), "0.08")])}
    )
    found = list(Tariff(contract, known).slices(at("2026-07-01T00:00"), at("2026-07-01T22:00")))
    assert [(each.band, str(each.price)) for each in found] == [
        ("usual", "0.155"),
        ("snap", "0.143"),
        ("usual", "0.155"),
    ]

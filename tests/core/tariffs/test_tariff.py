"""What a unit costs: components, taxes, percentages, tiers and curves."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal, localcontext
from time import perf_counter
from typing import override

import pytest

from custom_components.ecom.core.tariffs.model import (
    Adder,
    Component,
    Contract,
    Dynamic,
    Energy,
    Fluid,
    Manual,
    Per,
    Percent,
    Rule,
    Schedule,
    Standing,
    Tax,
    Tiered,
    When,
)
from custom_components.ecom.core.tariffs.pricing import Known, Pricing, Tier
from custom_components.ecom.core.tariffs.tariff import Tariff
from tests.core.tariffs.cases import (
    ALWAYS_SINCE,
    Steps,
    at,
    off_peak,
    one,
    seconds,
    series,
    tempo,
    window,
)

NOON = at("2026-11-26T12:00")


def contract(*components: Component, **more: object) -> Contract:
    """Return a contract of these components."""
    return replace(
        Contract(key="test", fluid=Fluid.ELECTRICITY, components=components),
        **more,  # type: ignore[arg-type]
    )


def energy(price: str) -> Energy:
    """Return energy of one price."""
    return Energy(key="energy", prices={"all": one(price)})


def price(found: Contract, moment: datetime = NOON, known: Known | None = None) -> Decimal | None:
    """Return the price of a moment."""
    tariff = Tariff(found) if known is None else Tariff(found, known)
    return tariff.price_at(moment).price


def test_it_is_a_pricing() -> None:
    """The ledger and the statement ask nothing else."""
    tariff: Pricing = Tariff(contract(energy("0.2")))
    assert [each.band for each in tariff.slices(NOON, NOON + timedelta(hours=1))] == ["all"]
    assert list(tariff.slices(NOON, NOON)) == []


def test_each_component_counts_with_its_own_taxes() -> None:
    """Two taxes on one, none on another; a standing charge is not charged by the unit."""
    found = contract(
        energy("0.1"),
        Adder(key="levy", series=one("0.02")),
        Adder(key="credit", series=one("-0.005")),
        Standing(key="standing", series=one("120")),
        taxes=(
            Tax(key="vat_20", series=one("0.2"), of=("energy", "levy", "standing")),
            Tax(key="local", series=one("0.01"), of=("energy",)),
        ),
    )
    assert price(found) == Decimal("0.1") * Decimal("1.21") + Decimal("0.024") - Decimal("0.005")


def test_percentages_on_units_count_with_what_they_are_taken_on() -> None:
    """A tax on a tax, with VAT on both; not one that is also taken on a standing charge."""
    found = contract(
        energy("0.1"),
        Adder(key="levy", series=one("0.02")),
        Standing(key="standing", series=one("120")),
        Percent(key="local", of=("energy", "levy"), series=one("0.1")),
        Percent(key="on_top", of=("local",), series=one("0.5")),
        Percent(key="discount", of=("energy", "standing"), series=one("-0.5")),
        taxes=(Tax(key="vat_20", series=one("0.2"), of=("energy", "local")),),
    )
    local = Decimal("0.012")
    expected = Decimal("0.12") + Decimal("0.02") + local * Decimal("1.2") + local / 2
    assert price(found) == expected
    stated = Tariff(found).unit_prices(NOON, "all")
    assert list(stated) == ["energy", "levy", "local", "on_top"]
    assert stated["local"].value == local
    assert stated["on_top"].value == local / 2


def test_a_percentage_is_stated_on_the_days_on_which_all_of_it_holds() -> None:
    """And is derived or provisional as soon as a part of it is."""
    steps = [(seconds("2026-11-01"), "0.1"), (seconds("2026-12-01"), "0.2")]
    found = contract(
        replace(energy("0"), prices={"all": series((ALWAYS_SINCE, "0.1"), ("2026-02-01", "0.2"))}),
        Dynamic(key="spot", curve="spot"),
        Percent(
            key="local",
            of=("energy", "spot"),
            series=series((ALWAYS_SINCE, "0.1"), ("2026-01-01", "0.5"), ("2027-01-01", "0.6")),
        ),
    )
    known = Known(colours={}, curves={"spot": Steps(points_by_start=steps, provisional=True)})
    stated = Tariff(found, known).unit_prices(NOON, "all")["local"]
    assert stated.value == Decimal("0.15")
    assert (stated.since, stated.until) == (date(2026, 2, 1), date(2027, 1, 1))
    assert (stated.provisional, stated.derived) == (True, False)
    assert Tariff(found).unit_prices(NOON, "all")["local"].value is None


@pytest.mark.parametrize("missing", ["energy", "levy", "vat", "percent", "coefficient", "tier"])
def test_a_price_is_not_known_if_a_part_of_it_is_not(missing: str) -> None:
    """Nothing is taken as zero."""
    late, always = series(("2026-12-01", "0.1")), one("0.1")

    def part(name: str) -> tuple[object, ...]:
        return late if name == missing else always

    found = contract(
        Energy(key="energy", prices={"all": part("energy")}),  # type: ignore[dict-item]
        Adder(key="levy", series=part("levy")),  # type: ignore[arg-type]
        Percent(key="percent", of=("energy",), series=part("percent")),  # type: ignore[arg-type]
        Tiered(key="tier", tiers=((Decimal(5), always), (None, part("tier")))),  # type: ignore[arg-type]
        taxes=(Tax(key="vat", series=part("vat"), of=("levy",)),),  # type: ignore[arg-type]
        coefficient=part("coefficient"),
    )
    here = Tariff(found).price_at(NOON)
    assert (here.price, here.tiers) == (None, ())
    assert price(found, at("2026-12-01T12:00")) is not None


def test_outside_its_life_a_contract_has_no_price() -> None:
    """Neither a price by slice nor one to state; bands go on."""
    found = contract(energy("0.1"), since=date(2026, 11, 26), until=date(2026, 11, 27))
    slices = list(Tariff(found).slices(at("2026-11-25T12:00"), at("2026-11-28T12:00")))
    assert [(each.start, each.price) for each in slices] == [
        (at("2026-11-25T12:00"), None),
        (at("2026-11-25T23:00"), Decimal("0.1")),
        (at("2026-11-26T23:00"), None),
    ]
    assert {each.band for each in slices} == {"all"}
    assert Tariff(found).unit_prices(at("2026-11-25T12:00"), "all")["energy"].value is None


def test_gas_costs_its_coefficient_times_the_price_of_a_kwh() -> None:
    """Per m³, with the coefficient of the day; what is stated is per kWh."""
    found = contract(
        energy("0.09"),
        Adder(key="excise", series=one("0.01639")),
        fluid=Fluid.GAS,
        coefficient=series((ALWAYS_SINCE, "11.03"), ("2026-11-01", "10.78")),
        taxes=(Tax(key="vat_20", series=one("0.2"), of=("energy", "excise")),),
    )
    assert price(found) == Decimal("0.10639") * Decimal("1.2") * Decimal("10.78")
    assert price(found, at("2026-10-31T12:00")) == Decimal("0.10639") * Decimal("1.2") * Decimal(
        "11.03"
    )
    assert Tariff(found).unit_prices(NOON, "all")["energy"].value == Decimal("0.09")


def test_a_percentage_on_gas_is_taken_per_kwh() -> None:
    """The coefficient counts once, for the percentage as for what it is taken on."""
    found = contract(
        energy("0.10"),
        Percent(key="local", of=("energy",), series=one("0.05")),
        fluid=Fluid.GAS,
        coefficient=one("11"),
        taxes=(Tax(key="vat_20", series=one("0.2"), of=("energy", "local")),),
    )
    assert price(found) == Decimal("0.105") * Decimal("1.2") * 11


def test_tiers_come_on_top_and_count_from_the_beginning_of_their_cycle() -> None:
    """Bounds are for each dwelling; two components with tiers make one list."""
    found = contract(
        Adder(key="wastewater", series=one("2")),
        Tiered(
            key="water",
            tiers=((Decimal(80), one("1")), (Decimal(200), one("1.5")), (None, one("2"))),
            anchor=(6, 15),
            dwellings=3,
        ),
        Tiered(key="levy", tiers=((Decimal(300), one("0.1")), (None, one("0.2"))), anchor=(6, 15)),
        fluid=Fluid.COLD_WATER,
        taxes=(Tax(key="vat_10", series=one("0.1"), of=("water",)),),
    )
    here = Tariff(found).price_at(NOON)
    assert here.price == 2
    assert here.tiers == (
        Tier(upper=Decimal(240), price=Decimal("1.2")),
        Tier(upper=Decimal(300), price=Decimal("1.75")),
        Tier(upper=Decimal(600), price=Decimal("1.85")),
        Tier(upper=None, price=Decimal("2.4")),
    )
    assert here.cycle_start == at("2026-06-14T22:00")
    assert list(Tariff(found).unit_prices(NOON, "all")) == ["wastewater"]


@pytest.mark.parametrize(
    ("per", "moment", "start"),
    [
        (Per.YEAR, "2026-06-14T21:00", "2025-06-14T22:00"),
        (Per.YEAR, "2026-06-14T22:00", "2026-06-14T22:00"),
        (Per.MONTH, "2026-11-30T22:59", "2026-10-31T23:00"),
        (Per.MONTH, "2026-11-30T23:00", "2026-11-30T23:00"),
        (Per.DAY, "2026-10-25T22:59", "2026-10-24T22:00"),
    ],
)
def test_when_a_cycle_begins(per: Per, moment: str, start: str) -> None:
    """At the time at which prices change, of its first day."""
    found = contract(Tiered(key="water", tiers=((None, one("1")),), per=per, anchor=(6, 15)))
    assert Tariff(found).price_at(at(moment)).cycle_start == at(start)
    later = replace(found, price_change_at=time(2, 30))
    begun = Tariff(later).price_at(at(moment)).cycle_start
    assert begun is not None
    assert begun.astimezone(Tariff(later).zone).time() == time(2, 30)


def test_a_cycle_cuts_slices() -> None:
    """What was used before it does not count any more."""
    found = contract(Tiered(key="water", tiers=((None, one("1")),), per=Per.MONTH))
    slices = list(Tariff(found).slices(at("2026-10-01"), at("2026-12-01")))
    assert [each.start for each in slices] == [
        at("2026-10-01"),
        at("2026-10-31T23:00"),
        at("2026-11-30T23:00"),
    ]


def test_what_a_price_follows_is_stated() -> None:
    """Whether it may change still, and where it comes from."""
    known = Known(
        colours={},
        curves={"spot": Steps(points_by_start=[(seconds("2026-11-26"), "0.1")], provisional=True)},
    )
    found = contract(Dynamic(key="spot", curve="spot", factor=Decimal(2), offset=Decimal("0.01")))
    here = Tariff(found, known).price_at(NOON)
    assert (here.price, here.provisional) == (Decimal("0.21"), True)
    assert here.start == at("2026-11-26")
    stated = Tariff(found, known).unit_prices(NOON, "all")["spot"]
    assert (stated.value, stated.source, stated.provisional) == (Decimal("0.21"), "spot", True)
    assert Tariff(found, known).unit_prices(at("2026-11-25"), "all")["spot"].value is None
    assert price(found, at("2026-11-25T12:00"), known) is None
    assert price(found) is None


def test_a_price_that_is_not_known_is_not_provisional() -> None:
    """Two curves, of which one has a hole."""
    known = Known(
        colours={},
        curves={"spot": Steps(points_by_start=[(seconds("2026-11-26"), "0.1")], provisional=True)},
    )
    found = contract(Dynamic(key="spot", curve="spot"), Dynamic(key="grid", curve="grid"))
    here = Tariff(found, known).price_at(NOON)
    assert (here.price, here.provisional) == (None, False)


def test_tiers_say_nothing_while_the_rest_of_the_price_is_not_known() -> None:
    """A hole in a curve leaves the whole unit without a price."""
    found = contract(
        Dynamic(key="spot", curve="spot"), Tiered(key="tier", tiers=((None, one("1")),))
    )
    here = Tariff(found).price_at(NOON)
    assert (here.price, here.tiers) == (None, ())


def test_a_band_of_two_schedules_is_unknown_if_one_is() -> None:
    """Half a band prices nothing."""
    found = contract(
        Energy(key="energy", prices={"blue": one("1"), "red": one("2")}),
        Energy(key="grid", prices={"all": one("1")}, schedule="grid"),
        schedules={
            "main": Schedule(
                rules=(Rule(band="red", when=When(colour="red")), Rule(band="blue")),
                colours=frozenset({"blue", "red"}),
            ),
            "grid": Schedule(),
        },
    )
    here = Tariff(found).price_at(NOON)
    assert (here.band, here.price) == ("unknown", None)


def test_prices_are_exact_whatever_the_caller_counts_with() -> None:
    """A context of three digits changes nothing."""
    case = off_peak(("22:00", "06:00"))
    curved = contract(
        Dynamic(key="spot", curve="spot", factor=Decimal("1.00001")),
        Percent(key="local", of=("spot",), series=one("0.12345")),
    )
    known = Known(
        colours={}, curves={"spot": Steps(points_by_start=[(seconds("2026-11-26"), "0.12345678")])}
    )
    with localcontext(Context(prec=3)):
        assert price(case.contract) == Decimal("0.214212")
        found = price(curved, NOON, known)
        stated = Tariff(curved, known).unit_prices(NOON, "all")
    assert found == Decimal("0.12345678") * Decimal("1.00001") * Decimal("1.12345")
    assert stated["local"].value == found - Decimal("0.12345678") * Decimal("1.00001")


def test_the_price_of_a_band_that_does_not_hold() -> None:
    """For a register that counts peak while the schedule says off-peak."""
    case = off_peak(("22:00", "06:00"))
    tariff = Tariff(case.contract)
    night = at("2026-07-31T23:00")
    assert tariff.price_at(night).band == "off_peak"
    other = tariff.price_of(night, "peak")
    assert (other.band, other.price) == ("peak", Decimal("0.214212"))
    assert other.start <= night < other.end
    assert tariff.price_of(at("2026-07-31T21:00"), "peak").price == Decimal("0.206460")
    assert tariff.price_of(at("2026-07-31T21:00"), "peak").end == at("2026-07-31T22:00")
    assert tariff.price_of(night, "none_of_these").price is None


def test_a_colour_that_becomes_known_prices_what_was_not() -> None:
    """The mapping may grow after the tariff was made."""
    colours = dict[date, str]()
    tariff = Tariff(tempo({}).contract, Known(colours=colours, curves={}))

    def now() -> tuple[str, bool]:
        (here,) = tariff.slices(NOON, NOON + timedelta(hours=1))
        return here.band, here.price is None

    assert now() == ("unknown", True)
    colours[date(2026, 11, 26)] = "red"
    assert now() == ("red_peak", False)
    colours[date(2026, 11, 26)] = "green"
    assert now() == ("unknown", True)


def test_a_colour_that_no_rule_needs_is_not_missed() -> None:
    """What all colours give is known without one, and so is what an earlier rule says."""
    rules = (
        Rule(band="night", when=When(windows=(window("22:00", "06:00"),))),
        Rule(band="dear", when=When(colour="red")),
        Rule(band="cheap"),
    )
    schedule = Schedule(rules=rules, colours=frozenset({"blue", "red"}))
    prices = {"night": one("1"), "dear": one("3"), "cheap": one("2")}
    found = contract(Energy(key="energy", prices=prices), schedules={"main": schedule})
    bands = [each.band for each in Tariff(found).slices(at("2026-11-26"), at("2026-11-27"))]
    assert bands == ["night", "unknown", "night"]
    same = replace(schedule, rules=(*rules[:1], replace(rules[1], band="cheap"), rules[2]))
    cheap = contract(
        Energy(key="energy", prices={"night": one("1"), "cheap": one("2")}),
        schedules={"main": same},
    )
    assert Tariff(cheap).price_at(NOON).band == "cheap"


def test_a_moment_without_a_band_is_unknown() -> None:
    """A schedule with a hole is refused elsewhere; here it prices nothing."""
    schedule = Schedule(rules=(Rule(band="a", when=When(windows=(window("01:00", "02:00"),))),))
    found = contract(Energy(key="energy", prices={"a": one("1")}), schedules={"main": schedule})
    assert Tariff(found).price_at(NOON).band == "unknown"


def test_a_rule_for_dates_and_for_the_whole_day() -> None:
    """A window whose ends are equal is the whole day."""
    rules = (
        Rule(
            band="holiday",
            when=When(dates=frozenset({date(2026, 12, 25)}), windows=(window("00:00", "00:00"),)),
        ),
        Rule(band="usual"),
    )
    found = contract(
        Energy(key="energy", prices={"holiday": one("1"), "usual": one("2")}),
        schedules={"main": Schedule(rules=rules)},
    )
    slices = list(Tariff(found).slices(at("2026-12-24"), at("2026-12-27")))
    assert [(each.band, each.start) for each in slices[1:]] == [
        ("holiday", at("2026-12-24T23:00")),
        ("usual", at("2026-12-25T23:00")),
    ]


def test_a_lookup_is_bounded() -> None:
    """One price for ever: the slice reaches a day back and two days on."""
    here = Tariff(contract(energy("0.1"))).price_at(NOON)
    assert (here.start, here.end) == (NOON - timedelta(days=1), NOON + timedelta(days=2))


def test_times_of_any_zone_are_taken_and_utc_is_given() -> None:
    """The answer does not depend on the zone in which it is asked."""
    tariff = Tariff(off_peak(("22:00", "06:00")).contract)
    local = NOON.astimezone(tariff.zone)
    asked = list(tariff.slices(local, local + timedelta(days=1)))
    assert asked == list(tariff.slices(NOON, NOON + timedelta(days=1)))
    assert {each.start.tzinfo for each in asked} == {UTC}


def test_what_is_not_charged_by_the_unit_costs_nothing_by_the_unit() -> None:
    """A contract of standing charges alone prices a unit at zero, and that is known."""
    found = contract(Manual(key="bill", series=series(("2026-01-01", "50"))))
    assert price(found) == 0
    assert Tariff(found).unit_prices(NOON, "all") == {}


def test_a_year_is_sliced_in_well_under_a_second() -> None:
    """It takes some hundredths of one."""
    tariff = Tariff(off_peak(("01:10", "07:40"), ("12:40", "14:10")).contract)
    begun = perf_counter()
    found = list(tariff.slices(at("2026-01-01"), at("2027-01-01")))
    assert perf_counter() - begun < 1
    assert len(found) > 4 * 365


class Asked(dict[date, str]):
    """Colours that note the days that are asked for."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.days = set[date]()

    @override
    def get(self, key: date, default: str | None = None, /) -> str | None:  # type: ignore[override]
        self.days.add(key)
        return default


def test_a_lookup_asks_for_the_days_beside_it_alone() -> None:
    """It scans neither from the beginning of time nor from that of the contract."""
    colours = Asked()
    Tariff(tempo({}).contract, Known(colours=colours, curves={})).price_at(NOON)
    assert colours.days <= {date(2026, 11, 24) + timedelta(days=n) for n in range(5)}
    assert date(2026, 11, 26) in colours.days

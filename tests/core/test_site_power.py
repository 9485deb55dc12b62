"""The site's power follows from its meters, or is not known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.site_power import UNKNOWN, MeterPower, SitePower, site_power
from custom_components.ecom.ports import Reading, Role, no_reading

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ELECTRIC = (Role.GRID, Role.SOLAR, Role.BATTERY)
OTHERS = tuple(role for role in Role if role not in ELECTRIC)


def meter(role: Role, power_w: float | None, age: timedelta = timedelta()) -> MeterPower:
    """Return a meter that read ``power_w`` some time ago and holds for a minute."""
    return MeterPower(
        role=role, reading=Reading(value=power_w, measured_at=NOW - age, valid_for=MINUTE)
    )


watts = st.integers(-100_000, 100_000).map(float)
electric = st.builds(meter, st.sampled_from(ELECTRIC), watts)
other = st.builds(meter, st.sampled_from(OTHERS), st.one_of(st.none(), watts))
unknown = st.one_of(
    st.builds(meter, st.sampled_from(ELECTRIC), st.none()),
    st.builds(meter, st.sampled_from(ELECTRIC), watts, st.just(MINUTE * 2)),
    st.builds(MeterPower, role=st.sampled_from(ELECTRIC), reading=st.none()),
)


def test_no_meter_no_power() -> None:
    """A site without meters knows nothing."""
    assert site_power([], NOW) == UNKNOWN


@pytest.mark.parametrize(
    ("grid_w", "import_w", "export_w"), [(230.0, 230.0, 0.0), (-230.0, 0.0, 230.0), (0.0, 0.0, 0.0)]
)
def test_the_grid_alone(grid_w: float, import_w: float, export_w: float) -> None:
    """With the grid meter alone the site uses what it draws; export is shown as such."""
    assert site_power([meter(Role.GRID, grid_w)], NOW) == SitePower(
        power_w=grid_w, import_w=import_w, export_w=export_w, production_w=None
    )


def test_grid_sun_and_battery() -> None:
    """4 kW of sun, 1 kW into the battery, 2 kW to the grid: the house uses 1 kW."""
    meters = [meter(Role.GRID, -2000), meter(Role.SOLAR, 4000), meter(Role.BATTERY, -1000)]
    assert site_power(meters, NOW) == SitePower(
        power_w=1000, import_w=0, export_w=2000, production_w=4000
    )


def test_production_needs_no_grid_meter() -> None:
    """Sun alone is production; what the site uses is not known without the grid."""
    assert site_power([meter(Role.SOLAR, 4000)], NOW) == SitePower(
        power_w=None, import_w=None, export_w=None, production_w=4000
    )


def test_import_needs_no_sun() -> None:
    """A silent inverter leaves import and export standing, and power unknown."""
    meters = [meter(Role.GRID, 500), meter(Role.SOLAR, None)]
    assert site_power(meters, NOW) == SitePower(
        power_w=None, import_w=500, export_w=0, production_w=None
    )


def test_a_reading_holds_to_the_last_moment() -> None:
    """A reading counts while it is valid, the last moment included."""
    assert site_power([meter(Role.GRID, 5, MINUTE)], NOW).power_w == 5
    late = timedelta(microseconds=1)
    assert site_power([meter(Role.GRID, 5, MINUTE + late)], NOW) == UNKNOWN


def test_a_port_that_has_never_reported_is_unknown() -> None:
    """The first moment of a site does not show zero."""
    assert site_power([MeterPower(role=Role.GRID, reading=no_reading())], NOW) == UNKNOWN


@given(st.lists(electric))
def test_power_is_the_sum(meters: list[MeterPower]) -> None:
    """With every meter known, power is their sum, and import less export the grid's."""
    known = [meter(Role.GRID, 0), *meters]
    power = site_power(known, NOW)
    values = [item.reading.value or 0.0 for item in meters if item.reading]
    assert power.power_w == pytest.approx(sum(values))
    grid = sum(
        item.reading.value or 0.0 for item in meters if item.reading and item.role is Role.GRID
    )
    assert power.import_w is not None
    assert power.export_w is not None
    assert power.import_w - power.export_w == pytest.approx(grid)
    assert min(power.import_w, power.export_w) == 0


@given(st.lists(electric), unknown, st.integers(min_value=0))
def test_never_a_partial_sum(meters: list[MeterPower], missing: MeterPower, where: int) -> None:
    """One unknown meter makes the power unknown, wherever it stands."""
    meters = [meter(Role.GRID, 1), *meters]
    meters.insert(where % (len(meters) + 1), missing)
    power = site_power(meters, NOW)
    assert power.power_w is None
    assert (power.import_w is None) == (missing.role is Role.GRID)
    if missing.role is Role.SOLAR:
        assert power.production_w is None


@given(st.lists(electric), st.lists(other))
def test_what_is_no_source_of_power_is_not_added(
    meters: list[MeterPower], others: list[MeterPower]
) -> None:
    """Sub-meters, water, gas and heat change nothing, known or not."""
    assert site_power([*others, *meters], NOW) == site_power(meters, NOW)


@given(st.lists(st.one_of(electric, unknown, other)), st.randoms())
def test_the_order_of_the_meters_does_not_matter(meters: list[MeterPower], random: Random) -> None:
    """A site is the same whichever meter was added first."""
    shuffled = list(meters)
    random.shuffle(shuffled)
    assert site_power(shuffled, NOW) == site_power(meters, NOW)


def test_the_sign_is_the_meters_own() -> None:
    """Nothing is inverted here: who reads a meter says which way it counts."""
    one = meter(Role.BATTERY, 700)
    grid = meter(Role.GRID, 0)
    assert one.reading is not None
    charging = replace(one, reading=replace(one.reading, value=-700))
    assert site_power([grid, one], NOW).power_w == 700
    assert site_power([grid, charging], NOW).power_w == -700

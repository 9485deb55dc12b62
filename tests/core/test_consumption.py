"""What a site consumed follows from all of its meters, or is not known."""

from custom_components.ecom.core.consumption import Consumed, Counted, consumed
from custom_components.ecom.ports import Role


def counted(drawn: float | None, fed: float | None = 0.0, **more: float) -> Counted:
    """Return what a meter counted in a slot that it knows wholly, unless said otherwise."""
    return Counted(
        drawn=drawn,
        fed=fed,
        coverage=more.get("coverage", 1.0),
        estimated=bool(more.get("estimated", 0)),
    )


def test_a_house_with_sun_and_a_battery() -> None:
    """Consumption = import + production - export + discharge - charge."""
    found = consumed([
        (Role.GRID, counted(500, 200)),
        (Role.SOLAR, counted(1000)),
        (Role.BATTERY, counted(50, 300)),
        (Role.SUB_METER, counted(9999)),
    ])  # fmt: skip
    assert found == Consumed(
        consumption=1050,
        imported=500,
        exported=200,
        produced=1000,
        coverage=1.0,
        estimated=False,
    )


def test_without_a_grid_meter_consumption_is_not_known() -> None:
    """Production is."""
    found = consumed([(Role.SOLAR, counted(1000))])
    assert (found.consumption, found.imported, found.produced) == (None, None, 1000)


def test_no_figure_is_a_partial_sum() -> None:
    """One meter that is not known leaves unknown what it is part of."""
    found = consumed([(Role.GRID, counted(1)), (Role.GRID, counted(None, None))])
    assert (found.consumption, found.imported, found.exported) == (None, None, None)
    found = consumed([(Role.GRID, counted(1)), (Role.SOLAR, counted(None, None))])
    assert (found.consumption, found.imported, found.produced) == (None, 1, None)


def test_the_least_known_meter_decides() -> None:
    """And so does the least certain one."""
    found = consumed([
        (Role.GRID, counted(1, coverage=0.5)),
        (Role.SOLAR, counted(1, estimated=1)),
        (Role.WATER, counted(1, coverage=0.1)),
    ])  # fmt: skip
    assert (found.coverage, found.estimated) == (0.5, True)


def test_nothing_is_known_of_no_meter() -> None:
    """Not even zero."""
    assert consumed([]).coverage == 0
    assert consumed([]).consumption is None

"""Who used the sun: in each slot all have the same share of it, to the mWh."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.core.costs.allocation import (
    SunSlot,
    SunTotal,
    Used,
    share_of_sun,
    sun_shares,
    sun_totals,
)


def slot(
    produced: int | None, imported: int | None, exported: int | None, **more: int | None
) -> SunSlot:
    """Return a slot; what is named further, but for batteries, are consumers."""
    batteries = {name: more.pop(name) for name in ("charged", "discharged") if name in more}
    return SunSlot(
        produced=produced, imported=imported, exported=exported, consumers=more, **batteries
    )


def test_the_sun_is_shared_by_consumption() -> None:
    """600 of own production in 1000 of consumption: everybody has six tenths."""
    found = sun_shares(slot(800, 400, 200, washing=500, boiler=250))
    assert found.site == Used(own=600, grid=400)
    assert found.consumers == {
        "washing": Used(own=300, grid=200),
        "boiler": Used(own=150, grid=100),
    }
    assert found.rest == Used(own=150, grid=100)


def test_a_battery_gives_the_sun_back() -> None:
    """What it takes is not used yet."""
    charging = sun_shares(slot(1000, 0, 0, charged=600, car=400))
    assert charging.consumers["car"] == Used(own=400, grid=0)
    evening = sun_shares(slot(0, 100, 0, discharged=300, car=400))
    assert evening.consumers["car"] == Used(own=300, grid=100)


def test_a_battery_that_the_grid_charges_makes_no_sun() -> None:
    """What the site consumed is then all from the grid."""
    found = sun_shares(slot(0, 900, 0, charged=600, car=300))
    assert found.site == Used(own=0, grid=300)
    assert found.consumers["car"] == Used(own=0, grid=300)


def test_a_night_without_consumption() -> None:
    """Nothing is shared, and nothing fails."""
    found = sun_shares(slot(0, 0, 5, car=0))
    assert (found.site, found.rest) == (Used(own=0, grid=0), Used(own=0, grid=0))
    assert found.consumers == {"car": Used(own=0, grid=0)}


def test_consumers_that_count_more_than_the_site() -> None:
    """Share what sun there is; the rest is nothing."""
    found = sun_shares(slot(100, 0, 0, a=150, b=50))
    assert found.consumers == {"a": Used(own=75, grid=75), "b": Used(own=25, grid=25)}
    assert found.rest == Used(own=0, grid=0)


@pytest.mark.parametrize("missing", ["produced", "imported", "exported", "charged", "discharged"])
def test_without_a_meter_of_the_site_nothing_is_known(missing: str) -> None:
    """No amount is a partial sum."""
    values: dict[str, int | None] = {
        "produced": 1, "imported": 1, "exported": 1, "charged": 1, "discharged": 1, missing: None,
    }  # fmt: skip
    found = sun_shares(SunSlot(consumers={"a": 1}, **values))
    unknown = Used(own=None, grid=None)
    assert (found.site, found.rest, found.consumers) == (unknown, unknown, {"a": unknown})


def test_a_consumer_that_is_not_known_is_within_the_rest() -> None:
    """The others have their share all the same."""
    found = sun_shares(slot(500, 500, 0, a=400, b=None))
    assert found.consumers == {"a": Used(own=200, grid=200), "b": Used(own=None, grid=None)}
    assert found.rest == Used(own=300, grid=300)


AMOUNT = st.integers(0, 10**9)


@given(
    st.fixed_dictionaries(
        dict.fromkeys(("produced", "imported", "exported", "charged", "discharged"), AMOUNT)
    ),
    st.dictionaries(st.sampled_from("abc"), AMOUNT),
)
def test_shares_add_up(meters: dict[str, int], consumers: dict[str, int]) -> None:
    """The sun of all is the site's, and nobody has more than was consumed."""
    found = sun_shares(SunSlot(consumers=consumers, **meters))
    parts = [*found.consumers.values(), found.rest]
    assert found.site.own is not None
    assert sum(part.own or 0 for part in parts) == found.site.own
    for name, used in consumers.items():
        part = found.consumers[name]
        assert part.own is not None
        assert part.grid is not None
        assert part.own + part.grid == used
        assert part.own >= 0 <= part.grid


def test_slots_are_summed_and_what_is_not_known_is_told() -> None:
    """Use whose origin is not known is counted, and so are slots without a reading."""
    slots = [
        slot(100, 100, 0, a=100, b=50),
        slot(None, 100, 0, a=30, b=None),
        slot(100, 0, 0, a=10),
    ]
    assert sun_totals(slots) == {
        "a": SunTotal(own=60, grid=50, unknown=30, missing=0),
        "b": SunTotal(own=25, grid=25, unknown=0, missing=1),
    }


def test_everybody_has_the_same_share() -> None:
    """Of what the meters of consumers say, where that is more than the site's."""
    assert share_of_sun(slot(800, 400, 200, washing=500, boiler=250)) == Fraction(6, 10)
    assert share_of_sun(slot(800, 400, 200, washing=1200, boiler=None)) == Fraction(1, 2)
    assert share_of_sun(slot(0, 0, 0, washing=0)) == 0
    assert share_of_sun(slot(None, 400, 200, washing=500)) is None

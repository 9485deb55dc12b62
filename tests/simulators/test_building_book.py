"""The book of the made-up building: it adds up, and says the same each time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from scripts.simulators.building_book import (
    COMMON,
    MAIN,
    Band,
    BuildingBook,
    Fluid,
    Meter,
    Reading,
)

NOVEMBER = datetime(2026, 10, 31, 23, tzinfo=UTC)
POWER = Fluid.ELECTRICITY
DAY = 1440


@pytest.fixture(scope="module")
def book() -> BuildingBook:
    """Return the book of a month."""
    return BuildingBook(NOVEMBER, 30)


def meter(place: str, fluid: Fluid = POWER) -> Meter:
    """Return a meter."""
    return Meter(place=place, fluid=fluid)


def test_it_says_the_same_each_time(book: BuildingBook) -> None:
    """Another seed says something else."""
    same, other = BuildingBook(NOVEMBER, 30), BuildingBook(NOVEMBER, 30, seed=2)
    main = meter(MAIN)
    assert book.readings(main) == same.readings(main)
    assert book.counted(main) != other.counted(main)


def test_it_has_the_meters_of_a_building(book: BuildingBook) -> None:
    """A main one of each kind, the flats', and the common parts'."""
    assert len(book.meters) == 12 + 11 + 11
    assert [each.title for each in book.meters[:3]] == [
        "Synthetic main electricity",
        "Synthetic common electricity",
        "Synthetic flat 1 electricity",
    ]
    assert len(BuildingBook(NOVEMBER, 1, flats=11).meters) == 13 + 12 + 12


@pytest.mark.parametrize("fluid", Fluid)
def test_a_main_meter_counts_two_hundredths_more(book: BuildingBook, fluid: Fluid) -> None:
    """Than all below it together, to the whole unit."""
    below = sum(
        book.counted(each) for each in book.meters if each.fluid is fluid and each.place != MAIN
    )
    assert book.counted(meter(MAIN, fluid)) == below * 102 // 100


def test_bands_add_up(book: BuildingBook) -> None:
    """And so do the registers of the main meter."""
    for each in (meter(MAIN), meter(COMMON)):
        parts = [book.counted(each, band=band) for band in Band]
        assert sum(parts) == book.counted(each)
        registers = [book.register(each, band) for band in Band]
        assert [rows[-1].index - rows[0].index for rows in registers] == parts
    assert book.counted(meter(MAIN), 0, 390, Band.PEAK) == 0, "until half past six"
    assert book.counted(meter(MAIN), 390, 391, Band.PEAK) > 0


def test_readings_add_up_over_an_exchange(book: BuildingBook) -> None:
    """Both meters have counted."""
    changed = meter("flat 4")
    rows = book.readings(changed)
    stated = [row for row in rows if row.closing is not None]
    assert [row.at for row in stated] == [NOVEMBER + timedelta(days=15, hours=10, minutes=15)]
    assert counted(rows) == book.counted(changed)
    assert counted(book.readings(changed, 1)) == book.counted(changed)
    assert all(
        before.index <= after.index for before, after in pairwise(rows) if after.closing is None
    )


def counted(rows: list[Reading]) -> int:
    """Return what readings say; a new meter began at 3."""
    return sum(
        after.index - before.index
        if after.closing is None
        else after.closing - before.index + after.index - 3
        for before, after in pairwise(rows)
    )


def test_six_hours_are_missing(book: BuildingBook) -> None:
    """Of one flat; its counter went on."""
    rows = book.readings(meter("flat 7"))
    longest = max(pairwise(rows), key=lambda pair: pair[1].at - pair[0].at)
    assert longest[1].at - longest[0].at == timedelta(hours=6)
    assert len(rows) == 30 * 96 + 1 - 23
    assert counted(rows) == book.counted(meter("flat 7"))


def test_tenants_share_a_flat_by_the_day_on_which_they_moved(book: BuildingBook) -> None:
    """The twelfth; together they used all of it."""
    first, second = (each for each in book.members if each.place == "flat 2")
    assert (first.until, second.since) == (11 * DAY, 11 * DAY)
    parts = [book.accounts(each) for each in (first, second)]
    assert parts[0].keys() == {
        (POWER, Band.PEAK),
        (POWER, Band.OFF_PEAK),
        (Fluid.WATER, None),
        (Fluid.HEAT, None),
    }
    for (fluid, band), used in parts[0].items():
        whole = book.counted(meter("flat 2", fluid), band=band)
        assert used + parts[1][fluid, band] == whole
    assert len(book.members) == 11


def test_the_clocks_change(book: BuildingBook) -> None:
    """A day of twenty-five hours has more of its night."""
    del book
    october = BuildingBook(datetime(2026, 10, 24, 22, tzinfo=UTC), 1)
    assert october.counted(meter(MAIN), 390, 391, Band.PEAK) == 0
    assert october.counted(meter(MAIN), 450, 451, Band.PEAK) > 0

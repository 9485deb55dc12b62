"""Where contracts say something else than others did, and where they do not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.ecom.core.tariffs.differences import differences, widened
from custom_components.ecom.core.tariffs.succession import Succession, Term
from custom_components.ecom.core.tariffs.tariff import Tariff
from custom_components.ecom.core.tariffs.templates import make

START = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = timedelta(days=3)
PEAKS = {"template": "peak_offpeak", "prices": "0.3 0.1", "windows": "22:24-06:24"}


def tariff(**settings: Any) -> Tariff:
    """Return the tariff of a template, in UTC."""
    return Tariff(make(settings, "ours", "UTC", "EUR"))


def alone(tariff: Tariff) -> Succession:
    """Return a tariff that prices all the time."""
    return Succession([Term(start=None, end=None, tariff=tariff)])


def found(old: Tariff, new: Tariff) -> list[tuple[str, str, bool]]:
    """Return the differences of three days from 1 November on."""
    return [
        (f"{each.start:%d %H:%M}", f"{each.end:%d %H:%M}", each.bands)
        for each in differences(alone(old), alone(new), START, START + DAYS)
    ]


def test_what_is_the_same_is_no_difference() -> None:
    """Nor is what lies after the time, or is not charged by the unit."""
    old = tariff(**PEAKS)
    assert found(old, tariff(**PEAKS | {"standing": "12"})) == []
    assert found(old, tariff(**PEAKS | {"prices": "0.3 0.1\n2027-01-01 9 9"})) == []


def test_another_price_of_one_band() -> None:
    """In the hours of that band alone."""
    new = tariff(**PEAKS | {"prices": "0.3 0.2\n2026-11-03 0.3 0.1"})
    assert found(tariff(**PEAKS), new) == [
        ("01 00:00", "01 06:24", False),
        ("01 22:24", "02 06:24", False),
        ("02 22:24", "03 00:00", False),
    ]


def test_other_hours() -> None:
    """Between the old beginnings and the new ones, each day."""
    new = tariff(**PEAKS | {"windows": "22:38-06:38"})
    assert found(tariff(**PEAKS), new)[:3] == [
        ("01 06:24", "01 06:38", True),
        ("01 22:24", "01 22:38", True),
        ("02 06:24", "02 06:38", True),
    ]


def test_only_the_days_of_the_new_contract() -> None:
    """What it did not price before it began is nothing to it; a price and a band join apart."""
    new = tariff(template="flat", prices="0.3", since="2026-11-02", until="2026-11-03")
    assert found(tariff(**PEAKS), new) == [("02 00:00", "03 00:00", True)]
    assert found(tariff(template="flat", prices="0.2"), new) == [("02 00:00", "03 00:00", False)]


def test_prices_are_looked_at_a_day_further_on_either_side() -> None:
    """Where a register may have counted; within the contract that they are about, and joined."""
    new = alone(tariff(**PEAKS | {"prices": "0.3 0.2"}))
    end = START + 3 * DAYS
    (each,) = widened(differences(alone(tariff(**PEAKS)), new, START, end), new)
    assert (each.start, each.end) == (START - DAYS / 3, end + DAYS / 3)
    changed = tariff(**PEAKS | {"prices": "0.3 0.2", "windows": "22:24-06:00"})
    term = Term(start=START, end=end, tariff=changed)
    found = [*widened(differences(alone(tariff(**PEAKS)), Succession([term]), START, end), new)]
    assert {each.bands for each in found} == {True, False}
    inner = Succession([Term(start=START, end=end, tariff=new.tariffs[0])])
    (clipped,) = widened(differences(alone(tariff(**PEAKS)), inner, START, end), inner)
    assert (clipped.start, clipped.end) == (START, end)
    dear = alone(
        tariff(template="flat", prices="0.2\n2026-11-02 0.3\n2026-11-03 0.2\n2026-11-07 0.3")
    )
    flat = alone(tariff(template="flat", prices="0.2"))
    apart = [*widened(differences(flat, dear, START, end), dear)]
    assert [(each.start.day, each.end.day) for each in apart] == [(1, 4), (6, 11)]
    assert [*widened([], new)] == []

"""A digit changed within a value leaves a sound page: the guards are what holds it."""

import pytest

from custom_components.ecom.families.wes.guards import Verdict
from custom_components.ecom.families.wes.protocol import Kind, Point, Quantity, read
from tests.families.wes.counters import Counter
from tests.families.wes.protocol.pages import LINKY_084, REAL_061, SYNTHETIC, load

COUNTING = (
    (REAL_061, Point(Kind.CLAMP, 1, Quantity.IMPORT), b"29386970"),
    (LINKY_084, Point(Kind.TELEINFO, 1, Quantity.PEAK), b"048437741"),
    (SYNTHETIC, Point(Kind.CLAMP, 1, Quantity.IMPORT), b"15234.871"),
    (SYNTHETIC, Point(Kind.TELEINFO, 2, Quantity.OFF_PEAK), b"018655023"),
)


@pytest.mark.parametrize(("name", "point", "text"), COUNTING)
def test_a_changed_digit_is_implausible_or_small(name: str, point: Point, text: bytes) -> None:
    """The page stays sound; the guard holds all but the smallest steps, and never asks.

    Each digit in turn becomes each other digit, then the true page comes again.
    """
    page = load(name)
    for at, old in enumerate(text):
        for new in b"0123456789":
            if old == new or old == ord("."):
                continue
            changed = text[:at] + bytes((new,)) + text[at + 1 :]
            true, wrong = counted(page, point), counted(page.replace(text, changed, 1), point)
            counter = Counter(true)
            verdict = counter.take(wrong)[0]
            assert (verdict is Verdict.GOOD) is (0 < wrong - true <= 750)
            assert set(counter.take(*[true] * 5)) == {
                Verdict.WAIT if verdict is Verdict.GOOD else Verdict.GOOD
            }
            assert counter.guard.total in {true, true + 1} or wrong - true <= 750


def counted(page: bytes, point: Point) -> float:
    """Return the value of one counter of a page."""
    value = read(page).values[point]
    assert isinstance(value, int | float)
    return value


def test_a_changed_digit_of_the_meters_number_is_another_meter() -> None:
    """The report has the number as it stands: whoever knows the meter compares it."""
    page = load(LINKY_084).replace(b"021000000017", b"021000000077")
    meter_id = Point(Kind.TELEINFO, 1, Quantity.METER_ID)
    assert read(page).values[meter_id] == "021000000077"

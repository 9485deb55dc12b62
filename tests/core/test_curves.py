"""Prices that an entity tells: read in any words, kept, and priced anew when told again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from custom_components.ecom.core.curves import RecordedCurve, points_of, price_of
from custom_components.ecom.core.tariffs.pricing import CurvePoint

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    """Return a moment after noon."""
    return NOON + timedelta(hours=hours)


def point(start: float, end: float, value: str, *, provisional: bool = False) -> CurvePoint:
    """Return a price between two hours after noon."""
    return CurvePoint(start=at(start), end=at(end), value=Decimal(value), provisional=provisional)


def test_numbers_are_exact_or_none() -> None:
    """No float gets in between, and nothing that is no number."""
    assert price_of("0.1", Decimal("0.01")) == Decimal("0.001")
    assert price_of(0.1, Decimal(1)) == Decimal("0.1")
    assert price_of("1e999999", Decimal(1000)) is None
    assert price_of(10**5000, Decimal(1)) is None
    assert price_of(-10_000, Decimal(1)) == -10_000
    for nothing in ("unknown", "nan", "inf", True, None, [1], 99_999_999, "1e30", -10_001):
        assert price_of(nothing, Decimal(1)) is None


def test_attributes_in_several_words() -> None:
    """A beginning, perhaps an end, a price; what is neither is passed over."""
    attributes = {
        "raw_today": [
            {"start": "2026-11-01T12:00:00+00:00", "end": "2026-11-01T13:00:00+00:00", "value": 7},
            {"start": NOON + timedelta(hours=1), "end": at(2), "value": "8.5"},
        ],
        "prices": (
            {"time": "2026-11-01 15:00", "price": 9},
            {"time": "2026-11-01 15:15", "price": 10},
        ),
        "unit": "ct/kWh",
        "numbers": [1, 2, 3],
        "odd": [
            {"start": "soon", "value": 1},
            {"start": 12, "value": 1},
            {"start": "2026-11-01T12:00:00+00:00", "value": "unknown"},
            {"start": "0001-01-01T00:00:00", "value": 1},
            {"start": "9999-12-31T23:59:59", "value": 1},
            {"start": "9999-12-31T23:59:59+00:00", "end": "9999-12-31T23:59:59", "value": 1},
            {"start": "1969-12-31T12:00:00+00:00", "value": 1},
            {"start": at(3), "end": at(2), "value": 1},
            {"start": at(3), "end": at(300), "value": 1},
        ],
    }
    assert [*points_of(attributes, Decimal("0.01"), PARIS)] == [
        point(0, 1, "0.07", provisional=True),
        point(1, 2, "0.085", provisional=True),
        point(2, 2.25, "0.09", provisional=True),
        point(2.25, 3.25, "0.10", provisional=True),
    ]


def test_a_curve_holds_what_it_was_told() -> None:
    """Asked about any time, it tells the parts that are known."""
    curve = RecordedCurve()
    assert [*curve.points(at(0), at(9))] == []
    assert curve.tell([point(0, 1, "1"), point(2, 3, "2")]) == at(0)
    assert [*curve.points(at(0.5), at(2.5))] == [point(0.5, 1, "1"), point(2, 2.5, "2")]
    assert [*curve.points(at(1), at(2))] == []
    assert [*curve.points(at(4), at(5))] == []


def test_what_is_told_again_changes_nothing() -> None:
    """Only what is new, or another price, is a change, and from when."""
    curve = RecordedCurve()
    curve.tell([point(0, 2, "1"), point(2, 4, "2")])
    assert curve.tell([point(0, 1, "1"), point(1, 2, "1"), point(3, 4, "2")]) is None
    assert curve.tell([point(0.5, 3, "5"), point(0, 1, "1")]) == at(0.5)
    assert curve.tell([point(0, 1, "1"), point(1, 3, "5")]) is None
    assert [*curve.points(at(0), at(9))] == [point(0, 1, "1"), point(1, 3, "5"), point(3, 4, "2")]
    assert curve.tell([point(3, 3, "7")]) is None
    assert curve.tell([point(3.5, 5, "2")]) == at(4)
    assert [*curve.points(at(3), at(9))] == [point(3, 5, "2")]


def test_a_price_that_goes_on_is_no_change_of_its_past() -> None:
    """Only what is added to its end is new: nobody prices the past anew for that."""
    curve = RecordedCurve()
    curve.tell([point(0, 1, "1")])
    assert curve.tell([point(0, 1.25, "1")]) == at(1)
    assert [*curve.points(at(0), at(9))] == [point(0, 1.25, "1")]
    assert curve.tell([point(0, 3, "2")]) == at(0)


def test_what_held_last() -> None:
    """Up to a moment, cut there."""
    curve = RecordedCurve()
    assert curve.last_before(at(1)) is None
    curve.tell([point(0, 1, "1"), point(2, 3, "2")])
    assert curve.last_before(at(0)) is None
    assert curve.last_before(at(1.5)) == point(0, 1, "1")
    assert curve.last_before(at(2.5)) == point(2, 2.5, "2")


def test_a_price_in_the_middle_of_another() -> None:
    """It leaves both ends of it standing."""
    curve = RecordedCurve()
    curve.tell([point(0, 4, "1")])
    curve.tell([point(1, 2, "3")])
    assert [*curve.points(at(0), at(4))] == [point(0, 1, "1"), point(1, 2, "3"), point(2, 4, "1")]


def test_stored_and_forgotten() -> None:
    """A restart loses nothing; what is too old is let go."""
    curve = RecordedCurve()
    curve.tell([point(0, 1, "0.10"), point(1, 2, "2")])
    again = RecordedCurve.of(curve.dump())
    assert [*again.points(at(0), at(9))] == [*curve.points(at(0), at(9))]
    again.forget(at(1))
    assert [*again.points(at(0), at(9))] == [point(1, 2, "2")]


def test_what_is_foretold_is_provisional_until_it_is_shown() -> None:
    """Shown, it is fixed, a change although the price is the same, and stays so."""
    curve = RecordedCurve()
    curve.tell([point(0, 2, "1", provisional=True)])
    assert curve.tell([point(0, 1, "1")]) == at(0)
    assert [*curve.points(at(0), at(9))] == [
        point(0, 1, "1"),
        point(1, 2, "1", provisional=True),
    ]
    assert curve.tell([point(0, 2, "1", provisional=True)]) is None


def test_any_order_of_telling_ends_the_same() -> None:
    """Against a plain record of each minute, whatever is told and however it overlaps."""
    random = Random(5)
    curve, minutes = RecordedCurve(), dict[int, tuple[Decimal, bool]]()
    for _ in range(400):
        start, length = random.randrange(200), random.randrange(1, 40)
        value, provisional = Decimal(random.randrange(3)), random.random() < 0.3
        told = point(start / 60, (start + length) / 60, str(value), provisional=provisional)
        different = [
            minute
            for minute in range(start, start + length)
            if minutes.get(minute) not in ((value, provisional), (value, False))
        ]
        changed = curve.tell([told])
        assert changed == (at(different[0] / 60) if different else None)
        for minute in range(different[0] if different else start + length, start + length):
            minutes[minute] = (value, provisional)
        known = {
            minute: (each.value, each.provisional)
            for each in curve.points(at(0), at(9))
            for minute in range(
                round((each.start - NOON) / timedelta(minutes=1)),
                round((each.end - NOON) / timedelta(minutes=1)),
            )
        }
        assert known == minutes

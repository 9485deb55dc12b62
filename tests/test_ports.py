"""A reading holds for as long as it says."""

from datetime import UTC, datetime, timedelta

from custom_components.ecom.ports import Reading, no_reading

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_reading_expires_at_its_end() -> None:
    """The last moment counts; after it the reading is stale."""
    reading = Reading(value=1, measured_at=NOON, valid_for=timedelta(minutes=1))
    assert reading.expires_at == NOON + timedelta(minutes=1)
    assert not reading.is_stale(NOON + timedelta(minutes=1))
    assert reading.is_stale(NOON + timedelta(minutes=1, microseconds=1))


def test_a_reading_may_hold_for_ever() -> None:
    """What never goes stale has no moment at which it does."""
    reading = Reading(value=1, measured_at=NOON, valid_for=timedelta.max)
    assert reading.expires_at is None
    assert not reading.is_stale(datetime.max.replace(tzinfo=UTC))


def test_no_reading_is_absent_and_stale() -> None:
    """Before the first report there is no value, and nothing to trust."""
    reading: Reading[float] = no_reading()
    assert reading.value is None
    assert reading.is_stale(NOON)

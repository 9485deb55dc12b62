"""What rows of usage hold, and how well it is known."""

from custom_components.ecom.core.billing.usage import Quality, Tally, tallies, within
from tests.core.billing.supplies import KWH, local, row


def test_rows_are_tallied_by_quality() -> None:
    """What does not occur is left out."""
    rows = [
        row("2026-01-01T00:00", "all", "1"),
        row("2026-01-01T01:00", "all", "2", quality=Quality.ESTIMATED),
        row("2026-01-01T02:00", "all", "3"),
    ]
    assert tallies(rows) == {
        Quality.MEASURED: Tally(rows=2, amount=4 * KWH),
        Quality.ESTIMATED: Tally(rows=1, amount=2 * KWH),
    }


def test_a_period_is_half_open() -> None:
    """Rows come in the order of time."""
    rows = [row(f"2026-01-01T0{hour}:00", "all", "1") for hour in (3, 2, 1)]
    found = within(rows, local("2026-01-01T01:00"), local("2026-01-01T03:00"))
    assert [each.start for each in found] == [rows[2].start, rows[1].start]

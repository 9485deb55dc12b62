"""The golden bill, from the regulated contract that comes with ECOM.

Peak and off-peak at 6 kVA, 16 January to 15 February 2026 inclusive: over a change of price,
of the excise and of the CTA's rate. A test of the method, and no bill of any supplier.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from custom_components.ecom.core.billing.bill import Supply, bill
from custom_components.ecom.core.billing.usage import UsageRow
from custom_components.ecom.core.tariffs.france import regulated
from custom_components.ecom.core.tariffs.france_rows import Option
from custom_components.ecom.core.tariffs.prices import series_of_text
from custom_components.ecom.core.tariffs.tariff import Tariff

CONTRACT = regulated(
    Option.PEAK_OFF_PEAK,
    6,
    windows="22:00-06:00",
    cta=series_of_text("2025-08-01 22.725\n2026-02-01 15.2667"),
)


def used(day: int, month: int, band: str, kwh: int) -> UsageRow:
    """Return what was used in one hour."""
    start = datetime(2026, month, day, 12 if band == "peak" else 23, tzinfo=UTC)
    return UsageRow(start=start, band=band, amount=kwh * 1_000_000)


def test_the_golden_bill_comes_out_to_the_cent() -> None:
    """Each line, the sum before tax, the tax once, and the whole."""
    found = bill(
        Supply(
            contract=replace(CONTRACT, since=date(2025, 1, 1)),
            pricing=Tariff(CONTRACT),
            usage=[
                used(20, 1, "peak", 300),
                used(20, 1, "off_peak", 150),
                used(5, 2, "peak", 280),
                used(5, 2, "off_peak", 140),
            ],
            since=date(2026, 1, 16),
            until=date(2026, 2, 16),
        )
    )
    assert [line.net for line in found.lines] == [
        Decimal(net)
        for net in (
            *("5.94", "43.02", "15.95", "1.00", "13.49"),
            *("5.82", "39.54", "14.10", "0.63", "12.96"),
        )
    ]
    assert (found.net, found.tax, found.gross) == (
        Decimal("152.45"),
        Decimal("30.49"),
        Decimal("182.94"),
    )

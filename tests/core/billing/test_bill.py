"""Bills: each line to the cent, in an order that can be read, and nothing priced by guess."""

from custom_components.ecom.core.billing.bill import bill
from tests.core.billing.supplies import GOLDEN_USAGE, PEAK_OFF_PEAK, nets, supply


def test_the_golden_bill_comes_out_to_the_cent() -> None:
    """Thirty-one days over a change of price, VAT once on the sum of the rounded lines."""
    made = bill(supply(PEAK_OFF_PEAK, GOLDEN_USAGE, "2026-01-16/2026-02-16"))
    assert nets(made.lines) == [
        "5.94", "43.02", "15.95", "1.00", "13.49",
        "5.82", "39.54", "14.10", "0.63", "12.96",
    ]  # fmt: skip
    assert (str(made.net), str(made.tax), str(made.gross)) == ("152.45", "30.49", "182.94")
    assert len(made.taxes) == 1
    assert made.unpriced == ()
    assert [line.basis.values.get("days") for line in made.lines[::5]] == ["16", "15"]

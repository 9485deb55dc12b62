"""A meter whose tariff switches within minutes."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.ecom.families.e450.protocol.decoder import Decoder
from custom_components.ecom.families.e450.protocol.security import Keys
from custom_components.ecom.families.e450.protocol.values import Layout, Telegram
from scripts.simulators.e450_meter import SwitchingMeter
from scripts.simulators.switching_book import BASE, SwitchingBook

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BOOK = SwitchingBook(moments=[NOON, NOON + 10 * SECOND, NOON + 30 * SECOND, NOON + 35 * SECOND])


@pytest.mark.parametrize(
    ("seconds", "peak", "off_peak"),
    [
        (-5, 0, 0),
        (0, 0, 0),
        (1, 10, 0),
        (10, 100, 0),
        (12, 100, 20),
        (31, 110, 200),
        (99, 150, 200),
    ],
)
def test_registers_take_turns(seconds: int, peak: int, off_peak: int) -> None:
    """Ten Wh each second; nothing before the first moment and after the last."""
    found = BOOK.registers(NOON + seconds * SECOND)
    assert found == (BASE[0] + peak, BASE[1] + off_peak)


def test_what_it_counts_in_all() -> None:
    """By band; and its power is that."""
    assert BOOK.counted() == (150, 200)
    assert [BOOK.watts(NOON + at * SECOND) for at in (-1, 0, 34, 35)] == [0, 36000, 36000, 0]


def test_moments_as_they_are_typed() -> None:
    """With a zone, and in their order."""
    text = "2026-11-26T12:00:00+00:00,2026-11-26T13:00:10+01:00"
    assert SwitchingBook.parse(text).moments[1] == NOON + 10 * SECOND
    for wrong in (
        "",
        "2026-11-26T12:00:00+00:00",
        "2026-11-26T12:00:00,2026-11-26T12:00:01",
        text[26:] + "," + text[:25],
    ):
        with pytest.raises(ValueError, match=r"moments|isoformat"):
            SwitchingBook.parse(wrong)


def test_it_speaks_as_a_meter_does() -> None:
    """With its registers, which add up to the total."""
    meter = SwitchingMeter(Layout.PUSH_LIST, Keys(), BOOK, 7)
    decoder = Decoder(keys=Keys())
    stream = meter.telegram(0, timedelta(), None)
    (telegram,) = [*decoder.receive(stream), *decoder.finish()]
    assert isinstance(telegram, Telegram)
    values = {str(code): value.value for code, value in telegram.values.items()}
    peak, off_peak = BOOK.registers(datetime.now(UTC))
    wanted = {"1-0:1.8.0": peak + off_peak, "1-0:1.8.1": peak, "1-0:1.8.2": off_peak}
    assert {
        name.removesuffix(".255"): value for name, value in values.items() if "1.8" in name
    } == wanted

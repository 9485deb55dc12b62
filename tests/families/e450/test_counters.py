"""What counts an E450's power: two directions, and the rates between which one is divided."""

from custom_components.ecom.ports import Counters
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import EXPORT, EXPORTED, IMPORT, IMPORTED

RATE_1, RATE_2 = "1-0:1.8.1", "1-0:1.8.2"


async def test_two_rates_divide_what_is_drawn(meter: MeterAtHome) -> None:
    """By their numbers: the meter does not know what a rate is called."""
    await meter.move_in()
    await meter.says({IMPORT: 28, EXPORT: 0, IMPORTED: 1000, EXPORTED: 7, RATE_1: 600, RATE_2: 400})
    assert meter.source.counters[meter.key("power")] == Counters(
        imported=meter.key(IMPORTED),
        exported=meter.key(EXPORTED),
        registers={meter.key(RATE_1): "1", meter.key(RATE_2): "2"},
    )


async def test_one_rate_divides_nothing(meter: MeterAtHome) -> None:
    """It says what the total says."""
    await meter.move_in()
    await meter.says({IMPORT: 28, IMPORTED: 1000, RATE_1: 1000})
    assert meter.source.counters[meter.key("power")].registers == {}

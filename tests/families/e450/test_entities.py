"""What an E450 becomes in Home Assistant: when values appear, last, and return."""

from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import IMPORT, IMPORTED


async def test_a_value_appears_when_it_is_first_seen(meter: MeterAtHome) -> None:
    """No sensor is made for what a meter might say; one is made when it has said it."""
    await meter.move_in()
    assert meter.house.entity_id(meter.key(IMPORT)) is None
    await meter.says({IMPORT: 28, IMPORTED: 886_977})
    assert meter.shown(IMPORT) == "28"
    assert meter.shown(IMPORTED) == "886977"
    assert meter.shown("power") == "28.0"

"""The limit of a member switches the very outlet that a meter of theirs measures."""

from custom_components.ecom.site.limit_state import LimitState
from tests.families.shelly.at_home import ShellyAtHome
from tests.members import add_building, household, member, meter


async def test_an_outlet_is_switched_off_and_on(shelly: ShellyAtHome) -> None:
    """It needs no entity of its own in the meter's form."""
    await shelly.move_in()
    power = {"port": shelly.key("switch0/power"), "role": "sub_meter"}
    await add_building(shelly.house, meter("Kettle", power), member("Ada", "Kettle"))
    switches, state = household(shelly.house).limits._switches, LimitState(due={"Kettle"})
    assert await switches.settle(state) == ["Kettle"]
    assert (shelly.outlet(), state.due, state.off) == ("off", set(), {"Kettle"})
    state.release()
    assert await switches.settle(state) == []
    assert (shelly.outlet(), state.owed) == ("on", set())

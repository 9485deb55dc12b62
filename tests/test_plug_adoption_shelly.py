"""What Home Assistant's own Shelly integration makes of a device is paired rightly.

DERIVED from the descriptions of that integration itself: a new sensor of it that is
not understood fails here.
"""

import pytest
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.components.shelly.sensor import RPC_SENSORS
from homeassistant.helpers import entity_registry as er

from tests.foreign import ForeignDevice, add_device
from tests.house import House

MAC = "AABBCCDDEEFF"
NONE = "-"


def give(device: ForeignDevice, *components: str, phase: str | None = None, all_on: bool) -> None:
    """Give a device the powers and energies of components, as the integration does.

    Those that are disabled at first are enabled only if ``all_on``.
    """
    for attribute, described in RPC_SENSORS.items():
        if described.key not in components or described.emeter_phase != phase:
            continue
        disabled = not (described.entity_registry_enabled_default or all_on)
        disabler = er.RegistryEntryDisabler.INTEGRATION if disabled else None
        uid = f"{MAC}-{described.key}:0-{attribute}"
        match described.device_class:
            case SensorDeviceClass.POWER:
                device.power(uid, disabled_by=disabler)
            case SensorDeviceClass.ENERGY:
                device.energy(uid, translation_key=described.translation_key, disabled_by=disabler)


@pytest.fixture
def device(house: House) -> ForeignDevice:
    """Return a device of Shelly's without entities."""
    return add_device(house.hass, "A Shelly", domain="shelly", identifier=MAC)


@pytest.mark.parametrize(
    ("all_on", "energy"), [(False, "energy"), (True, "consumed_energy_switch")]
)
async def test_an_outlet(device: ForeignDevice, *, all_on: bool, energy: str) -> None:
    """Switch, power, and what is drawn and fed in."""
    uid = f"{MAC}-switch:0"
    device.switch(uid)
    give(device, "switch", all_on=all_on)
    assert device.found() == [(uid, f"{uid}-power", f"{uid}-{energy}", f"{uid}-ret_energy")]


@pytest.mark.parametrize(
    ("all_on", "energy"), [(False, "energy_pm1"), (True, "consumed_energy_pm1")]
)
async def test_a_meter(device: ForeignDevice, *, all_on: bool, energy: str) -> None:
    """A PM has no switch."""
    uid = f"{MAC}-pm1:0"
    give(device, "pm1", all_on=all_on)
    assert device.found() == [
        (NONE, f"{uid}-power_pm1", f"{uid}-{energy}", f"{uid}-ret_energy_pm1")
    ]


async def test_a_clamp_beside_a_relay(device: ForeignDevice) -> None:
    """An EM's counters are disabled at first; once enabled they count the clamp."""
    device.switch(f"{MAC}-switch:0")
    give(device, "em1", "em1data", all_on=True)
    assert device.found() == [
        (
            NONE,
            f"{MAC}-em1:0-power_em1",
            f"{MAC}-em1data:0-total_act_energy",
            f"{MAC}-em1data:0-total_act_ret_energy",
        ),
    ]


@pytest.mark.parametrize("all_on", [False, True])
@pytest.mark.parametrize("one_device", [False, True])
async def test_three_phases(device: ForeignDevice, *, all_on: bool, one_device: bool) -> None:
    """The whole and its phases, on devices of their own or on one."""
    give(device, "em", "emdata", all_on=all_on)
    for phase in "ABC":
        part = device if one_device else device.part(f"{MAC}-em:0-{phase.lower()}", phase)
        give(part, "em", "emdata", phase=phase, all_on=all_on)
    whole = (
        NONE,
        f"{MAC}-em:0-total_act_power",
        f"{MAC}-emdata:0-total_act",
        f"{MAC}-emdata:0-total_act_ret",
    )
    phases = [
        (
            NONE,
            f"{MAC}-em:0-{phase}_act_power",
            f"{MAC}-emdata:0-{phase}_total_act_energy" if all_on else NONE,
            f"{MAC}-emdata:0-{phase}_total_act_ret_energy" if all_on else NONE,
        )
        for phase in "abc"
    ]
    assert sorted(device.found()) == sorted([whole, *phases])

"""What devices say that they can do, and what ECOM makes of it.

Names are those of ``Appliance.System.Ability``. This module is pure.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Ability(StrEnum):
    """The namespaces that ECOM asks for, and those that say how."""

    ALL = "Appliance.System.All"
    ABILITY = "Appliance.System.Ability"
    TOGGLE = "Appliance.Control.Toggle"
    TOGGLE_X = "Appliance.Control.ToggleX"
    ELECTRICITY = "Appliance.Control.Electricity"
    ELECTRICITY_X = "Appliance.Control.ElectricityX"
    CONSUMPTION_X = "Appliance.Control.ConsumptionX"
    CONSUMPTION_H = "Appliance.Control.ConsumptionH"
    ENCRYPT_SUITE = "Appliance.Encrypt.Suite"
    ENCRYPT_ECDHE = "Appliance.Encrypt.ECDHE"


USEFUL: Final = frozenset(
    {Ability.TOGGLE, Ability.TOGGLE_X, Ability.ELECTRICITY, Ability.ELECTRICITY_X}
)
"""A device with none of these neither switches nor measures: a bulb's hub, a sensor."""

_HOUSEKEEPING: Final = (
    "Appliance.System.",
    "Appliance.Config.",
    "Appliance.Digest.",
    "Appliance.Encrypt.",
)
_LEFT_ALONE: Final = frozenset(
    f"Appliance.Control.{name}"
    for name in (
        *("AlertReport", "Bind", "CircuitFactor", "Consumption", "ConsumptionConfig"),
        *("Multiple", "OverTemp", "Sensor.History", "TimerX", "TriggerX", "Unbind", "Upgrade"),
    )
)
"""Known, and of no use here: timers, binding, updates, and finer histories."""


def encrypts(abilities: Iterable[str]) -> bool:
    """Return whether a device wants to be talked to in cipher.

    Firmware with one of the two abilities understands both, so that it is talked to plainly.
    """
    return {Ability.ENCRYPT_SUITE, Ability.ENCRYPT_ECDHE} <= set(abilities)


def passed_over(abilities: Iterable[str]) -> tuple[str, ...]:
    """Return the abilities that nobody here has heard of, for the diagnostics."""
    known = {*Ability, *_LEFT_ALONE}
    return tuple(
        sorted(
            name for name in abilities if name not in known and not name.startswith(_HOUSEKEEPING)
        )
    )

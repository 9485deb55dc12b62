"""A threshold: so much in a day, of one meter, and somebody is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry

from ..ports import Role

SUBENTRY_ALERT: Final = "alert"

CONF_AMOUNT: Final = "amount"
CONF_METERS: Final = "meters"
CONF_NOTIFY: Final = "notify"
CONF_WHAT: Final = "what"


class What(StrEnum):
    """What a threshold is of, in kWh or m³ a day, or in °C."""

    ELECTRICITY = "electricity"
    COLD_WATER = "cold_water"
    HOT_WATER = "hot_water"
    GAS = "gas"
    HEAT = "heat"
    TOO_COLD = "too_cold"
    TOO_WARM = "too_warm"


ROLES: Final[Mapping[What, frozenset[Role]]] = {
    What.ELECTRICITY: frozenset({Role.GRID, Role.SUB_METER}),
    What.COLD_WATER: frozenset({Role.WATER}),
    What.HOT_WATER: frozenset({Role.HOT_WATER}),
    What.GAS: frozenset({Role.GAS}),
    What.HEAT: frozenset({Role.HEAT}),
}
"""The meters that a threshold is about where it names none."""

TEMPERATURES: Final = frozenset({What.TOO_COLD, What.TOO_WARM})


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertConfig:
    """A threshold as its subentry describes it; without meters it is about all of that kind."""

    what: What
    amount: Decimal
    meters: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()

    @classmethod
    def of(cls, subentry: ConfigSubentry) -> AlertConfig:
        """Return the threshold that a subentry describes."""
        data: Mapping[str, Any] = subentry.data
        return cls(
            what=What(data[CONF_WHAT]),
            amount=Decimal(str(data[CONF_AMOUNT])),
            meters=tuple(data.get(CONF_METERS, ())),
            notify=tuple(data.get(CONF_NOTIFY, ())),
        )

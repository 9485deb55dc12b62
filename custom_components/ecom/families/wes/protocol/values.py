"""What one reading of a WES page says, in names and units of ECOM's own.

A page numbers its inputs and names nothing, so a value is found by the kind of
input, its number and the quantity. Units are those of ``Quantity.unit``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple, override


class Kind(StrEnum):
    """The kinds of input and output that a WES has."""

    TELEINFO = "tic"  # a French meter's Téléinfo, ticN, N = 1 to 3
    CLAMP = "clamp"  # a current clamp, pince, 1 to 4
    COUNTER = "pulse"  # a pulse counter, impulsion, 1 to 6
    PROBE = "probe"  # a 1-Wire probe, temp, 1 to 30
    RELAY = "relay"  # relais 1 to 2; relais1W, card * 100 + ... as the page numbers it
    INPUT = "input"  # a digital input, entree, 1 to 2
    ANALOG = "analog"  # an analog input, analogique, 1 to 4
    SWITCH = "switch"  # a virtual switch, switch_virtuel, 1 to 24
    VARIABLE = "variable"  # a variable of the user's programs, 1 to 8
    MAINS = "mains"  # the server's own supply: its number is always 1


class Quantity(StrEnum):
    """What is measured or stated; the value is also the last part of a port's key."""

    # Téléinfo: power and currents of the moment.
    APPARENT_POWER = "apparent_power"  # VA drawn, PAP; of a clamp, PUISSANCE
    INJECTED_POWER = "injected_power"  # VA fed in, PAPIJ
    CURRENT = "current"  # A, IINST; of a clamp, I
    CURRENT_1 = "current_1"
    CURRENT_2 = "current_2"
    CURRENT_3 = "current_3"
    MAX_CURRENT = "max_current"  # A, IMAX
    MAX_CURRENT_1 = "max_current_1"
    MAX_CURRENT_2 = "max_current_2"
    MAX_CURRENT_3 = "max_current_3"
    VOLTAGE = "voltage"  # V: of the mains and of analog inputs
    VOLTAGE_1 = "voltage_1"  # V, TENSION1
    VOLTAGE_2 = "voltage_2"
    VOLTAGE_3 = "voltage_3"
    POWER = "power"  # W, WATT of a clamp
    # Téléinfo: the contract.
    METER_ID = "meter_id"  # ADCO, 12 digits
    SUBSCRIBED_CURRENT = "subscribed_current"  # A, ISOUSC
    CONTRACT = "contract"  # a Contract
    PERIOD = "period"  # a Period
    TOMORROW = "tomorrow"  # a Colour; None while it is not known
    EJP_NOTICE = "ejp_notice"  # bool, PEJP: mobile peak hours are announced
    # Counters, Wh.
    BASE = "base"
    PEAK = "peak"  # HCHP or H_PLEINE
    OFF_PEAK = "off_peak"  # HCHC or H_CREUSE
    SUPER_OFF_PEAK = "super_off_peak"  # H_SUPER_CREUSE
    EJP_NORMAL = "ejp_normal"  # EJPHN
    EJP_PEAK = "ejp_peak"  # EJPHPM
    BLUE_OFF_PEAK = "blue_off_peak"  # BBRHCJB
    BLUE_PEAK = "blue_peak"
    WHITE_OFF_PEAK = "white_off_peak"
    WHITE_PEAK = "white_peak"
    RED_OFF_PEAK = "red_off_peak"
    RED_PEAK = "red_peak"
    WEEKEND = "weekend"  # H_WeekEnd
    WEEKDAY_OFF_PEAK = "weekday_off_peak"  # HC_Semaine
    WEEKDAY_PEAK = "weekday_peak"  # HP_Semaine
    WEEKEND_OFF_PEAK = "weekend_off_peak"  # HC_WeekEnd
    WEEKEND_PEAK = "weekend_peak"  # HP_WeekEnd
    WEDNESDAY_OFF_PEAK = "wednesday_off_peak"  # HC_Mercredi
    WEDNESDAY_PEAK = "wednesday_peak"  # HP_Mercredi
    PRODUCTION = "production"  # Production, or PRODUCTEUR where that is no flag
    EXPORT = "export"  # INJECTION; of a clamp, INJECT
    IMPORT = "import"  # of a clamp, INDEX
    # The rest.
    INDEX = "index"  # of a pulse counter, in a unit that only its owner knows
    PULSES = "pulses"  # PULSE, the raw count
    VALUE = "value"  # of a probe or a variable, in a unit that only its owner knows
    STATE = "state"  # bool: relay, input, virtual switch

    @property
    def unit(self) -> str | None:
        """Return the unit, None where there is none or the page does not tell it."""
        return _UNITS.get(self)


TARIFF_COUNTERS: Final = tuple(Quantity)[
    list(Quantity).index(Quantity.BASE) : list(Quantity).index(Quantity.PRODUCTION)
]
"""The counters of energy drawn, one for each tariff that any contract has."""

COUNTERS: Final = frozenset(
    {*TARIFF_COUNTERS, Quantity.PRODUCTION, Quantity.EXPORT, Quantity.IMPORT}
)
"""Everything that counts Wh, and so only grows."""

_UNITS: Final[Mapping[Quantity, str]] = {
    **dict.fromkeys(COUNTERS, "Wh"),
    **{quantity: "A" for quantity in Quantity if "current" in quantity},
    **{quantity: "V" for quantity in Quantity if "voltage" in quantity},
    Quantity.APPARENT_POWER: "VA",
    Quantity.INJECTED_POWER: "VA",
    Quantity.POWER: "W",
}


class Contract(StrEnum):
    """The contracts that a Téléinfo states (OPTARIF, or the standard mode's name)."""

    BASE = "base"
    PEAK_OFF_PEAK = "peak_off_peak"
    EJP = "ejp"
    TEMPO = "tempo"
    WEEKEND = "weekend"
    PRODUCER = "producer"


COUNTERS_OF: Final[Mapping[Contract, tuple[Quantity, ...]]] = {
    Contract.BASE: (Quantity.BASE,),
    Contract.PEAK_OFF_PEAK: (Quantity.PEAK, Quantity.OFF_PEAK),
    Contract.EJP: (Quantity.EJP_NORMAL, Quantity.EJP_PEAK),
    Contract.TEMPO: (
        Quantity.BLUE_OFF_PEAK,
        Quantity.BLUE_PEAK,
        Quantity.WHITE_OFF_PEAK,
        Quantity.WHITE_PEAK,
        Quantity.RED_OFF_PEAK,
        Quantity.RED_PEAK,
    ),
}
"""The counters that together are the energy drawn under a contract."""


class Period(StrEnum):
    """The tariff period that is running (PTEC)."""

    BASE = "base"
    PEAK = "peak"
    OFF_PEAK = "off_peak"
    SUPER_OFF_PEAK = "super_off_peak"
    EJP_NORMAL = "ejp_normal"
    EJP_PEAK = "ejp_peak"
    BLUE_PEAK = "blue_peak"
    BLUE_OFF_PEAK = "blue_off_peak"
    WHITE_PEAK = "white_peak"
    WHITE_OFF_PEAK = "white_off_peak"
    RED_PEAK = "red_peak"
    RED_OFF_PEAK = "red_off_peak"


class Colour(StrEnum):
    """The colour of a Tempo day (DEMAIN)."""

    BLUE = "blue"
    WHITE = "white"
    RED = "red"


class Point(NamedTuple):
    """One value's place: kind of input, its number, and what is measured."""

    kind: Kind
    number: int
    quantity: Quantity

    @property
    def input(self) -> str:
        """Return the input's name, such as ``tic1``."""
        return f"{self.kind}{self.number}"

    @override
    def __str__(self) -> str:
        """Return the key under which it is stored, such as ``tic1/base``."""
        return f"{self.input}/{self.quantity}"


type Value = bool | int | float | Decimal | str | Contract | Period | Colour | None
"""``None`` is stated by the page: tomorrow's colour that is not known yet.

The index of a pulse counter is a ``Decimal`` that keeps its decimals, since
their number hints at the unit; other numbers are int or float.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What one page says. What is absent, torn or contradictory is not in it."""

    firmware: str | None = None  # as stated, such as "V0.61D"
    clock: datetime | None = None  # naive, the server's local time, whole minutes
    values: Mapping[Point, Value] = field(default_factory=dict)

    def blocks(self) -> dict[tuple[Kind, int], dict[Quantity, Value]]:
        """Return the values by input."""
        found: dict[tuple[Kind, int], dict[Quantity, Value]] = {}
        for point, value in self.values.items():
            found.setdefault((point.kind, point.number), {})[point.quantity] = value
        return found

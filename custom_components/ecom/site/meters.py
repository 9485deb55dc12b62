"""A meter of the site: a port, what it measures, and which way it counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import callback

from ..core.site_power import SUPPLY, MeterPower
from ..ports import AnyPort, Counters, Kind, Reading, Role, Unsubscribe
from .directory import PortDirectory

SUBENTRY_METER: Final = "meter"

CONF_CONTRACT: Final = "contract"
CONF_ENERGY: Final = "energy"
CONF_EXPORTED: Final = "exported"
CONF_FEED_IN: Final = "feed_in"
CONF_INVERTED: Final = "inverted"
CONF_PARENT: Final = "parent"
CONF_PHASES: Final = "phases"
CONF_PORT: Final = "port"
CONF_RATES: Final = "rates"
CONF_REGISTERS: Final = "registers"
CONF_ROLE: Final = "role"
CONF_SWITCH: Final = "switch"
CONF_TITLE: Final = "title"
CONF_VALID_FOR: Final = "valid_for"

DEFAULT_VALID_FOR: Final = timedelta(minutes=5)

KINDS: Final[Mapping[Role, Kind]] = {
    Role.GRID: Kind.POWER,
    Role.SOLAR: Kind.POWER,
    Role.BATTERY: Kind.POWER,
    Role.SUB_METER: Kind.POWER,
    Role.WATER: Kind.VOLUME,
    Role.HOT_WATER: Kind.VOLUME,
    Role.GAS: Kind.VOLUME,
    Role.HEAT: Kind.HEAT,
}
"""What a meter of each role is read as."""


class Rates(StrEnum):
    """What is made of registers between which a meter divides what it counts, by rate.

    A meter that does not name its rates has them by number: the first is peak, unless
    they are ``swapped``. Ignored, what is counted is divided by the clock.
    """

    AS_NAMED = "as_named"
    SWAPPED = "swapped"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterConfig:
    """A meter as its subentry describes it.

    ``energy`` and ``exported`` are the keys of the ports that count where the power of
    ``port`` is positive and where it is negative, ``switch`` that of what switches it.
    They are stated for entities; a source of ECOM knows its own counters. ``registers`` are
    the keys of the ports that count what is drawn in one band each, with the band, where a
    person states them.

    ``parent``, ``contract`` and ``feed_in`` are the ids of subentries: the meter above it,
    what it is billed by, and what is paid for what it feeds in.
    """

    port: str
    role: Role
    inverted: bool = False
    phases: frozenset[int] = frozenset({1})
    valid_for: timedelta = DEFAULT_VALID_FOR
    energy: str | None = None
    exported: str | None = None
    switch: str | None = None
    registers: tuple[tuple[str, str], ...] = ()
    parent: str | None = None
    contract: str | None = None
    feed_in: str | None = None
    rates: Rates = Rates.AS_NAMED

    @classmethod
    def of(cls, subentry: ConfigSubentry) -> MeterConfig:
        """Return the meter that a subentry describes."""
        data: Mapping[str, Any] = subentry.data
        return cls(
            port=data[CONF_PORT],
            role=Role(data[CONF_ROLE]),
            inverted=data.get(CONF_INVERTED, False),
            phases=frozenset(int(phase) for phase in data.get(CONF_PHASES, [1])),
            valid_for=timedelta(
                seconds=data.get(CONF_VALID_FOR, DEFAULT_VALID_FOR.total_seconds())
            ),
            energy=data.get(CONF_ENERGY),
            exported=data.get(CONF_EXPORTED),
            switch=data.get(CONF_SWITCH),
            registers=tuple(sorted(data.get(CONF_REGISTERS, {}).items())),
            parent=data.get(CONF_PARENT),
            contract=data.get(CONF_CONTRACT),
            feed_in=data.get(CONF_FEED_IN),
            rates=Rates(data.get(CONF_RATES, Rates.AS_NAMED)),
        )

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of the ports that it names."""
        named = (self.port, self.energy, self.exported, self.switch)
        return frozenset(key for key in named if key is not None)

    def counters(self, directory: PortDirectory) -> Counters:
        """Return which energy ports count this meter, in the site's sign.

        What is stated wins over what the source says. A volume or a heat counts
        itself. None where nothing counts, or where the source is not there.
        """
        if KINDS[self.role] is not Kind.POWER:
            return Counters(imported=self.port)
        found = directory.counters(self.port) or Counters()
        imported, exported = self.energy or found.imported, self.exported or found.exported
        if self.inverted:
            return Counters(imported=exported, exported=imported)
        divided = self.energy is None and self.rates is not Rates.IGNORED
        registers = found.registers if divided else {}
        return Counters(imported=imported, exported=exported, registers=registers)


class MeterWatch:
    """Follows one meter's port through the coming and going of its source."""

    def __init__(self, config: MeterConfig, changed: Callable[[], None]) -> None:
        """Remember the meter, and whom to tell when it reads anew."""
        self.config = config
        self._changed = changed
        self._port: AnyPort | None = None
        self._unsubscribe: Unsubscribe | None = None

    @property
    def kind(self) -> Kind:
        """Return what the meter is read as."""
        return KINDS[self.config.role]

    @callback
    def bind(self, directory: PortDirectory) -> None:
        """Look the port up again, since its source came, went or was replaced.

        Only what the site's figures are made from is worth telling of: a hundred plugs
        that report each second change none of them.
        """
        self.unbind()
        self._port = directory.resolve(self.config.port, self.kind, self.config.valid_for)
        if self._port is not None and self.config.role in SUPPLY:
            self._unsubscribe = self._port.subscribe(self._read)

    @callback
    def unbind(self) -> None:
        """Follow nothing."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._unsubscribe = self._port = None

    @property
    def power(self) -> MeterPower:
        """Return the newest power, in the site's sign."""
        return MeterPower(role=self.config.role, reading=self._signed())

    def _signed(self) -> Reading[float] | None:
        if self._port is None or self._port.kind is not self.kind:
            return None
        reading: Reading[float] = self._port.read()
        if reading.value is None or not self.config.inverted:
            return reading
        return Reading(
            value=-reading.value,
            measured_at=reading.measured_at,
            valid_for=reading.valid_for,
        )

    @callback
    def _read(self, _reading: Reading[Any]) -> None:
        self._changed()

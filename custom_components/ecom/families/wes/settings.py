"""What a WES entry holds: the identity and access in its data, the rest in its options."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from .client import Address

SCHEMA: Final = 1

CONF_HOST: Final = "host"
CONF_MAC: Final = "mac"
CONF_METER_IDS: Final = "meter_ids"
CONF_PASSWORD: Final = "password"  # noqa: S105 - the name of a field
CONF_UID: Final = "uid"
CONF_USERNAME: Final = "username"
CONF_WEBHOOK_ID: Final = "webhook_id"

CONF_COUNTERS: Final = "counters"
CONF_HTTP_PORT: Final = "http_port"
CONF_HUMIDITY: Final = "humidity"
CONF_INTERVAL: Final = "interval"
CONF_LIGHT: Final = "light"
CONF_LOCAL_ONLY: Final = "local_only"
CONF_M2M_PORT: Final = "m2m_port"

DEFAULT_INTERVAL: Final = 15
SHORTEST_INTERVAL, LONGEST_INTERVAL = 5, 300
DEFAULT_HTTP_PORT: Final = 80
DEFAULT_M2M_PORT: Final = 1500


class Medium(StrEnum):
    """What a pulse counter counts, and in which unit the page states its index.

    The page tells neither, so the user does, with the index before their eyes.
    """

    WATER_L = "water_l"
    WATER_M3 = "water_m3"
    GAS_L = "gas_l"
    GAS_M3 = "gas_m3"
    HEAT_WH = "heat_wh"
    HEAT_KWH = "heat_kwh"
    ELECTRICITY_WH = "electricity_wh"
    ELECTRICITY_KWH = "electricity_kwh"

    @property
    def is_volume(self) -> bool:
        """Return whether it counts m³; the others count Wh."""
        return self.value.startswith(("water", "gas"))

    @property
    def scaler(self) -> int:
        """Return the power of ten that makes m³ or Wh of the index."""
        if self.is_volume:
            return -3 if self.value.endswith("_l") else 0
        return 3 if self.value.endswith("_kwh") else 0


class ProbeKind(StrEnum):
    """What a 1-Wire probe measures; all share one tag of the page."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    LIGHT = "light"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How one server is reached and read, and what its inputs are."""

    address: Address
    username: str | None
    password: str | None
    interval: timedelta
    local_only: bool
    media: Mapping[int, Medium]
    humidity: frozenset[int]
    light: frozenset[int]

    @classmethod
    def of(cls, data: Mapping[str, Any], options: Mapping[str, Any]) -> Settings:
        """Return the settings that an entry's data and options hold."""
        return cls(
            address=address_of(data, options),
            username=data.get(CONF_USERNAME),
            password=data.get(CONF_PASSWORD),
            interval=timedelta(seconds=options.get(CONF_INTERVAL, DEFAULT_INTERVAL)),
            local_only=options.get(CONF_LOCAL_ONLY, True),
            media={int(n): Medium(medium) for n, medium in options.get(CONF_COUNTERS, {}).items()},
            humidity=frozenset(map(int, options.get(CONF_HUMIDITY, ()))),
            light=frozenset(map(int, options.get(CONF_LIGHT, ()))),
        )

    @property
    def valid_for(self) -> timedelta:
        """Return how long a reading holds: three polls, and the time-out of one."""
        return 3 * self.interval + timedelta(seconds=10)

    def probe_kind(self, number: int) -> ProbeKind:
        """Return what a probe measures: a temperature unless the user says otherwise."""
        if number in self.humidity:
            return ProbeKind.HUMIDITY
        return ProbeKind.LIGHT if number in self.light else ProbeKind.TEMPERATURE


def address_of(data: Mapping[str, Any], options: Mapping[str, Any]) -> Address:
    """Return where the server is: its host is data, its ports are options."""
    return Address(
        host=data[CONF_HOST],
        http_port=options.get(CONF_HTTP_PORT, DEFAULT_HTTP_PORT),
        m2m_port=options.get(CONF_M2M_PORT, DEFAULT_M2M_PORT),
    )

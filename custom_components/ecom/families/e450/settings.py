"""An entry's data and options, as the code wants them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .client import BY_NAME, LINES, Line
from .protocol.decoder import Decoder
from .protocol.registers import Quantity
from .protocol.security import Keys

SCHEMA: Final = 1
"""The number of the entry's data; a newer one is refused, an older one migrated."""

CONF_AUTH_KEY: Final = "auth_key"
CONF_DEVICE: Final = "device"
CONF_KEY: Final = "key"
CONF_LIMIT: Final = "limit_kw"
CONF_LINE: Final = "line"
CONF_METER_ID: Final = "meter_id"
CONF_MODEL: Final = "model"
CONF_PROFILE: Final = "profile"
CONF_SCALERS: Final = "scalers"
CONF_MEDIA: Final = "media"

DEFAULT_LIMIT_KW: Final = 100.0

SCALED: Final = (
    Quantity.ENERGY,
    Quantity.POWER,
    Quantity.VOLTAGE,
    Quantity.CURRENT,
    Quantity.VOLUME,
)
"""The quantities whose scaler a user may state."""

CHANNELS: Final = ("1", "2", "3", "4")
"""The channels of sub-meters on the M-Bus."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How to reach a meter and how to read what it says."""

    url: str
    line: Line
    keys: Keys
    profile: str | None
    scalers: dict[Quantity | str, int]
    media: Mapping[str, str]
    limit_w: float

    @classmethod
    def of(cls, data: Mapping[str, Any], options: Mapping[str, Any]) -> Settings:
        """Return the settings of an entry."""
        return cls(
            url=data[CONF_DEVICE],
            line=BY_NAME.get(data.get(CONF_LINE, ""), LINES[0]),
            keys=Keys.from_hex(data.get(CONF_KEY), data.get(CONF_AUTH_KEY)),
            profile=data.get(CONF_PROFILE),
            scalers={
                Quantity(name): int(exponent)
                for name, exponent in options.get(CONF_SCALERS, {}).items()
            },
            media=options.get(CONF_MEDIA, {}),
            limit_w=1000 * float(options.get(CONF_LIMIT, DEFAULT_LIMIT_KW)),
        )

    @property
    def reads_as(self) -> dict[str, Any]:
        """Return, as JSON data, what decides which number a raw value becomes.

        Numbers that were stored under another reading mean something else.
        """
        return {
            "profile": self.profile,
            "scalers": {str(quantity): exponent for quantity, exponent in self.scalers.items()},
        }

    def decoder(self) -> Decoder:
        """Return a fresh decoder."""
        return Decoder(keys=self.keys, profile=self.profile, scalers=self.scalers)

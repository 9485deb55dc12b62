"""What a Shelly says becomes what is known of it."""

from datetime import datetime, timedelta
from typing import Final

from ...plugs import PlugState, Quantity, Values
from .components import MOST_CHANNELS, Json, Part, parts, passed_over
from .identity import Identity, words
from .totals import Totals

COUNTED: Final = (Quantity.ENERGY, Quantity.RETURNED)


class Reader:
    """Takes statuses and settings of one device into its state.

    A push changes little: only channels whose values differ from those before are noted.
    """

    def __init__(self, state: PlugState) -> None:
        """Fill in a state that nobody else fills in."""
        self.state = state
        self._totals = Totals()
        self._parts: dict[str, Part] = {}
        self._last: dict[str, Values] = {}

    def take_identity(self, identity: Identity) -> None:
        """Take which device it is; the name may be newer in its settings."""
        self.state.model = identity.title
        self.state.firmware = identity.firmware
        self.state.name = identity.name

    def take_settings(self, status: Json, config: Json) -> None:
        """Take names, and which channels there are; those of before stay."""
        self.state.name = _device_name(config, self.state.name)
        self.state.unknown = passed_over(status)
        for part in parts(status, config):
            key = part.channel.key
            if key in self._parts or self._is_there(part, status):
                self._parts[key] = part
                self.state.channels[key] = part.channel

    def take_status(self, status: Json, at: datetime, valid_for: timedelta) -> None:
        """Take all values of a status that was asked for."""
        self._last.clear()
        self.state.reads += 1
        self.take_push(status, at, valid_for)

    def take_push(self, status: Json, at: datetime, valid_for: timedelta) -> bool:
        """Take the channels that differ from before; return whether there were any."""
        changed = False
        for key, part in self._parts.items():
            values = part.values(status)
            if values and values != self._last.get(key):
                self._last[key] = values
                self.state.note(key, self._held(key, values), at, valid_for)
                changed = True
        return changed

    def _is_there(self, part: Part, status: Json) -> bool:
        """Return whether a channel says anything: phases that are not wired are null."""
        if len(self._parts) >= MOST_CHANNELS:
            return False
        return any(value is not None for value in part.values(status).values())

    def _held(self, key: str, values: Values) -> Values:
        return {
            quantity: self._totals.hold((key, quantity), value)
            if quantity in COUNTED and value is not None
            else value
            for quantity, value in values.items()
        }


def _device_name(config: Json, known: str | None) -> str | None:
    """Return the name given in Shelly's app, the known one if the settings are torn."""
    sys = config.get("sys")
    device = sys.get("device") if isinstance(sys, dict) else None
    return words(device.get("name")) if isinstance(device, dict) else known

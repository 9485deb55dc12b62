"""What a family, a source and the site promise each other, in Home Assistant's types.

This module imports no family, no registry and no site, so that no chain of
imports runs back through the package root.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import probatio
from homeassistant.config_entries import ConfigEntry, ConfigFlow, OptionsFlow
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.signal_type import SignalType

from .const import DOMAIN
from .coordinator import EcomCoordinator
from .entity import EntitySpec, SpecAdder
from .ports import AnyPort, Counters, HistoryPort

SIGNAL_PORTS: Final = SignalType[str, frozenset[str]](f"{DOMAIN}_ports")
"""A source's uid and the keys of the ports that can be resolved from now on.

Sent when a source has been set up, when it grew, with nothing before it is
unloaded, and with all of them again if the unload failed. Handlers must be
callbacks: anything else would run late and out of order.
"""


class InvalidAnswer(Exception):
    """An answer cannot be; ``args[0]`` is the key of the error that the form shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a repair asks before it can be fixed, beyond a confirmation.

    ``about`` names what is asked about, where several things are, one by one.
    """

    schema: probatio.Schema
    placeholders: Mapping[str, str]
    about: str = ""


class Runtime(Protocol):
    """What every entry keeps in ``runtime_data``: a source, or the site."""

    @property
    def uid(self) -> str:
        """Return the entry's unique id."""
        ...

    @property
    def ports(self) -> Mapping[str, AnyPort]:
        """Return the ports by key."""
        ...

    def attach(self, platform: Platform, add: SpecAdder) -> None:
        """Give the platform its entities, now and whenever new ones appear."""
        ...

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what a helper needs to see; secrets and serials are left out."""
        ...

    def question(self, issue: str) -> Question | None:
        """Return what the repair named ``issue`` asks next, None if nothing (more)."""
        ...

    async def fix(self, issue: str, answer: Mapping[str, Any], about: str = "") -> None:
        """Do what the user confirmed or answered in a repair; raise InvalidAnswer.

        ``about`` is that of the question that was answered. One that is asked
        no more, because things have changed meanwhile, does nothing.
        """
        ...

    async def close(self) -> None:
        """Let go of everything: tasks, connections, listeners."""
        ...


class Source(Runtime, Protocol):
    """A device, or a connection to several, that is read and switched."""

    @property
    def counters(self) -> Mapping[str, Counters]:
        """Return what counts the energy of each power port, by the power port's key."""
        ...

    @property
    def histories(self) -> Mapping[str, HistoryPort]:
        """Return the devices' own memories by the key of an energy port."""
        ...

    @property
    def coordinators(self) -> Sequence[EcomCoordinator[Any]]:
        """Return the coordinators, one for each clock."""
        ...


type EcomConfigEntry = ConfigEntry[Runtime]


class FamilyFlow(ConfigFlow):
    """The config flow of one family, run inside the one flow of the domain.

    Its steps are named ``async_step_<family>_<step>``. It must set no VERSION:
    a family has a schema number of its own in the entry's data. ``options`` and
    ``init_data`` are those of the outer flow, whose context it shares.
    """

    @staticmethod
    def options(entry: EcomConfigEntry) -> OptionsFlow | None:
        """Return the options flow of an entry, None if there are no options."""
        del entry
        return None


type Discovery = tuple[str, Any]
"""The source of a discovery, such as ``usb`` or ``dhcp``, and its information."""


class Family(Protocol):
    """A device family: the only name of it that the registry sees."""

    @property
    def key(self) -> str:
        """Return the name of its folder, without an underscore."""
        ...

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """Return the platforms on which its sources have entities."""
        ...

    @property
    def flow(self) -> type[FamilyFlow]:
        """Return its config flow."""
        ...

    def claims(self, discovery: Discovery) -> bool:
        """Return whether a discovered device is one of this family."""
        ...

    async def open(self, hass: HomeAssistant, entry: EcomConfigEntry) -> Source:
        """Connect to the device; raise CannotConnect or InvalidAuth."""
        ...

    async def migrate(self, hass: HomeAssistant, entry: EcomConfigEntry) -> bool:
        """Bring the entry's data up to date; False if they are from a newer version."""
        ...

    async def forget(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Delete what the family stored for an entry that was removed."""
        ...


class Attachments:
    """Entity specs by platform, held until the platform is there to take them."""

    def __init__(self) -> None:
        """Start with nothing offered and no platform attached."""
        self._adders: dict[Platform, SpecAdder] = {}
        self._waiting: defaultdict[Platform, list[EntitySpec]] = defaultdict(list)

    @callback
    def attach(self, platform: Platform, add: SpecAdder) -> None:
        """Hand over what waited for the platform, and keep it for later."""
        self._adders[platform] = add
        if waiting := self._waiting.pop(platform, None):
            add(waiting)

    @callback
    def offer(self, specs: Sequence[EntitySpec]) -> None:
        """Add entities at once where the platform is there, else later."""
        for platform in dict.fromkeys(spec.platform for spec in specs):
            mine = [spec for spec in specs if spec.platform == platform]
            if add := self._adders.get(platform):
                add(mine)
            else:
                self._waiting[platform].extend(mine)

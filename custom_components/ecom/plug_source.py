"""One plug, strip or meter as Home Assistant sees it: devices, entities and ports.

Families hand over a coordinator that publishes ``PlugState``, and what switches;
the rest is the same for all of them and stands here.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import slugify

from .const import DOMAIN
from .coordinator import CoordinatorPort, CoordinatorSwitchPort, EcomCoordinator
from .entity import EntitySpec, SpecAdder
from .plug_tables import PORT_KINDS, REACHABLE, Description, reader, sensor, switch
from .plugs import Channel, ChannelKind, PlugState, Quantity
from .ports import AnyPort, Counters, HistoryPort
from .runtime import SIGNAL_PORTS, Attachments, EcomConfigEntry, Question

PLATFORMS: Final = (Platform.SENSOR, Platform.BINARY_SENSOR, Platform.SWITCH)

RATED_VA: Final = 3680.0
"""Reserved for an outlet whose load nobody has described: what a 16 A circuit carries."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Make:
    """Who made a device, and how it is reached."""

    manufacturer: str
    mac: str | None = None
    configuration_url: str | None = None
    serial_number: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Switching:
    """What a family knows of switching its outlets.

    ``command`` takes a channel's key and what it shall be, and returns once the
    device has confirmed; it raises DeviceError. ``latency`` is the worst time
    from a command to its confirmed reading.
    """

    command: Callable[[str, bool], Coroutine[Any, Any, None]]
    latency: timedelta
    rated_va: Mapping[str, float] = field(default_factory=dict)


class PlugSource:
    """One device, read and switched for as long as its entry is loaded.

    ``uid`` is the beginning of all its keys. The coordinator's data must hold
    the first reading already. A family overrides ``stop``, and what else it needs.
    """

    def __init__(  # noqa: PLR0913 - what an entry opens, each of it once
        self,
        hass: HomeAssistant,
        entry: EcomConfigEntry,
        *,
        uid: str,
        coordinator: EcomCoordinator[PlugState],
        make: Make,
        switching: Switching,
    ) -> None:
        """Make what is known already; ``grown`` adds what shows itself later."""
        self.uid = uid
        self.ports: dict[str, AnyPort] = {}
        self.histories: dict[str, HistoryPort] = {}
        self.coordinator = coordinator
        self._hass = hass
        self._entry = entry
        self._make = make
        self._switching = switching
        self._attachments = Attachments()
        self._offered: set[tuple[str, Quantity]] = set()
        self._device = self._device_info()
        self._device_id = self._register()
        self._children: dict[str, str | None] = {}
        self._attachments.offer([self._spec(Platform.BINARY_SENSOR, REACHABLE, self._device)])
        self._offer_all()
        self._stop_listening = coordinator.async_add_listener(self._updated)

    @property
    def coordinators(self) -> Sequence[EcomCoordinator[Any]]:
        """Return the one coordinator."""
        return (self.coordinator,)

    @property
    def state(self) -> PlugState:
        """Return what is known of the device."""
        return self.coordinator.data

    @property
    def counters(self) -> Mapping[str, Counters]:
        """Return the energy ports of each channel that measures power."""
        return {
            self.key(channel, Quantity.POWER): Counters(
                imported=self._known(channel, Quantity.ENERGY),
                exported=self._known(channel, Quantity.RETURNED),
            )
            for channel in self.state.channels
            if (channel, Quantity.POWER) in self._offered
        }

    def key(self, channel: str, quantity: Quantity) -> str:
        """Return the key of a port, which is its entity's unique id as well."""
        return f"{self.uid}/{channel}/{quantity}"

    def attach(self, platform: Platform, add: SpecAdder) -> None:
        """Give a platform its entities, now and when new channels show themselves."""
        self._attachments.attach(platform, add)

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what is known, without names, addresses and serial numbers."""
        state = self.state
        return {
            "model": state.model,
            "firmware": state.firmware,
            "reachable": state.reachable,
            "reads": state.reads,
            "channels": {
                key: {quantity: self._shown(key, quantity) for quantity in state.quantities(key)}
                for key in state.channels
            },
            "passed_over": list(state.unknown),
        }

    def question(self, issue: str) -> Question | None:
        """Ask nothing: a confirmation is enough."""
        del issue
        return None

    async def fix(self, issue: str, answer: Mapping[str, Any], about: str = "") -> None:
        """Fix nothing; a family that raises issues overrides this."""
        del issue, answer, about

    async def close(self) -> None:
        """Stop reading."""
        self._stop_listening()
        await self.coordinator.async_shutdown()
        await self.stop()

    async def stop(self) -> None:
        """Let go of what the family opened; the coordinator has been stopped already."""

    @callback
    def _updated(self) -> None:
        """Add what has shown itself, and follow names and versions."""
        if self._offer_all():
            async_dispatcher_send(self._hass, SIGNAL_PORTS, self.uid, frozenset(self.ports))
        self._follow()

    def _offer_all(self) -> bool:
        """Offer entities and ports for what is new; return whether there was anything."""
        state = self.state
        new = [
            (channel, quantity)
            for channel in state.channels.values()
            for quantity in state.quantities(channel.key)
            if (channel.key, quantity) not in self._offered
        ]
        for channel, quantity in new:
            self._offered.add((channel.key, quantity))
            self._add_port(channel, quantity)
        self._attachments.offer([self._channel_spec(*each) for each in new])
        return bool(new)

    def _known(self, channel: str, quantity: Quantity) -> str | None:
        return self.key(channel, quantity) if (channel, quantity) in self._offered else None

    def _shown(self, channel: str, quantity: Quantity) -> object:
        reading = self.state.reading(channel, quantity)
        return None if reading is None else reading.value

    def _add_port(self, channel: Channel, quantity: Quantity) -> None:
        kind = PORT_KINDS.get(quantity)
        key = self.key(channel.key, quantity)
        if kind is None:
            return
        if quantity is not Quantity.STATE:
            self.ports[key] = CoordinatorPort(
                key=key,
                kind=kind,
                coordinator=self.coordinator,
                reading=reader(channel.key, quantity),
            )
            return
        self.ports[key] = CoordinatorSwitchPort(
            key=key,
            kind=kind,
            coordinator=self.coordinator,
            reading=reader(channel.key, quantity),
            rated_va=self._switching.rated_va.get(channel.key, RATED_VA),
            phases=frozenset({1}),
            latency=self._switching.latency,
            send=partial(self._switching.command, channel.key),
        )

    def _channel_spec(self, channel: Channel, quantity: Quantity) -> EntitySpec:
        device = self._device_of(channel)
        if quantity is not Quantity.STATE:
            return self._spec(Platform.SENSOR, sensor(channel.key, quantity), device, channel)
        command = partial(self._switching.command, channel.key)
        return self._spec(Platform.SWITCH, switch(channel.key, command), device, channel)

    def _spec(
        self,
        platform: Platform,
        description: Description,
        device: DeviceInfo | ChildDeviceInfo,
        channel: Channel | None = None,
    ) -> EntitySpec:
        child = channel is not None and self._is_child(channel)
        name = f"{self._entry.title} {description.key}"
        return EntitySpec(
            platform=platform,
            key=f"{self.uid}/{description.key}",
            coordinator=self.coordinator,
            description=description,
            device=device,
            object_id=slugify(name.removesuffix(f"/{Quantity.STATE}")) if child else None,
        )

    def _is_child(self, channel: Channel) -> bool:
        """Return whether a channel is a device of its own: where there are several."""
        parts = [each for each in self.state.channels.values() if each.kind != ChannelKind.TOTAL]
        return channel.kind is not ChannelKind.TOTAL and len(parts) > 1

    def _device_of(self, channel: Channel) -> DeviceInfo | ChildDeviceInfo:
        if not self._is_child(channel):
            return self._device
        self._children[channel.key] = channel.name
        identifiers = {(DOMAIN, f"{self.uid}/{channel.key}")}
        if channel.name:
            return ChildDeviceInfo(
                identifiers=identifiers,
                name=self._child_name(channel.name),
                parent_device_id=self._device_id,
            )
        return ChildDeviceInfo(
            identifiers=identifiers,
            translation_key=f"plug_{channel.kind}",
            translation_placeholders={
                "device": self._entry.title,
                "number": str(channel.number),
            },
            parent_device_id=self._device_id,
        )

    def _child_name(self, name: str) -> str:
        return f"{self._entry.title} {name}"

    def _device_info(self) -> DeviceInfo:
        mac = self._make.mac
        return DeviceInfo(
            identifiers={(DOMAIN, self.uid)},
            connections={(dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))} if mac else set(),
            name=self._entry.title,
            manufacturer=self._make.manufacturer,
            model=self.state.model,
            sw_version=self.state.firmware,
            serial_number=self._make.serial_number,
            configuration_url=self._make.configuration_url,
        )

    def _register(self) -> str:
        """Register the device and return its id: its channels hang on it."""
        registry = dr.async_get(self._hass)
        return registry.async_get_or_create(config_entry_id=self._entry.entry_id, **self._device).id

    @callback
    def _follow(self) -> None:
        """Show a version that has changed, and names that were given in the maker's app."""
        registry = dr.async_get(self._hass)
        device = registry.async_get(self._device_id, include_child_devices=False)
        if device is not None and device.sw_version != self.state.firmware:
            registry.async_update_device(self._device_id, sw_version=self.state.firmware)
        for key, known in self._children.items():
            name = self.state.channels[key].name
            if name and name != known:
                self._children[key] = name
                self._rename_child(registry, key, name)

    def _rename_child(self, registry: dr.DeviceRegistry, key: str, name: str) -> None:
        child = registry.async_get_child_device_by_identifier(
            (DOMAIN, f"{self.uid}/{key}"), self._entry.entry_id
        )
        if child is not None:
            registry.async_update_child_device(child.id, name=self._child_name(name))

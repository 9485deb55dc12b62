"""The E450 family: opens meters, keeps what they said, offers their ports."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.storage import Store

from ...binary_sensor import EcomBinarySensorDescription
from ...const import CONF_SCHEMA, DOMAIN
from ...coordinator import CoordinatorPort, EcomCoordinator
from ...entity import EntitySpec, SpecAdder
from ...ports import AnyPort, Counters, HistoryPort, Kind
from ...runtime import (
    SIGNAL_PORTS,
    Attachments,
    Discovery,
    EcomConfigEntry,
    FamilyFlow,
    Question,
    Source,
)
from ...sensor import EcomSensorDescription
from .anonymous import anonymous
from .client import MeterClient
from .coordinator import ISSUE_CHANGED, E450Coordinator
from .counters import counters_of
from .flow import E450Flow
from .gate import Gate
from .models import MeterState
from .protocol.obis import ObisCode
from .settings import CONF_METER_ID, CONF_MODEL, SCHEMA, Settings
from .tables import (
    HEALTH,
    HEARD,
    KINDS,
    NET_POWER,
    as_number,
    placeholders,
    register_sensor,
)

_LOGGER = logging.getLogger(__name__)

SAVE_DELAY: Final = 300
STORE_VERSION: Final = 1

type SensorOrBinary = EcomSensorDescription[MeterState] | EcomBinarySensorDescription[MeterState]
type MeterStore = Store[dict[str, Any]]


class E450Source:
    """One meter, read for as long as its entry is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EcomConfigEntry,
        client: MeterClient,
        store: MeterStore,
        stored: Mapping[str, Any],
    ) -> None:
        """Take up what an earlier run has stored; ``start`` begins to read."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._store = store
        self._settings = Settings.of(entry.data, entry.options)
        self._attachments = Attachments()
        state = MeterState()
        gate = Gate(limit_w=self._settings.limit_w)
        if stored.get("reads_as") == self._settings.reads_as:
            state.load(stored.get("registers", {}))
            gate.load(stored.get("mark", {}))
        self._coordinator = E450Coordinator(hass, entry, state, gate)
        self._coordinator.on_new = self._grown
        self.uid = str(entry.unique_id)
        self.ports: dict[str, AnyPort] = {}
        self.histories: Mapping[str, HistoryPort] = {}
        self._task: asyncio.Task[None] | None = None
        self._saving = False
        self._attachments.offer(self._own_specs())
        self._offer(list(state.tracks))

    @property
    def coordinators(self) -> Sequence[EcomCoordinator[Any]]:
        """Return the one coordinator: the meter sets the pace."""
        return (self._coordinator,)

    @property
    def counters(self) -> Mapping[str, Counters]:
        """Return what counts the net power, and what counts one direction of it."""
        net = f"{self.uid}/{NET_POWER.key}"
        return counters_of(self.uid, net, self._coordinator.data, self.ports)

    @property
    def recent(self) -> bytes:
        """Return the newest bytes from the meter, to try keys on."""
        return bytes(self._client.recent)

    def attach(self, platform: Platform, add: SpecAdder) -> None:
        """Give a platform its entities, now and when new registers appear."""
        self._attachments.attach(platform, add)

    def start(self) -> None:
        """Begin to read."""
        self._task = self._entry.async_create_background_task(
            self._hass, self._read(), f"{DOMAIN} {self.uid}"
        )

    def diagnostics(self) -> Mapping[str, Any]:
        """Return the meter's health, and its last telegram with nobody's serial."""
        state = self._coordinator.data
        return {
            "line": str(self._settings.line),
            "telegrams": state.health.counts(),
            "last_seen": state.health.last_seen,
            "registers": sorted(str(code) for code in state.tracks),
            "telegram": None if state.telegram is None else anonymous(state.telegram),
        }

    def question(self, issue: str) -> Question | None:
        """Ask nothing: a confirmation is enough."""
        del issue
        return None

    async def fix(self, issue: str, answer: Mapping[str, Any], about: str = "") -> None:
        """Do what the user confirmed: the meter was exchanged."""
        del answer, about
        if issue == ISSUE_CHANGED:
            self._coordinator.accept_change()

    async def close(self) -> None:
        """Close the port and store what is known.

        The reading stops first: it would take the closed port for a lost one.
        """
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._client.close()
        await self._coordinator.async_shutdown()
        await self._store.async_save(self._dump())

    async def _read(self) -> None:
        """Hand over what the client hears, for ever."""
        async for events in self._client.events():
            try:
                self._coordinator.receive(events)
            except Exception:
                _LOGGER.exception("A telegram could not be taken; the next one will be tried")
            if not self._saving:
                self._saving = True
                self._store.async_delay_save(self._dump, SAVE_DELAY)

    def _dump(self) -> dict[str, Any]:
        """Return what to store; a save that waits is not put off by what comes meanwhile."""
        self._saving = False
        return {
            "reads_as": self._settings.reads_as,
            "registers": self._coordinator.data.dump(),
            "mark": self._coordinator.gate.dump(),
        }

    @callback
    def _grown(self, codes: Sequence[ObisCode]) -> None:
        """Offer entities and ports for registers that were seen for the first time."""
        self._offer(codes)
        async_dispatcher_send(self._hass, SIGNAL_PORTS, self.uid, frozenset(self.ports))

    def _offer(self, codes: Sequence[ObisCode]) -> None:
        self._attachments.offer([self._register_spec(code) for code in codes])
        for code in codes:
            track = self._coordinator.data.tracks[code]
            if track.register is None or track.unit is None:
                continue  # A number of unknown scale is shown, and never added up.
            if track.register.quantity in KINDS:
                self._add_port(str(code), KINDS[track.register.quantity], code)
            if track.register.name == "power_import":
                self._offer_net_power()

    def _offer_net_power(self) -> None:
        key = f"{self.uid}/{NET_POWER.key}"
        if key not in self.ports:
            self.ports[key] = CoordinatorPort(
                key=key, kind=Kind.POWER, coordinator=self._coordinator, reading=NET_POWER.reading
            )
            self._attachments.offer([self._spec(Platform.SENSOR, NET_POWER)])

    def _add_port(self, local: str, kind: Kind, code: ObisCode) -> None:
        key = f"{self.uid}/{local}"
        self.ports[key] = CoordinatorPort(
            key=key,
            kind=kind,
            coordinator=self._coordinator,
            reading=lambda state: as_number(state, code),
        )

    def _register_spec(self, code: ObisCode) -> EntitySpec:
        track = self._coordinator.data.tracks[code]
        description = register_sensor(code, track, self._settings.media.get(str(code.b)))
        return self._spec(Platform.SENSOR, description, placeholders(code, track.register))

    def _own_specs(self) -> list[EntitySpec]:
        return [
            self._spec(Platform.BINARY_SENSOR, HEARD),
            *(self._spec(Platform.SENSOR, description) for description in HEALTH),
        ]

    def _spec(
        self,
        platform: Platform,
        description: SensorOrBinary,
        names: Mapping[str, str] | None = None,
    ) -> EntitySpec:
        return EntitySpec(
            platform=platform,
            key=f"{self.uid}/{description.key}",
            coordinator=self._coordinator,
            description=description,
            placeholders=names or {},
            device=DeviceInfo(
                identifiers={(DOMAIN, self.uid)},
                name=self._entry.title,
                manufacturer="Landis+Gyr",
                model=self._entry.data.get(CONF_MODEL),
                serial_number=self._entry.data.get(CONF_METER_ID),
            ),
        )


class E450Family:
    """Landis+Gyr E450 meters, and those that share their interface."""

    key: Final = "e450"
    platforms: Final = (Platform.SENSOR, Platform.BINARY_SENSOR)
    flow: Final[type[FamilyFlow]] = E450Flow

    def claims(self, discovery: Discovery) -> bool:
        """Claim nothing: no adapter tells that a meter is behind it."""
        del discovery
        return False

    async def open(self, hass: HomeAssistant, entry: EcomConfigEntry) -> Source:
        """Open the port, load what was stored, and begin to read."""
        settings = Settings.of(entry.data, entry.options)
        client = MeterClient(settings.url, settings.line, settings.decoder)
        await client.connect()
        store = _store(hass, entry)
        source = E450Source(hass, entry, client, store, await store.async_load() or {})
        source.start()
        return source

    async def migrate(self, hass: HomeAssistant, entry: EcomConfigEntry) -> bool:
        """Accept today's data; there is no older schema."""
        del hass
        return bool(entry.data[CONF_SCHEMA] <= SCHEMA)

    async def forget(self, hass: HomeAssistant, entry: EcomConfigEntry) -> None:
        """Delete what was stored for a meter that was removed."""
        await _store(hass, entry).async_remove()


def _store(hass: HomeAssistant, entry: EcomConfigEntry) -> MeterStore:
    return Store(hass, STORE_VERSION, f"{DOMAIN}.e450.{entry.entry_id}")

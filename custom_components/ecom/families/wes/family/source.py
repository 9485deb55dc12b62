"""One server as Home Assistant sees it: devices, entities, ports, and its event webhook."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from aiohttp.hdrs import METH_GET, METH_POST
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util import slugify

from ....const import DOMAIN
from ....coordinator import CoordinatorPort, CoordinatorSwitchPort, EcomCoordinator
from ....entity import EntitySpec, SpecAdder
from ....ports import AnyPort, Counters, HistoryPort
from ....ports import Kind as PortKind
from ....runtime import (
    SIGNAL_PORTS,
    Attachments,
    EcomConfigEntry,
    InvalidAnswer,
    Question,
)
from ..anonymous import anonymous
from ..client import WesClient
from ..coordinator import ISSUE_EXCHANGED, WesCoordinator
from ..flow.exchange import answer_of, question
from ..models import Asking, WesState
from ..protocol import Kind, Point
from ..settings import CONF_METER_IDS, CONF_UID, CONF_WEBHOOK_ID, Settings
from ..stored import dump
from ..switching import LATENCY, Switching
from ..tables import (
    CHILDREN,
    LAST_READ,
    REACHABLE,
    Command,
    Description,
    describe,
    placeholders,
    port_kind,
    reader,
    unit_of,
)
from .counters import counters_of
from .devices import child_device, note_firmware, register, server_device

SAVE_DELAY: Final = 300
SWITCHES: Final = frozenset({Kind.RELAY, Kind.SWITCH})

RATED_VA: Final = 3680.0
"""Reserved for a relay whose load nobody has described: what a 16 A circuit carries."""

type WesStore = Store[dict[str, Any]]


class WesSource:
    """One server, read and switched for as long as its entry is loaded."""

    def __init__(  # noqa: PLR0913 - what an entry opens, each of it once
        self,
        hass: HomeAssistant,
        entry: EcomConfigEntry,
        *,
        client: WesClient,
        store: WesStore,
        state: WesState,
        admin: bool,
    ) -> None:
        """Take a client that works; ``start`` begins to poll."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._store = store
        self._admin = admin
        self._attachments = Attachments()
        self._saving = False
        self.uid = str(entry.data[CONF_UID])
        self.ports: dict[str, AnyPort] = {}
        self.histories: Mapping[str, HistoryPort] = {}
        self.coordinator = WesCoordinator(hass, entry, client, state)
        self.coordinator.on_new = self._grown
        self._switching = Switching(
            client, note=self.coordinator.note, poll=self.coordinator.poll, value=state.value
        )
        self._stop_listening = self.coordinator.async_add_listener(self._remember)
        self._device = server_device(entry, self.settings.address)
        self._device_id = register(hass, entry, self._device)
        self._offer([*state.present])
        self._attachments.offer(
            [
                self._own_spec(Platform.BINARY_SENSOR, REACHABLE),
                self._own_spec(Platform.SENSOR, LAST_READ),
            ]
        )

    @property
    def coordinators(self) -> Sequence[EcomCoordinator[Any]]:
        """Return the one coordinator: a page is read whole."""
        return (self.coordinator,)

    @property
    def counters(self) -> Mapping[str, Counters]:
        """Return what counts the power of each input that has one."""
        return counters_of(self.uid, self.state, self.ports)

    @property
    def state(self) -> WesState:
        """Return what is known of the server."""
        return self.coordinator.data

    @property
    def settings(self) -> Settings:
        """Return how the server is read."""
        return self.coordinator.data.settings

    def attach(self, platform: Platform, add: SpecAdder) -> None:
        """Give a platform its entities, now and when new inputs show themselves."""
        self._attachments.attach(platform, add)

    def start(self) -> None:
        """Begin to poll, and listen for the events that the server is told to send."""
        self.coordinator.start()
        webhook.async_register(
            self._hass,
            DOMAIN,
            f"ECOM {self._entry.title}",
            self._entry.data[CONF_WEBHOOK_ID],
            self._event,
            local_only=self.settings.local_only,
            allowed_methods=(METH_GET, METH_POST),
        )

    def diagnostics(self) -> Mapping[str, Any]:
        """Return the server's page with nobody's meter number, and what became of it."""
        state = self.coordinator.data
        return {
            "firmware": state.firmware,
            "admin": self._admin,
            "reads": state.reads,
            "read_at": state.read_at,
            "reachable": state.reachable,
            "present": [str(point) for point in state.present],
            "asking": sorted(state.asking),
            "page": anonymous(self.coordinator.page),
        }

    def question(self, issue: str) -> Question | None:
        """Ask where an old meter ended and a new one began, one counter after the other."""
        asking = self._asking(issue)
        return None if not asking else question(asking[0], unit_of(asking[0].point, self.settings))

    async def fix(self, issue: str, answer: Mapping[str, Any], about: str = "") -> None:
        """Go on from the indexes that the user gave for the counter that was asked about."""
        points = [each.point for each in self._asking(issue) if str(each.point) == about]
        if not points:
            return
        closing, opening = answer_of(answer)
        try:
            self.state.exchange(points[0], closing, opening, dt_util.utcnow())
        except ValueError as err:
            raise InvalidAnswer("wes_index_impossible") from err
        self.note_meters()
        await self._store.async_save(self._dump())
        if not self._asking(issue):
            self.coordinator.check_exchanges()

    @callback
    def note_meters(self) -> None:
        """Keep the numbers of the meters with the entry: they tell this server from others."""
        ids = [meter.meter_id for meter in self.state.meters.values() if meter.meter_id]
        if ids and ids != self._entry.data[CONF_METER_IDS]:
            data = {**self._entry.data, CONF_METER_IDS: ids}
            self._hass.config_entries.async_update_entry(self._entry, data=data)

    async def close(self) -> None:
        """Stop reading, and store what is known."""
        webhook.async_unregister(self._hass, self._entry.data[CONF_WEBHOOK_ID])
        self._stop_listening()
        await self.coordinator.async_shutdown()
        await self._client.close()
        await self._store.async_save(self._dump())

    def _asking(self, issue: str) -> list[Asking]:
        kind, _, name = issue.partition("/")
        return self.coordinator.data.asking.get(name, []) if kind == ISSUE_EXCHANGED else []

    async def _event(self, _hass: HomeAssistant, _webhook_id: str, _request: Request) -> Response:
        """Read the page again: what an event claims is looked up, not believed."""
        self.coordinator.poke()
        return Response()

    @callback
    def _remember(self) -> None:
        """Keep what the page said: in the registry, and a while later in the store."""
        note_firmware(self._hass, self._device_id, self.state.firmware)
        if any(meter.changed for meter in self.state.meters.values()):
            self._saving = True
            self._store.async_delay_save(self._dump, 0)
        elif not self._saving:
            self._saving = True
            self._store.async_delay_save(self._dump, SAVE_DELAY)

    def _dump(self) -> dict[str, Any]:
        """Return what to store; a save that waits is not put off by what comes meanwhile."""
        self._saving = False
        for meter in self.state.meters.values():
            meter.changed = False
        return dump(self.state)

    @callback
    def _grown(self, points: Sequence[Point]) -> None:
        """Offer entities and ports for inputs that showed themselves."""
        self._offer(points)
        async_dispatcher_send(self._hass, SIGNAL_PORTS, self.uid, frozenset(self.ports))

    def _offer(self, points: Sequence[Point]) -> None:
        self._attachments.offer([self._point_spec(point) for point in points])
        for point in points:
            if port := self._port(point):
                self.ports[port.key] = port

    def _port(self, point: Point) -> AnyPort | None:
        """Return the port of a point, None where the Site can do nothing with it."""
        kind = port_kind(point, self.settings)
        key = f"{self.uid}/{point}"
        if kind is None:
            return None
        if kind is not PortKind.SWITCH:
            return CoordinatorPort(
                key=key, kind=kind, coordinator=self.coordinator, reading=reader(point)
            )
        if not self._admin:
            return None
        return CoordinatorSwitchPort(
            key=key,
            kind=kind,
            coordinator=self.coordinator,
            reading=reader(point),
            rated_va=RATED_VA,
            phases=frozenset({1}),
            latency=LATENCY,
            send=partial(self._switching.switch, point),
        )

    def _point_spec(self, point: Point) -> EntitySpec:
        command: Command | None = None
        if point.kind in SWITCHES:
            self._drop_binary_sensor(point)
            command = partial(self._switching.switch, point) if self._admin else None
        platform, description = describe(point, self.settings, command)
        child = point.kind in CHILDREN
        return EntitySpec(
            platform=platform,
            key=f"{self.uid}/{point}",
            coordinator=self.coordinator,
            description=description,
            device=child_device(self._entry, point, self._device_id) if child else self._device,
            placeholders=placeholders(point),
            object_id=slugify(f"{self._entry.title} {point}") if child else None,
        )

    def _own_spec(self, platform: Platform, description: Description) -> EntitySpec:
        return EntitySpec(
            platform=platform,
            key=f"{self.uid}/{description.key}",
            coordinator=self.coordinator,
            description=description,
            device=self._device,
        )

    def _drop_binary_sensor(self, point: Point) -> None:
        """Forget the entity that a relay had while the account could only read.

        The other way round the switch stays registered: an account may get
        its rights back, and automations name the switch.
        """
        registry = er.async_get(self._hass)
        key = f"{self.uid}/{point}"
        if self._admin and (
            entity_id := registry.async_get_entity_id(Platform.BINARY_SENSOR, DOMAIN, key)
        ):
            registry.async_remove(entity_id)

"""The next family is one folder and one name: all else finds it."""

from types import SimpleNamespace
from typing import Any, override

import pytest
from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntryState,
)
from homeassistant.const import Platform
from homeassistant.data_entry_flow import FlowResultType, UnknownHandler
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.config_flow import EcomConfigFlow
from custom_components.ecom.const import DOMAIN
from custom_components.ecom.errors import (
    CannotConnect,
    DeviceError,
    EcomError,
    InvalidAuth,
    Unsupported,
)
from custom_components.ecom.ports import AnyPort, Kind
from custom_components.ecom.registry import FAMILIES
from custom_components.ecom.runtime import EcomConfigEntry
from tests.contract_ports import PortCase, PortContract
from tests.house import House, meters_of
from tests.toy import UID, ToyFamily, ToySource


@pytest.fixture
def family(monkeypatch: pytest.MonkeyPatch) -> ToyFamily:
    """Register a family of kettles: one name."""
    family = ToyFamily()
    monkeypatch.setitem(FAMILIES, "toy", family)
    return family


@pytest.fixture
async def entry(house: House, family: ToyFamily) -> MockConfigEntry:
    """Return a kettle's entry, set up."""
    del family
    return await house.add(kettle())


def kettle() -> MockConfigEntry:
    """Return a kettle's entry."""
    return MockConfigEntry(
        domain=DOMAIN, unique_id=UID, title="Kettle", data={"family": "toy", "meters": []}
    )


def source_of(entry: EcomConfigEntry) -> ToySource:
    """Return the runtime of a loaded entry."""
    source = entry.runtime_data
    assert isinstance(source, ToySource)
    return source


async def test_a_second_family_makes_a_menu(house: House, family: ToyFamily) -> None:
    """With more than one family the user chooses, and that family's steps follow."""
    del family
    flow = house.hass.config_entries.flow
    menu = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["e450_user", "meross_user", "wes_user", "toy_user"]
    form = await flow.async_configure(menu["flow_id"], {"next_step_id": "toy_user"})
    assert form["step_id"] == "toy_name"
    done = await flow.async_configure(form["flow_id"], {"name": "Kettle"})
    await house.hass.async_block_till_done()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert done["result"].unique_id == UID


async def test_a_discovery_finds_its_family(house: House, family: ToyFamily) -> None:
    """What a family claims becomes its source, and the Site adopts it."""
    del family
    found: Any = SimpleNamespace(ip="10.0.0.2", hostname="kettle", macaddress="")
    result = await house.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=found
    )
    await house.hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (site,) = house.site_entries
    assert [meter["port"] for meter in meters_of(site)] == [f"{UID}/power"]
    source_of(result["result"]).boils(2000)
    assert house.site[0] == "2000.0"


async def test_its_entities_appear(house: House, entry: MockConfigEntry) -> None:
    """Descriptions are all that a family says; the classes are there already."""
    assert house.shown(f"{UID}/power") == "unavailable"
    source_of(entry).boils(2000)
    state = house.state(f"{UID}/power")
    assert (state.state, state.attributes["friendly_name"]) == ("2000", "Kettle Draw")
    assert house.shown(f"{UID}/boiling", Platform.BINARY_SENSOR) == "on"
    source_of(entry).boils(0)
    assert house.shown(f"{UID}/boiling", Platform.BINARY_SENSOR) == "off"
    await house.later(seconds=60.1)
    assert house.shown(f"{UID}/boiling", Platform.BINARY_SENSOR) == "unavailable"
    devices = dr.async_get(house.hass)
    assert devices.async_get_device_by_identifier((DOMAIN, UID), entry.entry_id)


async def test_its_port_reaches_the_site(house: House, entry: MockConfigEntry) -> None:
    """The Site knows keys, not families."""
    await house.add_site({"port": f"{UID}/power", "role": "grid"})
    source_of(entry).boils(2000)
    assert house.site == ("2000.0", "2000.0", "0.0", "unknown")
    await house.later(seconds=60.1)
    assert house.site == ("unknown",) * 4


async def test_a_family_need_not_have_options(entry: MockConfigEntry) -> None:
    """No button is shown for what a family does not offer."""
    assert not EcomConfigFlow.async_supports_options_flow(entry)
    with pytest.raises(UnknownHandler):
        EcomConfigFlow.async_get_options_flow(entry)


async def test_a_family_forgets_what_is_removed(
    house: House, family: ToyFamily, entry: MockConfigEntry
) -> None:
    """What a family has stored goes with its entry."""
    await house.remove(entry)
    assert family.forgotten == ["Kettle"]


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (
            CannotConnect("no answer"),
            ConfigEntryState.SETUP_RETRY,
            "The device cannot be reached: no answer",
        ),
        (
            InvalidAuth("secret"),
            ConfigEntryState.SETUP_ERROR,
            "The device refused its key or password",
        ),
        (
            DeviceError("it is a teapot"),
            ConfigEntryState.SETUP_ERROR,
            "The device cannot be used: it is a teapot",
        ),
        (
            Unsupported("too old"),
            ConfigEntryState.SETUP_ERROR,
            "The device cannot be used: too old",
        ),
    ],
)
async def test_errors_are_told_in_home_assistants_words(
    house: House, family: ToyFamily, error: EcomError, state: ConfigEntryState, reason: str
) -> None:
    """A typed error of a family becomes what Home Assistant knows to do: retry, ask, or stop."""
    family.fails = error
    entry = await house.add(kettle())
    assert entry.state is state
    assert entry.reason == reason
    flows = house.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == (
        [SOURCE_REAUTH] if isinstance(error, InvalidAuth) else []
    )


async def test_an_entry_of_a_newer_version_is_left_alone(house: House, family: ToyFamily) -> None:
    """A family that cannot read an entry's data does not open it."""
    family.migrates = False
    entry = await house.add(kettle())
    assert entry.state is ConfigEntryState.SETUP_ERROR


class KettleCase(PortCase):
    """The power of a kettle."""

    kind = Kind.POWER

    def __init__(self, house: House, entry: MockConfigEntry) -> None:
        """Take a kettle that is set up."""
        self._house = house
        self._entry = entry

    @property
    @override
    def port(self) -> AnyPort:
        """Return the port that the source offers now."""
        return source_of(self._entry).ports[f"{UID}/power"]

    @override
    async def report(self, value: float | None) -> None:
        """Let the kettle boil."""
        source_of(self._entry).boils(value)

    @override
    async def later(self, seconds: float) -> None:
        """Let the kettle be silent."""
        await self._house.later(seconds=seconds)

    @override
    async def restart(self) -> None:
        """Reload the kettle's entry."""
        await self._house.reload(self._entry)


class TestKettle(PortContract):
    """The next family's port keeps the same contract."""

    @pytest.fixture
    async def case(self, house: House, entry: MockConfigEntry) -> PortCase:
        """Return the kettle's power."""
        return KettleCase(house, entry)

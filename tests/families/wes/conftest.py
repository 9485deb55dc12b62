"""Fixtures of the WES's tests."""

from collections.abc import AsyncIterator

import pytest

from custom_components.ecom.families.wes import switching
from scripts.simulators.wes_server import WesServer
from tests.families.wes.at_home import WesAtHome, server_of
from tests.house import House


@pytest.fixture
async def in_france(house: House) -> House:
    """Return a house in the zone of the simulated server's clock."""
    house.freezer.move_to("2026-11-20 10:00:00+00:00")
    await house.hass.config.async_set_time_zone("Europe/Paris")
    return house


@pytest.fixture
async def server(socket_enabled: None) -> AsyncIterator[WesServer]:
    """Return a running server that has everything."""
    del socket_enabled
    async with server_of() as server:
        yield server


@pytest.fixture
async def wes(
    in_france: House, server: WesServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[WesAtHome]:
    """Return a server at home, not yet set up; commands are read back at once."""
    monkeypatch.setattr(switching, "READ_BACK", (0.0, 0.0, 0.0))
    at_home = WesAtHome(in_france, server)
    yield at_home
    await in_france.close()

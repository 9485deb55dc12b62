"""Fixtures of the Shelly's tests."""

from collections.abc import AsyncIterator

import pytest

from scripts.simulators.shelly_server import ShellyServer
from tests.families.shelly.at_home import ShellyAtHome, server_of
from tests.house import House


@pytest.fixture
async def plug(house: House, socket_enabled: None) -> AsyncIterator[ShellyServer]:
    """Return a running plug."""
    del socket_enabled
    house.freezer.move_to("2026-11-20 10:00:00+00:00")
    async with server_of() as server:
        yield server


@pytest.fixture
async def shelly(house: House, plug: ShellyServer) -> AsyncIterator[ShellyAtHome]:
    """Return a plug at home, not yet set up."""
    at_home = ShellyAtHome(house, plug)
    yield at_home
    await house.close()

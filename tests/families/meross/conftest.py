"""Fixtures of the Meross family's tests."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from scripts.simulators.meross_server import MerossServer
from tests.families.meross.at_home import MerossAtHome, made_up
from tests.house import House

NOON = "2026-06-03 12:00:00+00:00"


@pytest.fixture
async def plug_server(socket_enabled: None) -> AsyncIterator[MerossServer]:
    """Return a running plug (SYNTHETIC), which tests may make another device."""
    del socket_enabled
    async with MerossServer(made_up()) as server:
        yield server


@pytest.fixture
async def meross(house: House, plug_server: MerossServer) -> AsyncIterator[MerossAtHome]:
    """Return a plug at home, not yet set up."""
    house.freezer.move_to(NOON)
    plug_server.device = made_up()
    at_home = MerossAtHome(house, plug_server)
    yield at_home
    await house.close()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Return the session of clients without Home Assistant."""
    async with ClientSession() as session:
        yield session

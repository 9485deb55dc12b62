"""Fixtures that the tests of several simulators share."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from aioshelly.common import ConnectionOptions
from aioshelly.rpc_device import RpcDevice

from scripts.simulators.shelly_server import ShellyServer
from tests.simulators.clocks import Clock
from tests.simulators.shellys import Connect


@pytest.fixture
def clock() -> Clock:
    """Return a clock for a device."""
    return Clock()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Return the session of all clients."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def connect(session: ClientSession) -> AsyncIterator[Connect]:
    """Return a way to a client that is connected; all are shut down in the end."""
    clients = []

    async def connect(server: ShellyServer, password: str | None = None) -> RpcDevice:
        user = None if password is None else "admin"
        options = ConnectionOptions("127.0.0.1", username=user, password=password, port=server.port)
        client = await RpcDevice.create(session, None, options)
        clients.append(client)
        await client.initialize()
        return client

    yield connect
    for client in clients:
        await client.shutdown()

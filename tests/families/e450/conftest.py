"""Fixtures of the E450's tests."""

from collections.abc import AsyncIterator

import pytest

from custom_components.ecom.families.e450 import listening
from tests.families.e450.at_home import MeterAtHome
from tests.house import House
from tests.meters import tcp_meter


@pytest.fixture
def no_lingering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the search end with the first telegram, since time stands still."""
    monkeypatch.setattr(listening, "LINGER", 0)


@pytest.fixture
async def meter(house: House, socket_enabled: None) -> AsyncIterator[MeterAtHome]:
    """Return a meter on a socket, whose entry is not set up yet."""
    del socket_enabled
    async with tcp_meter() as socket:
        yield MeterAtHome(house, socket)
        await house.close()

"""Fixtures of the Site's tests."""

import pytest

from tests.families.e450.conftest import meter
from tests.families.wes.conftest import in_france, server, wes
from tests.house import House

__all__ = ["in_france", "meter", "server", "wes"]

NOON = "2026-11-26T12:00:00+00:00"


@pytest.fixture
async def noon(house: House) -> House:
    """Return a house at noon of a day, in UTC."""
    await house.hass.config.async_set_time_zone("UTC")
    house.freezer.move_to(NOON)
    return house

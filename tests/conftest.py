"""Fixtures that every unit test shares."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

# The test harness brings a ``custom_components`` of its own. The first import
# wins, so ours comes here, before any fixture of the harness runs.
import custom_components  # noqa: F401 - imported for that effect
from custom_components.ecom.site import runtime
from tests.house import House


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find ECOM, in those tests that use Home Assistant.

    The recorder must be there before Home Assistant is, so a test that asks
    for it gets it first. Pure tests start no Home Assistant.
    """
    if "hass" not in request.fixturenames:
        return
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")
    request.getfixturevalue("quarters_database")


@pytest.fixture
def quarters_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the Site keeps quarter-hours: tests share a configuration, but not these."""
    path = tmp_path / "ecom.quarters.db"
    monkeypatch.setattr(runtime, "database", lambda _: path)
    return path


@pytest.fixture
async def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> AsyncIterator[House]:
    """Return a Home Assistant whose time stands still until a test lets it pass."""
    house = House(hass=hass, freezer=freezer)
    yield house
    await house.close()

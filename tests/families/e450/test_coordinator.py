"""What an E450 reports of itself: repairs, health, and its log."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import Platform
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.families.e450.gate import AGREEING
from custom_components.ecom.families.e450.protocol.clock import MeterTime
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import (
    AUTH_KEY,
    BOTH_KEYS,
    IMPORT,
    IMPORTED,
    KEY,
    METER,
    OTHER_KEY,
    OTHER_METER,
    Voice,
)

QUIET = 5 * 60
CHANGED = "e450_meter_changed"
CLOCK = "0-0:1.0.0"
SILENT = "e450_meter_silent"


@pytest.fixture
async def heard(meter: MeterAtHome) -> MeterAtHome:
    """Return a meter that is set up and has spoken."""
    await meter.move_in()
    await meter.says({IMPORT: 28, IMPORTED: 1000})
    return meter


async def test_health_waits_for_the_first_telegram(meter: MeterAtHome) -> None:
    """Before anything was heard the meter is neither well nor silent."""
    await meter.move_in()
    assert meter.shown("health") == "waiting"
    assert meter.house.shown(meter.key("heard"), Platform.BINARY_SENSOR) == "off"
    await meter.says({IMPORT: 28})
    assert meter.shown("health") == "good"
    assert meter.house.shown(meter.key("heard"), Platform.BINARY_SENSOR) == "on"


async def test_health_counts_telegrams_by_kind(heard: MeterAtHome) -> None:
    """The attributes say how many were good, and why the others were not."""
    damaged = bytearray(heard.voice.says({IMPORT: 29}))
    damaged[-3] ^= 1
    await heard.sends(bytes(damaged))
    await heard.house.later(seconds=61)
    await heard.says({IMPORT: 29})
    attributes = heard.house.state(heard.key("health")).attributes
    assert {kind: attributes[kind] for kind in ("good", "fcs")} == {"good": 2, "fcs": 1}


async def test_a_meter_that_is_refused_three_times_is_not_well(heard: MeterAtHome) -> None:
    """One bad telegram happens; three in a row are a state of health."""
    for n in range(3):
        assert heard.shown("health") == "good"
        await heard.says({IMPORT: 28, IMPORTED: n})
    assert heard.shown("health") == "refusing"
    await heard.says({IMPORT: 28, IMPORTED: 1001})
    assert heard.shown("health") == "good"


async def test_a_silent_meter_raises_a_repair_that_its_voice_ends(
    heard: MeterAtHome, caplog: pytest.LogCaptureFixture
) -> None:
    """After five minutes of silence the user is told; the log says it once, and once it is over."""
    caplog.set_level(logging.INFO, logger="custom_components.ecom")
    await heard.house.later(seconds=QUIET - 30)
    assert heard.house.issues == set()
    for _ in range(5):
        await heard.house.later(seconds=60)
    assert heard.house.issues == {SILENT}
    assert heard.shown("health") == "silent"
    assert heard.house.shown(heard.key("heard"), Platform.BINARY_SENSOR) == "off"
    await heard.says({IMPORT: 28})
    await heard.says({IMPORT: 29})
    assert heard.house.issues == set()
    assert heard.shown("health") == "good"
    messages = [record.getMessage() for record in caplog.records if record.levelname == "INFO"]
    told = [message for message in messages if message.startswith("My meter is")]
    assert told == ["My meter is silent", "My meter is heard again"]


async def test_a_meter_that_never_speaks_is_silent_too(meter: MeterAtHome) -> None:
    """Silence counts from the moment at which the entry was set up."""
    await meter.move_in()
    await meter.house.later(seconds=QUIET + 30)
    assert meter.house.issues == {SILENT}


async def test_refused_telegrams_are_silence(heard: MeterAtHome) -> None:
    """A meter of which nothing can be published might as well be silent."""
    for _ in range(11):
        await heard.house.later(seconds=30)
        await heard.says({IMPORT: 28, IMPORTED: 1})
    assert SILENT in heard.house.issues


async def test_a_slow_meter_is_given_its_own_pace(meter: MeterAtHome) -> None:
    """A meter that speaks every quarter-hour is not silent in between."""
    await meter.move_in()
    for _ in range(4):
        await meter.says({IMPORT: 28})
        await meter.house.later(minutes=15)
    await meter.says({IMPORT: 28})
    await meter.house.later(minutes=30)
    await meter.house.later(seconds=30)
    assert SILENT not in meter.house.issues
    await meter.house.later(minutes=20)
    assert SILENT in meter.house.issues


@pytest.mark.parametrize(
    ("keys", "issue"),
    [
        ({"key": OTHER_KEY}, "e450_key_wrong"),
        ({}, "e450_key_wrong"),
        ({"key": KEY, "auth_key": OTHER_KEY}, "e450_auth_key_wrong"),
    ],
)
async def test_a_wrong_key_raises_a_repair_that_says_which(
    meter: MeterAtHome, keys: dict[str, str], issue: str
) -> None:
    """Three telegrams that do not open: a repair, and the question for the keys, once."""
    await meter.move_in(METER, None, **keys)
    meter.voice.keys = BOTH_KEYS
    flows = meter.house.hass.config_entries.flow
    for _ in range(2):
        await meter.says({IMPORT: 28})
    assert meter.house.issues == set()
    for _ in range(3):
        await meter.says({IMPORT: 28})
    assert issue in meter.house.issues
    (flow,) = flows.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    flows.async_abort(flow["flow_id"])
    assert meter.house.entity_id(meter.key(IMPORT)) is None


async def test_a_key_that_fits_again_ends_the_repair(meter: MeterAtHome) -> None:
    """If the meter goes back to its old key there is nothing to repair."""
    await meter.move_in(key=KEY, auth_key=AUTH_KEY)
    stranger = Voice(keys=BOTH_KEYS.from_hex(OTHER_KEY, AUTH_KEY))
    for _ in range(3):
        await meter.sends(stranger.says({IMPORT: 28}))
    assert "e450_key_wrong" in meter.house.issues
    meter.voice.keys = BOTH_KEYS
    await meter.says({IMPORT: 28})
    assert "e450_key_wrong" not in meter.house.issues
    flows = meter.house.hass.config_entries.flow
    for flow in flows.async_progress_by_handler(DOMAIN):
        flows.async_abort(flow["flow_id"])


@pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(minutes=-3)])
async def test_a_clock_that_is_off_raises_a_repair(meter: MeterAtHome, ahead: timedelta) -> None:
    """Five telegrams in a row with a clock more than two minutes off, either way; then right."""
    await meter.move_in()
    for _ in range(5):
        assert meter.house.issues == set()
        await meter.says({IMPORT: 28}, dt_util.utcnow() + ahead)
        await meter.house.later(seconds=10)
    assert meter.house.issues == {"e450_clock_off"}
    (issue,) = [i for i in ir.async_get(meter.house.hass).issues.values() if i.domain == DOMAIN]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["minutes"] == "3"
    await meter.says({IMPORT: 28})
    assert meter.house.issues == set()


async def test_a_clock_within_two_minutes_is_right(meter: MeterAtHome) -> None:
    """Meters drift by seconds, and telegrams take a few."""
    await meter.move_in()
    for _ in range(6):
        await meter.says({IMPORT: 28}, dt_util.utcnow() + timedelta(minutes=2))
    assert meter.house.issues == set()


@pytest.mark.parametrize("hour", [0, 1])
async def test_a_clock_that_states_no_offset_is_local(meter: MeterAtHome, hour: int) -> None:
    """Without an offset it is the home's time, or standard time all year: neither is off."""
    meter.house.freezer.move_to(datetime(2026, 7, 1, 12, tzinfo=UTC))
    await meter.move_in()
    for _ in range(6):
        local = dt_util.now().replace(tzinfo=None) - timedelta(hours=hour)
        telegram = meter.voice.says({IMPORT: 28, CLOCK: MeterTime(local=local)})
        await meter.sends(telegram)
    assert meter.house.issues == set()


async def test_an_exchanged_meter_asks_before_it_is_believed(
    heard: MeterAtHome,
) -> None:
    """Ten telegrams that agree raise a repair; only its confirmation lets them through."""
    heard.voice = Voice(meter_id=OTHER_METER)
    for n in range(AGREEING):
        assert heard.house.issues == set()
        await heard.says({IMPORT: 77, IMPORTED: n})
    assert heard.house.issues == {CHANGED}
    assert heard.shown(IMPORT) == "28"
    await heard.source.fix("something else", {})
    assert heard.house.issues == {CHANGED}
    await heard.source.fix(CHANGED, {})
    assert heard.house.issues == set()
    await heard.says({IMPORT: 77, IMPORTED: 20})
    assert heard.shown(IMPORT) == "77"
    assert heard.shown(IMPORTED) == "20"


async def test_the_old_meter_ends_the_question(heard: MeterAtHome) -> None:
    """If the meter itself is heard again, nobody needs to answer."""
    for n in range(AGREEING):
        await heard.says({IMPORTED: n})
    assert heard.house.issues == {CHANGED}
    await heard.says({IMPORTED: 1001})
    assert heard.house.issues == set()


async def test_unloading_takes_the_repairs_back(heard: MeterAtHome) -> None:
    """What is not set up cannot be silent."""
    await heard.house.later(seconds=QUIET + 30)
    assert heard.house.issues == {SILENT}
    await heard.house.unload(heard.entry)
    assert heard.house.issues == set()


async def test_half_a_telegram_at_unload_does_no_harm(heard: MeterAtHome) -> None:
    """An entry that is unloaded while a telegram arrives leaves nothing behind."""
    await heard.socket.send(heard.voice.says({IMPORT: 28})[:40])
    await heard.house.unload(heard.entry)
    await heard.house.later(minutes=10)
    assert heard.house.issues == set()
    assert heard.socket.connections == 1


async def test_a_slow_disk_at_unload_does_not_open_the_port_again(
    heard: MeterAtHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long storing takes, the closed port is not taken for a lost one."""
    save = Store.async_save

    async def save_slowly(store: Store[Any], data: Any) -> None:
        for _ in range(50):
            heard.house.freezer.tick(1)
            await asyncio.sleep(0)
        await save(store, data)

    monkeypatch.setattr(Store, "async_save", save_slowly)
    await heard.house.unload(heard.entry)
    assert heard.socket.connections == 1

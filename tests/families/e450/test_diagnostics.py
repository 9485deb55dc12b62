"""One download shows what a helper needs, and nobody's name, key or address."""

import json
from typing import Any

import pytest
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ecom.families.e450.protocol.decoder import Decoder
from custom_components.ecom.families.e450.protocol.obis import ObisCode
from custom_components.ecom.families.e450.protocol.values import Telegram
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import (
    AUTH_KEY,
    BOTH_KEYS,
    IMPORT,
    IMPORTED,
    KEY,
    METER,
    TITLE,
    Voice,
)

SERIAL = "63316812"
MESSAGE = "Hello Mrs Miller"


@pytest.fixture
async def found(meter: MeterAtHome, hass_client: ClientSessionGenerator) -> dict[str, Any]:
    """Return the diagnostics of a ciphered meter that has told its names."""
    hass = meter.house.hass
    assert await async_setup_component(hass, "diagnostics", {})
    await meter.move_in(key=KEY, auth_key=AUTH_KEY)
    meter.voice = Voice(keys=BOTH_KEYS)
    await meter.says(
        {
            IMPORT: 28,
            IMPORTED: 886_977,
            "0-0:96.1.0": SERIAL,
            "0-1:96.1.0": b"\xff" + SERIAL.encode(),
            "0-0:96.13.0": MESSAGE,
        }
    )
    await meter.house.add_site({"port": meter.key("power"), "role": "grid"})
    download: dict[str, Any] = await get_diagnostics_for_config_entry(
        hass, hass_client, meter.entry
    )
    return download


async def test_nothing_names_the_user(meter: MeterAtHome, found: dict[str, Any]) -> None:
    """No serial, no key, no address, no message of the utility is in the download."""
    text = json.dumps(found).lower()
    octets = bytes.fromhex(found["runtime"]["telegram"])
    for secret in (METER, SERIAL, KEY, AUTH_KEY, TITLE.hex(), MESSAGE):
        assert secret.lower() not in text
        assert secret.encode().hex() not in text
        assert secret.encode() not in octets
    assert TITLE not in octets
    assert meter.socket.url.removeprefix("socket://") not in text
    assert "127.0.0.1" not in text


async def test_the_telegram_can_be_read_again(found: dict[str, Any]) -> None:
    """The last telegram is in it, unencrypted, with the values that it had."""
    (telegram,) = Decoder().receive(bytes.fromhex(found["runtime"]["telegram"]))
    assert isinstance(telegram, Telegram)
    assert telegram.values[ObisCode.parse(IMPORT)].value == 28
    assert telegram.values[ObisCode.parse(IMPORTED)].value == 886_977


async def test_what_helps_is_there(found: dict[str, Any]) -> None:
    """Line, counts and registers show what kind of a meter it is and how it is heard."""
    assert found["runtime"]["line"] == "2400 8E1"
    assert found["runtime"]["telegrams"] == {"good": 1}
    assert IMPORT in found["runtime"]["registers"]
    assert found["data"]["model"] == "E450"


async def test_the_sites_diagnostics_name_no_meter(
    meter: MeterAtHome, found: dict[str, Any], hass_client: ClientSessionGenerator
) -> None:
    """The Site shows the roles of its meters, and what it makes of them."""
    del found
    (site,) = meter.house.site_entries
    download = await get_diagnostics_for_config_entry(meter.house.hass, hass_client, site)
    runtime: Any = download["runtime"]
    assert METER not in json.dumps(download["subentries"])
    assert METER not in json.dumps(runtime)
    assert runtime["meters"] == [{"role": "grid", "known": True}]
    assert runtime["power_w"] == 28


async def test_before_the_first_telegram_there_is_none(
    meter: MeterAtHome, hass_client: ClientSessionGenerator
) -> None:
    """A download of a meter that has said nothing works as well."""
    assert await async_setup_component(meter.house.hass, "diagnostics", {})
    await meter.move_in()
    download: Any = await get_diagnostics_for_config_entry(
        meter.house.hass, hass_client, meter.entry
    )
    assert download["runtime"]["telegram"] is None

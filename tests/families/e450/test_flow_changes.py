"""Changing an E450: another port, other keys, and what no telegram says."""

from collections.abc import AsyncIterator

import pytest
from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.families.e450.protocol.values import Layout
from tests.dialogue import Dialogue
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import (
    AUTH_KEY,
    BOTH_KEYS,
    EXPORTED,
    IMPORT,
    IMPORTED,
    KEY,
    KEYS,
    OTHER_KEY,
    OTHER_METER,
    SUB_METER,
    Voice,
)
from tests.house import until
from tests.meters import TcpMeter, tcp_meter

pytestmark = pytest.mark.usefixtures("no_lingering")


@pytest.fixture
async def elsewhere(meter: MeterAtHome) -> AsyncIterator[TcpMeter]:
    """Return another port, on which something can be heard."""
    del meter
    async with tcp_meter() as socket:
        yield socket


async def moved(meter: MeterAtHome, to: TcpMeter) -> Dialogue:
    """Return the dialogue after the user has named another port."""
    dialogue = await Dialogue.of_entry(meter.house, meter.entry, SOURCE_RECONFIGURE)
    assert dialogue.step == "e450_user"
    await dialogue.send(device=to.url)
    return dialogue


async def test_the_same_meter_is_found_on_another_port(
    meter: MeterAtHome, elsewhere: TcpMeter
) -> None:
    """The entry keeps its name and reads from the new port."""
    await meter.move_in()
    elsewhere.greeting = Voice(counter=50).says({IMPORT: 28})
    dialogue = await moved(meter, elsewhere)
    assert dialogue.reason == "reconfigure_successful"
    assert meter.entry.data["device"] == elsewhere.url
    assert meter.entry.title == "My meter"
    meter.socket = elsewhere
    await until(lambda: meter.state.health.good)
    assert meter.shown(IMPORT) == "28"


async def test_another_meter_is_refused(meter: MeterAtHome, elsewhere: TcpMeter) -> None:
    """A neighbour's meter does not take over one's history."""
    await meter.move_in()
    elsewhere.greeting = Voice(meter_id=OTHER_METER).says({IMPORT: 28})
    dialogue = await moved(meter, elsewhere)
    assert dialogue.reason == "e450_other_meter"
    assert meter.entry.data["device"] == meter.socket.url


async def test_a_meter_without_a_name_does_not_replace_one_with(
    meter: MeterAtHome, elsewhere: TcpMeter
) -> None:
    """What does not say who it is cannot be the meter that does."""
    await meter.move_in()
    nameless = Voice(meter_id=None, layout=Layout.BARE_2)
    elsewhere.greeting = nameless.says({IMPORTED: 5, EXPORTED: 5})
    dialogue = await moved(meter, elsewhere)
    assert dialogue.reason == "e450_other_meter"


async def test_a_meter_without_a_name_is_believed_to_be_the_one(
    meter: MeterAtHome, elsewhere: TcpMeter
) -> None:
    """Where no telegram ever names the meter, the user's word has to do."""
    await meter.move_in("chalet", meter_id=None, profile="bare_2")
    nameless = Voice(meter_id=None, layout=Layout.BARE_2)
    elsewhere.greeting = nameless.says({IMPORTED: 5, EXPORTED: 5})
    dialogue = await moved(meter, elsewhere)
    assert dialogue.reason == "reconfigure_successful"


async def test_a_meter_with_keys_keeps_them(meter: MeterAtHome, elsewhere: TcpMeter) -> None:
    """Keys that still fit are not asked for again; others are."""
    await meter.move_in(key=KEY, auth_key=AUTH_KEY)
    elsewhere.greeting = Voice(keys=BOTH_KEYS).says({IMPORT: 28})
    dialogue = await moved(meter, elsewhere)
    assert dialogue.reason == "reconfigure_successful"
    assert (meter.entry.data["key"], meter.entry.data["auth_key"]) == (KEY, AUTH_KEY)


async def test_new_keys_are_asked_for_on_the_way(meter: MeterAtHome, elsewhere: TcpMeter) -> None:
    """If the keys of the entry do not fit what is heard, the user is asked."""
    await meter.move_in(key=OTHER_KEY)
    elsewhere.greeting = Voice(keys=KEYS).says({IMPORT: 28})
    dialogue = await moved(meter, elsewhere)
    assert dialogue.step == "e450_keys"
    await dialogue.send(key=KEY)
    assert dialogue.reason == "reconfigure_successful"
    assert meter.entry.data["key"] == KEY


async def locked_out(meter: MeterAtHome) -> Dialogue:
    """Return the dialogue for other keys, after the meter changed its own."""
    await meter.move_in(key=OTHER_KEY)
    meter.voice = Voice(keys=BOTH_KEYS)
    await meter.says({IMPORT: 28})
    dialogue = await Dialogue.of_entry(meter.house, meter.entry, SOURCE_REAUTH)
    assert dialogue.step == "e450_reauth_confirm"
    assert dialogue.shown["meter"] == "My meter"
    return dialogue


async def test_the_right_keys_end_the_question(meter: MeterAtHome) -> None:
    """Keys are tried on what the meter has just said, and the entry goes on with them."""
    dialogue = await locked_out(meter)
    await dialogue.send(key=OTHER_KEY)
    assert dialogue.errors == {"key": "e450_key_wrong"}
    await dialogue.send(key=KEY, auth_key=OTHER_KEY)
    assert dialogue.errors == {"auth_key": "e450_auth_key_wrong"}
    await dialogue.send(key="5")
    assert dialogue.errors == {"key": "e450_key_malformed"}
    await dialogue.send(key=KEY, auth_key=AUTH_KEY)
    assert dialogue.reason == "reauth_successful"
    assert (meter.entry.data["key"], meter.entry.data["auth_key"]) == (KEY, AUTH_KEY)
    await meter.back()
    await meter.says({IMPORT: 29})
    assert meter.shown(IMPORT) == "29"


async def test_an_authentication_key_can_be_left_out_again(meter: MeterAtHome) -> None:
    """Leaving the field empty forgets the key that was there."""
    await meter.move_in(key=KEY, auth_key=OTHER_KEY)
    meter.voice = Voice(keys=BOTH_KEYS)
    await meter.says({IMPORT: 28})
    dialogue = await Dialogue.of_entry(meter.house, meter.entry, SOURCE_REAUTH)
    await dialogue.send(key=KEY)
    assert dialogue.reason == "reauth_successful"
    assert "auth_key" not in meter.entry.data


@pytest.mark.parametrize("loaded", [True, False])
async def test_keys_cannot_be_tried_on_nothing(meter: MeterAtHome, *, loaded: bool) -> None:
    """If the meter has said nothing lately, the user is asked to wait."""
    await meter.move_in(key=OTHER_KEY)
    if not loaded:
        await meter.house.unload(meter.entry)
    dialogue = await Dialogue.of_entry(meter.house, meter.entry, SOURCE_REAUTH)
    await dialogue.send(key=KEY)
    assert dialogue.errors == {"base": "e450_nothing_heard"}


async def options(entry: MockConfigEntry, meter: MeterAtHome, **answer: object) -> None:
    """Fill in the options."""
    flow = meter.house.hass.config_entries.options
    result = await flow.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "e450_options"
    done = await flow.async_configure(result["flow_id"], answer)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await meter.house.hass.async_block_till_done()


async def test_options_change_how_the_meter_is_read(meter: MeterAtHome) -> None:
    """Scalers, sub-meters and the limit take effect at once: the entry reloads by itself."""
    await meter.move_in()
    await meter.says({IMPORT: 28, SUB_METER: 5})
    await options(
        meter.entry,
        meter,
        limit_kw=6,
        scalers={"power": 1, "volume": -2},
        media={"channel_1": "gas"},
    )
    assert meter.entry.options == {
        "limit_kw": 6,
        "scalers": {"power": 1, "volume": -2},
        "media": {"1": "gas"},
    }
    assert meter.entry.state is ConfigEntryState.LOADED
    await meter.back()
    await meter.says({IMPORT: 28, SUB_METER: 512})
    assert meter.shown(IMPORT) == "280"
    sub_meter = meter.house.state(meter.key(SUB_METER))
    assert (sub_meter.state, sub_meter.attributes["device_class"]) == ("5.12", "gas")
    await meter.says({IMPORT: 601, SUB_METER: 512})
    assert meter.shown(IMPORT) == "280"


async def test_a_scaler_is_a_whole_power_of_ten(meter: MeterAtHome) -> None:
    """Half a power of ten is no scaler: the form says so and keeps what was typed."""
    await meter.move_in()
    flow = meter.house.hass.config_entries.options
    form = await flow.async_init(meter.entry.entry_id)
    answer = {"limit_kw": 6, "scalers": {"power": 1.5}, "media": {}}
    result = await flow.async_configure(form["flow_id"], answer)
    assert result["errors"] == {"base": "e450_not_whole"}
    assert meter.entry.options == {}
    flow.async_abort(form["flow_id"])


async def test_options_can_be_taken_back(meter: MeterAtHome) -> None:
    """What is left empty is as if nobody had stated it."""
    await meter.move_in(options={"limit_kw": 6, "scalers": {"power": 1}, "media": {"1": "gas"}})
    flow = meter.house.hass.config_entries.options
    form = await flow.async_init(meter.entry.entry_id)
    flow.async_abort(form["flow_id"])
    await options(meter.entry, meter, limit_kw=100, scalers={}, media={})
    assert meter.entry.options == {"limit_kw": 100, "scalers": {}, "media": {}}
    await meter.back()
    await meter.says({IMPORT: 28})
    assert meter.shown(IMPORT) == "28"

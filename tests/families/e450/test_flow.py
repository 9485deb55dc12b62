"""Adding an E450: a port, what is heard there, and a few answers."""

from collections.abc import Mapping
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType

from custom_components.ecom.families.e450.listening import LISTEN, MOST_HEARD
from custom_components.ecom.families.e450.protocol.values import Layout, Raw
from tests.dialogue import Dialogue
from tests.families.e450.at_home import MeterAtHome
from tests.families.e450.telegrams import (
    AUTH_KEY,
    BOTH_KEYS,
    EXPORTED,
    IMPORT,
    IMPORTED,
    KEY,
    METER,
    OTHER_KEY,
    TITLE,
    VOLTAGE,
    Voice,
)
from tests.house import meters_of, until
from tests.meters import tcp_meter

NAME = {"name": "Main meter", "role": "grid"}

pytestmark = pytest.mark.usefixtures("no_lingering")


async def heard(
    meter: MeterAtHome, values: Mapping[str, Raw] | None = None, voice: Voice | None = None
) -> Dialogue:
    """Return the dialogue once the port has been named and listened to."""
    voice = voice or meter.voice
    meter.socket.greeting = voice.says(values or {IMPORT: 28, IMPORTED: 886_977})
    dialogue = await Dialogue.begin(meter.house)
    await dialogue.send(device=meter.socket.url)
    return dialogue


async def test_a_port_and_a_name_are_enough(meter: MeterAtHome) -> None:
    """Two forms: the port, then what was found there, with everything filled in."""
    dialogue = await heard(meter)
    assert dialogue.step == "e450_found"
    assert dialogue.fields == {"name", "role"}
    assert dialogue.shown["meter"] == METER
    assert dialogue.shown["model"] == "E450"
    assert dialogue.shown["layout"] == "push_list"
    assert f"- {IMPORT}: 28 W\n- {IMPORTED}: 886977 Wh" in dialogue.shown["values"]
    await dialogue.send(**NAME)
    entry = dialogue.created
    assert entry.state is ConfigEntryState.LOADED
    assert (entry.title, entry.unique_id) == ("Main meter", f"e450:{METER}")
    assert entry.data["meter_id"] == METER
    assert entry.data["profile"] is None
    assert "key" not in entry.data
    await until(lambda: meter.house.entity_id(f"e450:{METER}/{IMPORT}"))
    await meter.house.hass.async_block_till_done()
    assert meter.house.shown(f"e450:{METER}/{IMPORT}") == "28"
    assert meter.house.site == ("28.0", "28.0", "0.0", "unknown")


async def test_the_dialogue_says_that_it_listens(meter: MeterAtHome) -> None:
    """While nothing has come, a text with a turning circle is shown."""
    dialogue = await Dialogue.begin(meter.house)
    assert dialogue.step == "e450_user"
    await dialogue.send_only(device=meter.socket.url)
    assert dialogue.result["type"] is FlowResultType.SHOW_PROGRESS
    assert dialogue.result["progress_action"] == "e450_listening"
    await until(lambda: meter.socket.listening)
    await meter.socket.send(meter.voice.says({IMPORT: 28}))
    await dialogue.wait()
    assert dialogue.step == "e450_found"


@pytest.mark.parametrize("typed", ["COM3", "192.168.1.20", "meter:notaport"])
async def test_what_is_no_address_is_told_at_once(meter: MeterAtHome, typed: str) -> None:
    """A typing error is shown next to its field, and the next try goes on."""
    dialogue = await Dialogue.begin(meter.house)
    await dialogue.send(device=typed)
    assert dialogue.errors == {"device": "e450_invalid_address"}
    meter.socket.greeting = meter.voice.says({IMPORT: 28})
    await dialogue.send(device=meter.socket.url.removeprefix("socket://"))
    assert dialogue.step == "e450_found"


async def test_a_closed_port_is_told(meter: MeterAtHome) -> None:
    """Nobody listens at that address: check the adapter."""
    url = meter.socket.url
    await meter.socket.stop()
    dialogue = await Dialogue.begin(meter.house)
    await dialogue.send(device=url)
    assert dialogue.errors == {"base": "e450_cannot_connect"}
    await meter.socket.start(int(url.rpartition(":")[2]))
    meter.socket.greeting = meter.voice.says({IMPORT: 28})
    await dialogue.send(device=url)
    assert dialogue.step == "e450_found"


async def test_a_serial_port_that_is_not_there_is_told(meter: MeterAtHome) -> None:
    """An adapter that is not plugged in: the path stays on the form."""
    dialogue = await Dialogue.begin(meter.house)
    await dialogue.send(device="/dev/there-is-no-such-port")
    assert dialogue.errors == {"base": "e450_cannot_connect"}


@pytest.mark.parametrize("said", [b"", b"\x00\x7e\xa0noise\xff" * 9])
async def test_silence_and_noise_are_told(meter: MeterAtHome, said: bytes) -> None:
    """The port opens and no telegram comes for a minute: check the wiring."""
    meter.socket.greeting = said
    dialogue = await Dialogue.begin(meter.house)
    await dialogue.send_only(device=meter.socket.url)
    await until(lambda: meter.socket.listening)
    await meter.house.later(seconds=LISTEN + 1)
    await dialogue.wait()
    assert dialogue.errors == {"base": "e450_silent"}
    assert not meter.socket.listening


async def test_noise_without_end_does_not_fill_the_memory(meter: MeterAtHome) -> None:
    """After 64 KiB of nonsense nobody listens any longer."""
    meter.socket.greeting = b"\x55" * (MOST_HEARD + 1)
    dialogue = await Dialogue.begin(meter.house)
    await dialogue.send(device=meter.socket.url)
    assert dialogue.errors == {"base": "e450_silent"}


async def test_keys_are_asked_for_only_where_they_are_needed(meter: MeterAtHome) -> None:
    """An encrypted telegram asks for keys, and says which one is wrong."""
    dialogue = await heard(meter, voice=Voice(keys=BOTH_KEYS))
    assert dialogue.step == "e450_keys"
    await dialogue.send(key="not a key")
    assert dialogue.errors == {"key": "e450_key_malformed"}
    await dialogue.send(key=OTHER_KEY)
    assert dialogue.errors == {"key": "e450_key_wrong"}
    await dialogue.send(key=KEY, auth_key=OTHER_KEY)
    assert dialogue.errors == {"auth_key": "e450_auth_key_wrong"}
    await dialogue.send(key=f" {KEY.lower()} ", auth_key=AUTH_KEY)
    assert dialogue.step == "e450_found"
    await dialogue.send(**NAME)
    data = dialogue.created.data
    assert data["auth_key"] == AUTH_KEY
    assert dialogue.created.state is ConfigEntryState.LOADED


async def test_the_encryption_key_alone_is_enough(meter: MeterAtHome) -> None:
    """Many utilities give out one key only."""
    dialogue = await heard(meter, voice=Voice(keys=BOTH_KEYS))
    await dialogue.send(key=KEY)
    assert dialogue.step == "e450_found"
    await dialogue.send(**NAME)
    assert dialogue.created.data["key"] == KEY
    assert "auth_key" not in dialogue.created.data


async def test_a_ciphered_meter_without_a_name_is_known_by_its_title(meter: MeterAtHome) -> None:
    """Without a meter id the system title of the cipher identifies the meter."""
    voice = Voice(keys=BOTH_KEYS, meter_id=None, layout=Layout.BARE_9)
    dialogue = await heard(meter, {IMPORT: 28, IMPORTED: 5}, voice)
    await dialogue.send(key=KEY)
    assert dialogue.fields == {"name", "role", "profile"}
    await dialogue.send(**NAME, profile="bare_9")
    assert dialogue.created.unique_id == f"e450:{TITLE.hex()}"
    assert dialogue.created.data["profile"] == "bare_9"


async def test_a_meter_without_any_name_is_known_by_the_one_it_is_given(
    meter: MeterAtHome,
) -> None:
    """Two bare values say nothing of the meter: the user's name has to do."""
    voice = Voice(meter_id=None, layout=Layout.BARE_2)
    values: dict[str, Raw] = {IMPORTED: 886_977, EXPORTED: 12}
    dialogue = await heard(meter, values, voice)
    assert dialogue.shown["meter"] == "?"
    assert f"- {IMPORTED}: 886977 Wh" in dialogue.shown["values"]
    await dialogue.send(name="Chalet à la montagne", role="grid", profile="bare_2")
    assert dialogue.created.unique_id == "e450:chalet-a-la-montagne"
    assert dialogue.created.data["profile"] == "bare_2"
    assert dialogue.created.data["meters"] == []
    again = await heard(meter, values, voice)
    assert again.reason == "already_configured", "one reader for one port"
    async with tcp_meter() as elsewhere:
        again = await heard(MeterAtHome(meter.house, elsewhere), values, voice)
        await again.send(name="chalet a la montagne", role="grid", profile="bare_2")
        assert again.reason == "already_configured", "one meter for one name"


async def test_a_meter_is_added_once(meter: MeterAtHome) -> None:
    """The same meter on another port is the same meter."""
    await meter.move_in()
    dialogue = await heard(meter)
    assert dialogue.reason == "already_configured"


@pytest.mark.parametrize(
    ("role", "values", "expected"),
    [
        ("grid", {IMPORT: 1}, {"role": "grid", "phases": ["1"], "inverted": False}),
        ("sub_meter", {IMPORT: 1, VOLTAGE: 230}, {"role": "sub_meter", "phases": ["1"]}),
        ("grid", {IMPORT: 1, "1-0:52.7.0": 230}, {"role": "grid", "phases": ["1", "2", "3"]}),
        ("solar", {IMPORT: 1, IMPORTED: 9, EXPORTED: 5}, {"role": "solar", "inverted": False}),
        ("solar", {IMPORT: 1, IMPORTED: 5, EXPORTED: 9}, {"role": "solar", "inverted": True}),
    ],
)
async def test_the_site_adopts_the_meter_with_its_role(
    meter: MeterAtHome, role: str, values: dict[str, Raw], expected: dict[str, Any]
) -> None:
    """What the user says that it measures is what the Site adds up, phases and sign found."""
    dialogue = await heard(meter, values)
    await dialogue.send(name="It", role=role)
    (site,) = meter.house.site_entries
    (adopted,) = meters_of(site)
    assert adopted["port"] == f"e450:{METER}/power"
    assert {key: adopted[key] for key in expected} == expected


async def test_a_meter_that_nobody_adds_up_is_no_part_of_the_site(meter: MeterAtHome) -> None:
    """The user may say that the Site has no use for it; the Site is there all the same."""
    dialogue = await heard(meter)
    await dialogue.send(name="It", role="none")
    (site,) = meter.house.site_entries
    assert not meters_of(site)


async def test_a_dialogue_that_is_closed_listens_no_more(meter: MeterAtHome) -> None:
    """Nothing is left of a dialogue that a person closes while it listens."""
    dialogue = await Dialogue.begin(meter.house)
    await dialogue.send_only(device=meter.socket.url)
    await until(lambda: meter.socket.listening)
    meter.house.hass.config_entries.flow.async_abort(dialogue.flow_id)
    await until(lambda: not meter.socket.listening)


async def test_a_meter_that_is_gone_when_it_is_added_waits_for_its_return(
    meter: MeterAtHome,
) -> None:
    """The entry is made and tries again; the Site is there, and knows nothing yet."""
    dialogue = await heard(meter)
    await meter.socket.stop()
    await dialogue.send(**NAME)
    assert dialogue.created.state is ConfigEntryState.SETUP_RETRY
    (site,) = meter.house.site_entries
    assert len(list(meters_of(site))) == 1
    assert meter.house.site == ("unknown",) * 4

"""The options of a WES."""

from typing import Any

from homeassistant.data_entry_flow import FlowResultType

from scripts.simulators.wes_faults import Fault
from tests.families.wes.at_home import WesAtHome


async def open_options(wes: WesAtHome) -> Any:
    """Open the dialogue."""
    return await wes.house.hass.config_entries.options.async_init(wes.entry.entry_id)


async def send(wes: WesAtHome, flow_id: str, **answer: Any) -> Any:
    """Send the form."""
    result = await wes.house.hass.config_entries.options.async_configure(flow_id, answer)
    await wes.house.hass.async_block_till_done()
    return result


async def test_the_form_knows_what_was_seen(wes: WesAtHome) -> None:
    """Only the counters and probes that are there are asked about, and the secret URL is shown."""
    wes.house.hass.config.internal_url = "http://192.168.1.5:8123"
    await wes.move_in({"counters": {"6": "gas_m3"}})
    form = await open_options(wes)
    assert form["step_id"] == "wes_options"
    sections = {str(key): value for key, value in form["data_schema"].schema.items()}
    counters = {str(key) for key in sections["counters"].schema.schema}
    assert counters == {f"counter_{n}" for n in range(1, 7)}
    url = form["description_placeholders"]["url"]
    assert url == f"http://192.168.1.5:8123/api/webhook/{wes.entry.data['webhook_id']}"


async def test_the_options_apply_at_once(wes: WesAtHome) -> None:
    """The entry is reloaded with them."""
    await wes.move_in()
    form = await open_options(wes)
    ports = {"http_port": wes.server.port, "m2m_port": wes.server.m2m_port}
    done = await send(
        wes,
        form["flow_id"],
        interval=30,
        local_only=False,
        counters={"counter_1": "water_l"},
        probes={"humidity": ["2"], "light": []},
        ports=ports,
    )
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert wes.entry.options == {
        "interval": 30,
        "local_only": False,
        "counters": {"1": "water_l"},
        "humidity": ["2"],
        "light": [],
        **ports,
    }
    assert wes.state("pulse1/index").attributes["device_class"] == "water"
    assert wes.state("probe2/value").attributes["device_class"] == "humidity"


async def test_a_probe_is_one_thing(wes: WesAtHome) -> None:
    """Humidity and light at once cannot be."""
    await wes.move_in()
    form = await open_options(wes)
    ports = {"http_port": wes.server.port, "m2m_port": wes.server.m2m_port}
    probes = {"humidity": ["2"], "light": ["2"]}
    form = await send(
        wes, form["flow_id"], interval=15, local_only=True, counters={}, probes=probes, ports=ports
    )
    assert form["errors"] == {"base": "wes_two_kinds"}


async def test_a_unit_that_was_wrong_begins_anew(wes: WesAtHome) -> None:
    """Litres taken for m³: the total goes on from where it was, and counts litres from now on."""
    wes.server.values["impulsion/INDEX1"] = "5000"
    await wes.move_in({"counters": {"1": "water_m3"}})
    assert wes.shown("pulse1/index") == "5000"
    options = {**wes.entry.options, "counters": {"1": "water_l"}}
    wes.house.hass.config_entries.async_update_entry(wes.entry, options=options)
    await wes.house.reload(wes.entry)
    assert wes.shown("pulse1/index") == "5000"
    await wes.says({"impulsion/INDEX1": "5250"})
    assert wes.shown("pulse1/index") == "5000.25"
    assert wes.house.issues == set()


async def test_without_an_address_of_home_assistant_the_path_is_shown(wes: WesAtHome) -> None:
    """Better than nothing: the user knows where Home Assistant is."""
    await wes.move_in()
    wes.house.hass.config.internal_url = None
    wes.house.hass.config.api = None
    form = await open_options(wes)
    assert form["description_placeholders"]["url"].endswith(wes.entry.data["webhook_id"])


async def test_options_of_a_server_that_is_not_there_lose_nothing(wes: WesAtHome) -> None:
    """What was said of its probes and counters stays, though nobody can be asked what is wired."""
    wes.server.faults.add(Fault.GARBAGE)
    await wes.move_in({"humidity": ["5"], "counters": {"6": "gas_l"}})
    form = await open_options(wes)
    ports = {"http_port": wes.server.port, "m2m_port": wes.server.m2m_port}
    probes = {"humidity": ["5"], "light": []}
    counters = {"counter_6": "gas_l"}
    await send(
        wes,
        form["flow_id"],
        interval=20,
        local_only=True,
        counters=counters,
        probes=probes,
        ports=ports,
    )
    assert wes.entry.options["humidity"] == ["5"]
    assert wes.entry.options["counters"] == {"6": "gas_l"}
    assert wes.entry.options["interval"] == 20

"""The dialogue as the frontend gets it: over Home Assistant's own REST interface."""

from http import HTTPStatus

from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.foreign import add_plug
from tests.house import House

FLOW = "/api/config/config_entries/subentries/flow"


async def test_the_dialogue_over_rest(
    house: House, hass_client: ClientSessionGenerator, socket_enabled: None
) -> None:
    """Every form can be written as JSON, and three requests make a meter."""
    del socket_enabled
    assert await async_setup_component(house.hass, "config", {})
    site = await house.add_site()
    kettle = add_plug(house.hass)
    client = await hass_client()
    begun = await client.post(FLOW, json={"handler": [site.entry_id, "plug"]})
    assert begun.status == HTTPStatus.OK
    form = await begun.json()
    assert [field["name"] for field in form["data_schema"]] == ["devices", "role", "by_hand"]
    url = f"{FLOW}/{form['flow_id']}"
    answer = {"devices": [kettle.id], "role": "sub_meter", "by_hand": {}}
    found = await (await client.post(url, json=answer)).json()
    (plugs,) = found["data_schema"]
    assert plugs["default"] == [kettle.key("AABBCC-switch:0-power")]
    done = await (await client.post(url, json={"plugs": plugs["default"]})).json()
    assert done["reason"] == "plugs_added"
    assert len(site.subentries) == 1

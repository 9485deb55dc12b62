"""A person who confirms a repair."""

from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component

from custom_components.ecom.const import DOMAIN
from tests.house import House


async def open_repair(house: House, issue_id: str) -> str:
    """Open a repair, and return the id of its dialogue."""
    assert await async_setup_component(house.hass, REPAIRS, {})
    await house.hass.async_block_till_done()
    form: Any = await _manager(house).async_init(DOMAIN, data={"issue_id": issue_id})
    assert form["type"] is FlowResultType.FORM, form
    assert form["step_id"] == "confirm"
    return str(form["flow_id"])


async def press(house: House, flow_id: str, **answer: Any) -> Any:
    """Press the button of an open repair, and return what comes of it."""
    result: Any = await _manager(house).async_configure(flow_id, answer)
    await house.hass.async_block_till_done()
    return result


async def confirm(house: House, issue_id: str) -> None:
    """Open a repair and press its button."""
    done = await press(house, await open_repair(house, issue_id))
    assert done["type"] is FlowResultType.CREATE_ENTRY, done


def _manager(house: House) -> RepairsFlowManager:
    manager: RepairsFlowManager = house.hass.data[REPAIRS]["flow_manager"]
    return manager

"""A person who goes through a dialogue of Home Assistant."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType

from custom_components.ecom.const import DOMAIN
from custom_components.ecom.runtime import EcomConfigEntry
from tests.house import House


class Dialogue:
    """One config flow: answers in, forms out; what takes time is waited for."""

    def __init__(self, house: House, result: ConfigFlowResult) -> None:
        """Look at the first form."""
        self._house = house
        self.result = result

    @classmethod
    async def begin(cls, house: House, family: str = "e450") -> Dialogue:
        """Begin to add a source, and choose its family."""
        flow = house.hass.config_entries.flow
        menu = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        chosen = {"next_step_id": f"{family}_user"}
        return cls(house, await flow.async_configure(menu["flow_id"], chosen))

    @classmethod
    async def of_entry(cls, house: House, entry: EcomConfigEntry, source: str) -> Dialogue:
        """Begin to reconfigure an entry, or to give it other keys."""
        result = await house.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": source, "entry_id": entry.entry_id},
            data=entry.data if source == "reauth" else None,
        )
        return cls(house, result)

    @property
    def flow_id(self) -> str:
        """Return the id of the flow."""
        return self.result["flow_id"]

    @property
    def step(self) -> str:
        """Return the form that is shown."""
        assert self.result["type"] is FlowResultType.FORM, self.result
        return str(self.result["step_id"])

    @property
    def errors(self) -> dict[str, str]:
        """Return the errors on the form that is shown."""
        assert self.step
        return dict(self.result["errors"] or {})

    @property
    def shown(self) -> dict[str, str]:
        """Return what the form's text is filled in with."""
        return {**(self.result["description_placeholders"] or {})}

    @property
    def fields(self) -> set[str]:
        """Return the names of the form's fields."""
        schema = self.result["data_schema"]
        assert schema is not None
        return {str(field) for field in schema.schema}

    @property
    def reason(self) -> str:
        """Return why the dialogue ended without an entry."""
        assert self.result["type"] is FlowResultType.ABORT, self.result
        return str(self.result["reason"])

    @property
    def created(self) -> EcomConfigEntry:
        """Return the entry that the dialogue ended with."""
        assert self.result["type"] is FlowResultType.CREATE_ENTRY, self.result
        entry: EcomConfigEntry = self.result["result"]
        return entry

    async def send(self, **answer: Any) -> None:
        """Send the form, and stay while something is in progress."""
        await self.send_only(**answer)
        await self.wait()

    async def send_only(self, **answer: Any) -> None:
        """Send the form and look at what comes at once."""
        flow = self._house.hass.config_entries.flow
        self.result = await flow.async_configure(self.flow_id, answer)

    async def wait(self) -> None:
        """Wait for what is in progress, and look at what follows."""
        flow = self._house.hass.config_entries.flow
        await self._house.hass.async_block_till_done()
        while self.result["type"] is FlowResultType.SHOW_PROGRESS:
            self.result = await flow.async_configure(self.flow_id)
            await self._house.hass.async_block_till_done()

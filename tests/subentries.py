"""The dialogues about the parts of the Site: what is asked, answered and kept."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, SubentryFlowResult
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.house import House


class PartDialogue:
    """One dialogue about a subentry: answers in, forms out."""

    def __init__(self, house: House, result: SubentryFlowResult) -> None:
        """Look at the first form."""
        self._house = house
        self.result = result

    @classmethod
    async def begin(
        cls, house: House, site: MockConfigEntry, kind: str, title: str | None = None
    ) -> PartDialogue:
        """Begin to add a part, or with a title to change the one that has it."""
        context: dict[str, Any] = {"source": SOURCE_USER}
        if title is not None:
            context = {"source": SOURCE_RECONFIGURE, "subentry_id": id_of(site, title)}
        flow = house.hass.config_entries.subentries
        return cls(house, await flow.async_init((site.entry_id, kind), context=context))

    async def answer(self, user_input: dict[str, Any] | None) -> PartDialogue:
        """Send a form, and let everything happen that follows."""
        flow = self._house.hass.config_entries.subentries
        self.result = await flow.async_configure(self.result["flow_id"], user_input)
        await self._house.hass.async_block_till_done()
        return self

    async def choose(self, option: str) -> PartDialogue:
        """Choose from a menu."""
        return await self.answer({"next_step_id": option})

    @property
    def step(self) -> str:
        """Return the form or menu that is shown."""
        assert self.result["type"] in (FlowResultType.FORM, FlowResultType.MENU), self.result
        return str(self.result["step_id"])

    @property
    def errors(self) -> dict[str, str]:
        """Return the errors on the form that is shown."""
        assert self.step
        return dict(self.result["errors"] or {})

    @property
    def suggested(self) -> dict[str, Any]:
        """Return what the form suggests, sections within."""
        return _suggested(self.result["data_schema"])

    @property
    def is_done(self) -> bool:
        """Return whether it has ended well."""
        if self.result["type"] is FlowResultType.CREATE_ENTRY:
            return True
        return self.result.get("reason") == "reconfigure_successful"


def id_of(site: MockConfigEntry, title: str) -> str:
    """Return the id of the part that has a title."""
    return next(each.subentry_id for each in site.subentries.values() if each.title == title)


def data_of(site: MockConfigEntry, title: str) -> dict[str, Any]:
    """Return what is kept of the part that has a title."""
    return dict(site.subentries[id_of(site, title)].data)


def _suggested(schema: Any) -> dict[str, Any]:
    found = {}
    for key, value in schema.schema.items():
        if hasattr(value, "schema") and hasattr(value, "options"):
            found[str(key)] = _suggested(value.schema)
        elif key.description and "suggested_value" in key.description:
            found[str(key)] = key.description["suggested_value"]
    return found

"""Repairs about parts of the Site: raised while something is found, taken back when it is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A repair: its texts, the part of the Site that it is about, and what fills the texts in."""

    text: str
    part: str
    placeholders: Mapping[str, str] = field(default_factory=dict)

    @property
    def issue(self) -> str:
        """Return the id of the repair."""
        return f"{self.text}_{self.part}"


class Raised:
    """The repairs that one watcher has raised."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Have raised none."""
        self._hass = hass
        self._found: dict[str, Finding] = {}

    @callback
    def settle(self, found: list[Finding], *texts: str) -> None:
        """Raise what is found, and take back what no longer is, among repairs of these texts."""
        now = {each.issue: each for each in found}
        for issue, each in [*self._found.items()]:
            if each.text in texts and issue not in now:
                self._take_back(issue)
        for issue, each in now.items():
            self._found[issue] = each
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=each.text,
                translation_placeholders=dict(each.placeholders),
            )

    @callback
    def clear(self) -> None:
        """Take everything back."""
        for issue in [*self._found]:
            self._take_back(issue)

    def _take_back(self, issue: str) -> None:
        del self._found[issue]
        ir.async_delete_issue(self._hass, DOMAIN, issue)

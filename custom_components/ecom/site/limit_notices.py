"""What members are told of their limits, in the language of the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..core.limits import Limit, Measure
from ..texts import number_text, option_texts

TEXTS: Final = ("step", "reached", "day", "week", "month", "switched_off", "switch_on")


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitNotice:
    """That a step of a member's limit was passed, and what was switched off for it."""

    member_id: str
    member: str
    limit: Limit
    step: Decimal
    used: Decimal
    share: Decimal
    switched_off: Sequence[str] = ()
    button: str = ""

    async def written(self, hass: HomeAssistant) -> tuple[str, str, dict[str, Any]]:
        """Return title, message, and what phones take beside them."""
        texts = await option_texts(hass, translation_key="limit_notice", options=TEXTS)
        title = texts["reached" if self.step >= 1 else "step"].format(
            member=self.member, percent=number_text(hass, self.step * 100, 0)
        )
        lines = [
            texts[self.limit.span].format(
                used=self._amount(hass, self.used), amount=self._amount(hass, self.limit.amount)
            )
        ]
        if self.switched_off:
            meters = ", ".join(self.switched_off)
            lines.append(texts["switched_off"].format(meters=meters))
        return title, " ".join(lines), self._extra(texts)

    def _amount(self, hass: HomeAssistant, amount: Decimal) -> str:
        unit = "kWh" if self.limit.measure is Measure.KWH else hass.config.currency
        return f"{number_text(hass, amount)} {unit}"

    def _extra(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Return a tag, by which a newer message replaces this one, and the buttons."""
        extra: dict[str, Any] = {"tag": f"ecom_limit_{self.member_id}"}
        if self.button:
            extra["actions"] = [{"action": self.button, "title": texts["switch_on"]}]
        return extra

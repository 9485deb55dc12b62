"""What the user is asked when a counter seems to belong to another meter."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.helpers import selector

from ....runtime import Question
from ..models import Asking
from ..protocol.tags import tag_of

CONF_CLOSING: Final = "closing"
CONF_OPENING: Final = "opening"


def question(asking: Asking, unit: str) -> Question:
    """Return the form for one counter: where the old meter ended, the new one began."""
    number = selector.NumberSelector(
        selector.NumberSelectorConfig(
            min=0, step="any", mode=selector.NumberSelectorMode.BOX, unit_of_measurement=unit
        )
    )
    schema = probatio.Schema(
        {
            probatio.Required(CONF_CLOSING, default=asking.last): number,
            probatio.Required(CONF_OPENING, default=0.0): number,
        }
    )
    return Question(
        about=str(asking.point),
        schema=schema,
        placeholders={
            "counter": tag_of(asking.point),
            "last": f"{asking.last} {unit}",
            "now": f"{asking.now} {unit}",
        },
    )


def answer_of(user_input: Mapping[str, Any]) -> tuple[float, float]:
    """Return the closing and the opening index."""
    return user_input[CONF_CLOSING], user_input[CONF_OPENING]

"""Tells several targets the same, each for itself: one that fails keeps it from no other."""

import logging
from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant

from .notify_targets import tell

_LOGGER = logging.getLogger(__name__)


async def tell_all(
    hass: HomeAssistant,
    targets: Iterable[str],
    *,
    title: str,
    message: str,
    extra: dict[str, Any] | None = None,
) -> None:
    """Tell each target once; ``extra`` reaches those that take it."""
    for target in dict.fromkeys(targets):
        try:
            await tell(hass, target, title=title, message=message, extra=extra)
        except Exception as err:  # noqa: BLE001 - each integration raises what its library raises
            # A target's name may be that of a person, and so may be what the error says.
            _LOGGER.warning("A notification could not be delivered: %s", type(err).__name__)

"""Whom to tell: notify entities, and the older notify actions alike."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import selector

NOTIFY: Final = "notify"
_NOT_OFFERED: Final = frozenset({"send_message", "persistent_notification"})


def targets(hass: HomeAssistant) -> list[selector.SelectOptionDict]:
    """Return what can be told now: entities by their names, actions by theirs."""
    entities = [
        selector.SelectOptionDict(value=state.entity_id, label=state.name)
        for state in hass.states.async_all(NOTIFY)
    ]
    actions = [
        selector.SelectOptionDict(value=f"action:{NOTIFY}.{name}", label=f"{NOTIFY}.{name}")
        for name in sorted(hass.services.async_services_for_domain(NOTIFY))
        if name not in _NOT_OFFERED
    ]
    return [*entities, *actions]


def target_selector(hass: HomeAssistant) -> selector.SelectSelector:
    """Return a choice of several targets; one that is away now can be typed."""
    return selector.SelectSelector(
        selector.SelectSelectorConfig(
            options=targets(hass),
            multiple=True,
            custom_value=True,
            mode=selector.SelectSelectorMode.DROPDOWN,
        )
    )


def is_target(stated: str) -> bool:
    """Return whether a text names a target."""
    name = stated.removeprefix("action:")
    domain, _, rest = name.partition(".")
    return domain == NOTIFY and rest.replace("_", "").isalnum() and rest.isascii()


async def tell(
    hass: HomeAssistant,
    target: str,
    *,
    title: str,
    message: str,
    extra: dict[str, Any] | None = None,
) -> None:
    """Tell one target; ``extra`` (buttons, a tag) reaches those that take it.

    Raises HomeAssistantError if it cannot be told, and ServiceNotFound if it is not there.
    """
    if target.startswith("action:"):
        name = target.removeprefix(f"action:{NOTIFY}.")
        data: dict[str, Any] = {"title": title, "message": message}
        if extra and name.startswith("mobile_app_"):
            data["data"] = extra
        await hass.services.async_call(NOTIFY, name, data, blocking=True)
        return
    await hass.services.async_call(
        NOTIFY,
        "send_message",
        {"entity_id": target, "title": title, "message": message},
        blocking=True,
    )

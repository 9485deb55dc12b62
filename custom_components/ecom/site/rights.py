"""Who a member is among the users of Home Assistant."""

from homeassistant.core import HomeAssistant

from .members import MemberConfig


def member_users(hass: HomeAssistant, config: MemberConfig) -> set[str]:
    """Return the ids of the users that a member is: the one named, and that of the person."""
    person = None if config.person is None else hass.states.get(config.person)
    named = None if person is None else person.attributes.get("user_id")
    return {each for each in (config.user, named) if each}

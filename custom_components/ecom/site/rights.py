"""Who may ask about a member, and set a member's limit: the member's own users."""

from typing import Final

from homeassistant.core import HomeAssistant, callback

from .members import MemberConfig

USER_ID: Final = "user_id"
"""The attribute by which a person entity names its user."""


@callback
def member_users(hass: HomeAssistant, config: MemberConfig) -> set[str]:
    """Return the ids of the users that a member is: the one it names, and its person's."""
    found = {config.user} if config.user else set()
    person = hass.states.get(config.person) if config.person else None
    if person is not None and (user := person.attributes.get(USER_ID)):
        found.add(str(user))
    return found

"""Who may ask about a member, and set a member's limit: the member's own users."""

from homeassistant.const import ATTR_USER_ID
from homeassistant.core import HomeAssistant, callback

from .members import MemberConfig


@callback
def member_users(hass: HomeAssistant, config: MemberConfig) -> set[str]:
    """Return the ids of the users that a member is: the one it names, and its person's."""
    found = {config.user} if config.user else set()
    person = hass.states.get(config.person) if config.person else None
    if person is not None and (user := person.attributes.get(ATTR_USER_ID)):
        found.add(str(user))
    return found

"""Who may ask: administrators and automations everything, a member about what is theirs."""

from homeassistant.auth.models import User
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError

from ..const import DOMAIN
from ..site.picture import Picture
from ..site.rights import member_users


async def is_administrator(call: ServiceCall) -> bool:
    """Return whether a call may do all: an administrator's, or one that no user made."""
    if call.context.user_id is None:
        return True
    user = await _user(call)
    return user is not None and user.is_admin


async def own_members(picture: Picture, call: ServiceCall) -> list[str]:
    """Return the ids of the members that the caller is; one who is locked out is nobody."""
    user = await _user(call)
    return [
        key
        for key, each in picture.members.items()
        if user is not None and user.id in member_users(call.hass, each.config)
    ]


async def is_allowed(picture: Picture, call: ServiceCall, member: str) -> bool:
    """Return whether the caller may ask about a member."""
    return await is_administrator(call) or member in await own_members(picture, call)


async def _user(call: ServiceCall) -> User | None:
    """Return the user who made a call, None if that is nobody who may do anything."""
    user = await call.hass.auth.async_get_user(call.context.user_id or "")
    return user if user is not None and user.is_active else None


async def check_allowed(picture: Picture, call: ServiceCall, member: str) -> None:
    """See that the caller may ask about a member."""
    if not await is_allowed(picture, call, member):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_yours")


async def check_administrator(call: ServiceCall) -> None:
    """See that the caller is an administrator, or no user at all."""
    if not await is_administrator(call):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="only_administrators"
        )

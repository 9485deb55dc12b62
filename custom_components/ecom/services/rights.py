"""Who may ask: administrators and automations everything, a member about what is theirs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from homeassistant.auth.models import User
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

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


def about(picture: Picture, part: str, start: datetime, end: datetime) -> Iterable[str]:
    """Return the members that a part tells of in a period: itself, or who had the meter then."""
    if part in picture.members:
        return [part]
    if part not in picture.meters:
        return []
    since, until = (dt_util.as_local(at).date() for at in (start, end - timedelta(milliseconds=1)))
    return [
        person.key
        for person in picture.holders(part)
        if person.lives(since, until + timedelta(days=1))
    ]


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

"""Who may ask: administrators and automations everything, a member about what is theirs."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from homeassistant.auth.models import User
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..site.picture import Person, Picture
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


def refusal(
    picture: Picture, mine: Iterable[str], part: str, start: datetime, end: datetime
) -> str | None:
    """Return why those who are the members ``mine`` may not ask about a part, as a text's key.

    Of a meter that members have they may on days that were theirs, all of them: on others it
    was another's, or nobody's. A meter that none has is everybody's.
    """
    if part in picture.members:
        return None if part in mine else "not_yours"
    people = picture.holders(part) if part in picture.meters else []
    since, last = (dt_util.as_local(at).date() for at in (start, end - timedelta(milliseconds=1)))
    until = last + timedelta(days=1)
    living = [person for person in people if person.lives(since, until)]
    if any(person.key not in mine for person in living):
        return "not_yours"
    return None if not people or _everyday(living, since, until) else "nobodys_days"


def _everyday(people: Iterable[Person], since: date, until: date) -> bool:
    """Return whether somebody is there on each of the days ``[since, until)``."""
    for first, after in sorted(person.days(since, until) for person in people):
        if first <= since:
            since = max(since, after)
    return since >= until


async def check_theirs(
    picture: Picture, call: ServiceCall, parts: Iterable[str], start: datetime, end: datetime
) -> None:
    """See that the caller may ask about each part in a period."""
    if await is_administrator(call):
        return
    mine = await own_members(picture, call)
    for part in parts:
        if key := refusal(picture, mine, part, start, end):
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key=key)


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

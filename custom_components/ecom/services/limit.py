"""A limit for a member: by administrators, and by the member."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import probatio
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.limits import AtLimit, Limit, Measure, Span
from ..site.figures import MemberFigures
from ..site.members import MemberConfig
from ..site.rights import member_users
from ..site.runtime import SiteRuntime
from .asking import ATTR_ENTITIES, site_of

SET_LIMIT: Final = "set_limit"

ATTR_AMOUNT: Final = "amount"
ATTR_AT_LIMIT: Final = "at_limit"
ATTR_MEASURE: Final = "measure"
ATTR_MEMBER: Final = "member"
ATTR_SPAN: Final = "span"
ATTR_STEPS: Final = "steps"

USUAL_STEPS: Final = (80,)
LARGEST: Final = Decimal(10) ** 9
ALL: Final = 100


def _at_limit(stated: object) -> AtLimit:
    """Return what is stated; ``off`` without quotes is no text in YAML, but a false."""
    return AtLimit.OFF if stated is False else AtLimit(str(stated))


LIMIT: Final = probatio.Schema(
    {
        probatio.Optional(ATTR_MEMBER): cv.string,
        probatio.Optional(ATTR_ENTITIES): cv.entity_id,
        probatio.Optional(ATTR_AMOUNT): object,
        probatio.Required(ATTR_MEASURE, default=Measure.KWH): probatio.Coerce(Measure),
        probatio.Required(ATTR_SPAN, default=Span.DAY): probatio.Coerce(Span),
        probatio.Required(ATTR_AT_LIMIT, default=AtLimit.WARN): _at_limit,
        probatio.Optional(ATTR_STEPS, default=[*USUAL_STEPS]): cv.ensure_list,
    }
)


async def set_limit(call: ServiceCall) -> ServiceResponse:
    """Give a member a limit, or take it away; return it, and how much of it is used."""
    site = site_of(call.hass)
    member_id = _member_of(site, call)
    await _check_right(site, member_id, call)
    books = site.books
    books.household.limits.set(member_id, _limit_of(call.data))
    await books.publisher.publish()
    if not call.return_response:
        return None
    figures = books.publisher.data.members.get(member_id, MemberFigures())
    return {ATTR_MEMBER: site.members[member_id].title, **_answer(figures)}


def _member_of(site: SiteRuntime, call: ServiceCall) -> str:
    """Return the id of the member that is named, or that an entity belongs to."""
    name: str | None = call.data.get(ATTR_MEMBER)
    entity_id: str | None = call.data.get(ATTR_ENTITIES)
    if (name is None) == (entity_id is None):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="member_needed")
    if entity_id is not None:
        entity = er.async_get(call.hass).async_get(entity_id)
        subentry_id = None if entity is None else entity.config_subentry_id
        if subentry_id is None or subentry_id not in site.members:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_member_of_entity",
                translation_placeholders={"entity": entity_id},
            )
        return subentry_id
    return _named(site, name or "")


def _named(site: SiteRuntime, name: str) -> str:
    """Return the id of the one member of a name, as a person may write it."""
    wanted = name.strip().casefold()
    found = [key for key, each in site.members.items() if each.title.strip().casefold() == wanted]
    if len(found) != 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="member_ambiguous" if found else "no_such_member",
            translation_placeholders={"member": name},
        )
    return found[0]


async def _check_right(site: SiteRuntime, member_id: str, call: ServiceCall) -> None:
    """See that the caller may: automations and administrators all, others their own."""
    if call.context.user_id is None:
        return
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is not None and user.is_active:
        config = MemberConfig.of(site.members[member_id])
        if user.is_admin or user.id in member_users(call.hass, config):
            return
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_your_limit")


def _limit_of(data: Mapping[str, Any]) -> Limit | None:
    """Return the limit that is asked for, None if there shall be none."""
    if data.get(ATTR_AMOUNT) in (None, ""):
        return None
    amount = _number(data[ATTR_AMOUNT])
    if amount is None or not 0 <= amount <= LARGEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="limit_amount_wrong"
        )
    steps = [_number(each) for each in data[ATTR_STEPS]]
    if any(each is None or not 0 < each <= ALL for each in steps):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="limit_steps_wrong")
    return Limit(
        amount=amount,
        measure=data[ATTR_MEASURE],
        span=data[ATTR_SPAN],
        at_limit=data[ATTR_AT_LIMIT],
        steps=tuple(sorted({each / ALL for each in steps if each is not None})),
    )


def _number(stated: object) -> Decimal | None:
    """Return a number exactly as it was written, None if it is none."""
    if isinstance(stated, bool):
        return None
    try:
        number = Decimal(str(stated).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _answer(figures: MemberFigures) -> dict[str, Any]:
    limit = figures.limit
    if limit is None:
        return {"limit": None}
    return {
        "limit": {
            ATTR_AMOUNT: float(limit.amount),
            ATTR_MEASURE: limit.measure.value,
            ATTR_SPAN: limit.span.value,
            ATTR_AT_LIMIT: limit.at_limit.value,
            ATTR_STEPS: [float(step * ALL) for step in limit.steps],
        },
        "used": None if figures.used is None else float(figures.used),
        "share": None if figures.share is None else round(float(figures.share), 4),
        "until": None if figures.until is None else dt_util.as_local(figures.until).isoformat(),
    }

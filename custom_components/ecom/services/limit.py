"""A limit for a member: by administrators, and by the member."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import probatio
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..core.limits import AtLimit, Limit, Measure, Span
from ..site.figures import MemberFigures
from ..site.picture import Picture
from ..site.runtime import SiteRuntime
from .asking import ATTR_ENTITIES, ATTR_MEMBER, site_of
from .naming import member_named, part_of
from .rights import is_allowed

SET_LIMIT: Final = "set_limit"

ATTR_AMOUNT: Final = "amount"
ATTR_AT_LIMIT: Final = "at_limit"
ATTR_MEASURE: Final = "measure"
ATTR_SPAN: Final = "span"
ATTR_STEPS: Final = "steps"

USUAL_STEPS: Final = (80,)
SMALLEST: Final = Decimal("0.001")
"""Of an amount that is more than nothing, and of a step: what is finer is a mistake."""
LARGEST: Final = Decimal(10) ** 9
DIGITS: Final = 9
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
    picture = site.statements.picture()
    member_id = _member_of(site, picture, call)
    if not await is_allowed(picture, call, member_id):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_your_limit")
    books = site.books
    books.household.limits.set(member_id, _limit_of(call.data))
    await books.publisher.publish()
    if not call.return_response:
        return None
    figures = books.publisher.data.members.get(member_id, MemberFigures())
    return {ATTR_MEMBER: picture.members[member_id].name, **_answer(figures)}


def _member_of(site: SiteRuntime, picture: Picture, call: ServiceCall) -> str:
    """Return the id of the member that is named, or that an entity belongs to."""
    name: str | None = call.data.get(ATTR_MEMBER)
    entity_id: str | None = call.data.get(ATTR_ENTITIES)
    if (name is None) == (entity_id is None):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="member_needed")
    if entity_id is None:
        return member_named(picture, name or "")
    part = part_of(call.hass, site, picture, entity_id)
    if part not in picture.members:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_member_of_entity",
            translation_placeholders={"entity": entity_id},
        )
    return part


def _limit_of(data: Mapping[str, Any]) -> Limit | None:
    """Return the limit that is asked for, None if there shall be none."""
    if data.get(ATTR_AMOUNT) in (None, ""):
        return None
    amount = _number(data[ATTR_AMOUNT])
    if amount is None or not (amount == 0 or SMALLEST <= amount <= LARGEST):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="limit_amount_wrong"
        )
    steps = [_number(each) for each in data[ATTR_STEPS]]
    if any(each is None or not SMALLEST <= each <= ALL for each in steps):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="limit_steps_wrong")
    return Limit(
        amount=round(amount, DIGITS),
        measure=data[ATTR_MEASURE],
        span=data[ATTR_SPAN],
        at_limit=data[ATTR_AT_LIMIT],
        steps=tuple(sorted({round(each, DIGITS) / ALL for each in steps if each is not None})),
    )


def _number(stated: object) -> Decimal | None:
    """Return a number as it was written, None if it is none."""
    if isinstance(stated, bool):
        return None
    try:
        number = Decimal(str(stated).strip().replace(",", "."))
    except InvalidOperation, ValueError:  # A whole number may be too long to be written.
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

"""A statement of what somebody bears: a draft, or one that is issued."""

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import probatio
from homeassistant.core import ServiceCall, ServiceResponse, valid_entity_id
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, SITE_UID
from ..core.billing.snapshot import StatementError
from ..core.billing.statement import Language
from ..site.groups import is_trunk
from ..site.picture import Picture
from ..site.statement_answer import draft_answer, issued_answer, refusal
from ..site.statement_maker import Asked
from ..site.statement_runs import Days
from ..site.statements import Statements, last_month
from .asking import AHEAD, ATTR_END, ATTR_MEMBER, ATTR_START, EARLIEST, site_of
from .naming import member_named, part_of
from .rights import check_administrator, check_allowed, is_administrator, own_members

GET_STATEMENT: Final = "get_statement"
ATTR_ACCEPT: Final = "accept_unpriced"
ATTR_ISSUE: Final = "issue"
ATTR_LANGUAGE: Final = "language"
ATTR_NUMBER: Final = "number"
ATTR_SITE: Final = "site"

LONGEST: Final = timedelta(days=3 * 366)

STATEMENT: Final = probatio.Schema(
    {
        probatio.Optional(ATTR_MEMBER): cv.string,
        probatio.Optional(ATTR_SITE, default=False): cv.boolean,
        probatio.Optional(ATTR_START): cv.date,
        probatio.Optional(ATTR_END): cv.date,
        probatio.Optional(ATTR_LANGUAGE): probatio.Coerce(Language),
        probatio.Optional(ATTR_ISSUE, default=False): cv.boolean,
        probatio.Optional(ATTR_ACCEPT, default=False): cv.boolean,
        probatio.Optional(ATTR_NUMBER): cv.string,
    }
)


async def get_statement(call: ServiceCall) -> ServiceResponse:
    """Return a statement: one that was issued as it was, else a draft."""
    statements = site_of(call.hass).statements
    try:
        if ATTR_NUMBER in call.data:
            return await _numbered(call, statements)
        return await _asked(call, statements)
    except sqlite3.Error as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="quarters_unreadable"
        ) from err
    except StatementError as err:
        key, placeholders = refusal(err, statements.picture())
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
        ) from err


async def _numbered(call: ServiceCall, statements: Statements) -> ServiceResponse:
    """Return what was issued under a number; who may not see it is told that there is none."""
    found, picture = await statements.numbered(call.data[ATTR_NUMBER]), statements.picture()
    if found is None or not (
        await is_administrator(call) or found.party in await own_members(picture, call)
    ):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_such_statement",
            translation_placeholders={"number": call.data[ATTR_NUMBER]},
        )
    return issued_answer(found)


async def _asked(call: ServiceCall, statements: Statements) -> ServiceResponse:
    picture = statements.picture()
    party = await _party(call, picture)
    if party == SITE_UID or call.data[ATTR_ISSUE]:
        await check_administrator(call)
    else:
        await check_allowed(picture, call, party)
    asked = Asked(
        party=party,
        days=_days(call.data),
        language=call.data.get(ATTR_LANGUAGE, Language(picture.options.language)),
    )
    if call.data[ATTR_ISSUE]:
        issued, _ = await statements.issue(asked, accept_unpriced=call.data[ATTR_ACCEPT])
        return issued_answer(issued)
    if (found := await statements.last(asked)) is not None:
        return issued_answer(found)
    return draft_answer(await statements.draft(asked), picture, whole=party == SITE_UID)


async def _party(call: ServiceCall, picture: Picture) -> str:
    """Return whose statement is asked for: where nobody is named, the caller's own."""
    named = call.data.get(ATTR_MEMBER)
    if call.data[ATTR_SITE]:
        return SITE_UID
    if named is None:
        mine = await own_members(picture, call)
        if len(mine) != 1:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="statement_of_nobody"
            )
        return mine[0]
    if not valid_entity_id(named):
        return member_named(picture, named)
    part = part_of(call.hass, site_of(call.hass), picture, named)
    if part in picture.meters and is_trunk(picture.meters[part]):
        return SITE_UID
    if part not in picture.members:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_such_member",
            translation_placeholders={"member": named},
        )
    return part


def _days(data: Mapping[str, Any]) -> Days:
    """Return the days that are asked for, the last month that is over if none are.

    A month that is not over is that up to today.
    """
    today = dt_util.now().date()
    tomorrow = today + timedelta(days=1)
    usual = last_month(today)
    since: date | None = data.get(ATTR_START)
    until: date | None = data.get(ATTR_END)
    if not all(EARLIEST.date() <= day < today + AHEAD for day in (since, until) if day is not None):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_such_time")
    if since is None:
        since = usual.since if until is None else (until - timedelta(days=1)).replace(day=1)
    if until is None:
        after = (since.replace(day=1) + timedelta(days=32)).replace(day=1)
        until = min(after, tomorrow) if since <= today else after
    fault = None
    if since >= until:
        fault = "end_before_start"
    elif until > tomorrow:
        fault = "statement_future"
    elif until - since > LONGEST:
        fault = "statement_too_long"
    elif data[ATTR_ISSUE] and until > today:
        fault = "statement_not_over"
    if fault is not None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key=fault)
    return Days(since=since, until=until)

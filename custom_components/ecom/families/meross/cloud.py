"""One log-in to a Meross account, which tells the key of its devices; nothing else of it is kept.

The library's own log-in opens a session of its own, follows any address that it is sent to,
writes credentials into the environment and tokens into debug logs. This one posts to Meross's
log-in hosts alone, and logs out again at once: the key outlives the token. This module is pure.
"""

import json
import secrets
import time
from base64 import b64encode
from contextlib import suppress
from hashlib import md5
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from ...errors import CannotConnect, EcomError, InvalidAuth

BASE_URL: Final = "https://iotx-eu.meross.com"
"""Where a log-in begins; an account of another region is sent on from there."""

LOGIN: Final = "/v1/Auth/signIn"
LOGOUT: Final = "/v1/Profile/logout"
TIMEOUT_S: Final = 20.0
_MOST_OCTETS: Final = 64 * 1024
_REGIONS: Final = 2

_SALT: Final = "23x17ahWarFH6w29"
"""What every client signs with; it is in all of them, and no secret."""

DONE: Final = 0
OTHER_REGION: Final = 1030
WRONG_CODE: Final = 1032
CODE_NEEDED: Final = 1033
REFUSED: Final = frozenset({1000, 1001, 1002, 1003, 1004, 1005, 1006, 1008})
TOO_OFTEN: Final = frozenset({1028, 1042, 1301})

type Json = dict[str, Any]


class CodeNeeded(InvalidAuth):
    """The account asks for the code of an authenticator as well."""


class CodeWrong(InvalidAuth):
    """The code was not, or is no longer, right."""


class TriedTooOften(CannotConnect):
    """The account is locked for some hours, after too many log-ins."""


def is_trusted(url: str) -> bool:
    """Return whether a password may go there: to a host of Meross's, encrypted."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" and host.endswith(".meross.com") and "@" not in parts.netloc


async def fetch_key(
    session: ClientSession, email: str, password: str, code: str | None = None
) -> str:
    """Log in, and return the key of the account's devices; log out again.

    ``code`` is that of an authenticator, if the account asks for one. Raises InvalidAuth,
    or CodeNeeded or CodeWrong, if the account is refused, TriedTooOften or another
    CannotConnect if it cannot be told.
    """
    params: Json = {
        "email": email,
        "password": _md5(password),
        "accountCountryCode": "",
        "encryption": 1,
        "agree": 0,
        "mobileInfo": {
            "deviceModel": "ECOM",
            "mobileOsVersion": "",
            "mobileOs": "Home Assistant",
            "uuid": secrets.token_hex(16),
            "carrier": "",
        },
    }
    if code is not None:
        params["mfaCode"] = code
    base = BASE_URL
    for _ in range(_REGIONS):
        status, data = await _post(session, f"{base}{LOGIN}", params)
        if status != OTHER_REGION:
            break
        base = _region(data)
    _check(status)
    key, token = data.get("key"), data.get("token")
    if isinstance(token, str) and token:
        with suppress(EcomError):
            await _post(session, f"{base}{LOGOUT}", {}, token)
    if not isinstance(key, str) or not key:
        raise CannotConnect("the account tells no key")
    return key


def _region(data: Json) -> str:
    """Return where the account is at home; raises CannotConnect if that is not Meross."""
    domain = data.get("domain")
    url = domain.rstrip("/") if isinstance(domain, str) else ""
    url = url if "://" in url else f"https://{url}"
    if not is_trusted(url):
        raise CannotConnect("the log-in was sent on to a host that is not Meross's")
    return url


def _check(status: int | None) -> None:
    """Raise the error that a status is, if it is one."""
    if status == DONE:
        return
    if status == CODE_NEEDED:
        raise CodeNeeded("the account asks for a code")
    if status == WRONG_CODE:
        raise CodeWrong("the code is wrong")
    if status in REFUSED:
        raise InvalidAuth("the account is refused")
    if status in TOO_OFTEN:
        raise TriedTooOften("too many log-ins")
    number = "without a number" if status is None else status
    raise CannotConnect(f"the log-in is answered with error {number}")


async def _post(
    session: ClientSession, url: str, params: Json, token: str | None = None
) -> tuple[int | None, Json]:
    """Return status and data of an answer; raises CannotConnect."""
    encoded = b64encode(json.dumps(params).encode()).decode()
    stamp, nonce = int(time.time() * 1000), secrets.token_hex(8).upper()
    body = {
        "params": encoded,
        "sign": _md5(f"{_SALT}{stamp}{nonce}{encoded}"),
        "timestamp": stamp,
        "nonce": nonce,
    }
    headers = {
        "Authorization": "Basic" if token is None else f"Basic {token}",
        "vender": "meross",  # codespell:ignore vender - as the interface spells it
        "AppVersion": "1",
        "AppType": "ECOM",
        "AppLanguage": "EN",
        "User-Agent": "ECOM",
    }
    try:
        async with session.post(
            url,
            json=body,
            headers=headers,
            timeout=ClientTimeout(total=TIMEOUT_S),
            allow_redirects=False,
        ) as response:
            if response.status != HTTPStatus.OK:
                raise CannotConnect(f"the log-in is answered with HTTP status {response.status}")
            answer = json.loads(await response.content.read(_MOST_OCTETS))
    except TimeoutError:
        raise CannotConnect("the log-in is not answered in time") from None
    except (ClientError, OSError, ValueError, RecursionError) as err:
        raise CannotConnect(f"the log-in is not answered ({type(err).__name__})") from None
    if not isinstance(answer, dict):
        raise CannotConnect("the log-in is answered with something else")
    data = answer.get("data")
    status = answer.get("apiStatus")
    return status if isinstance(status, int) else None, data if isinstance(data, dict) else {}


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()

"""A stand-in for Meross's log-in, on a real socket (SYNTHETIC: made after public clients)."""

import base64
import json
from hashlib import md5
from typing import Any, Self

from aiohttp import web

from custom_components.ecom.families.meross import cloud

SALT = "23x17ahWarFH6w29"
EMAIL, PASSWORD, CODE = "anna@example.org", "correct horse", "123456"
TOKEN = "token-that-nobody-may-see"
WRONG_PASSWORD = 1004


class CloudServer:
    """An account of one region; what it answers can be changed while it runs."""

    def __init__(self, key: str, *, code: str | None = None) -> None:
        """Take the key that its account has, and the code that protects it."""
        self.key = key
        self.code = code
        self.status: int | None = None  # whatever is asked
        self.home: str | None = None  # where the account lives, if not here
        self.raw: web.Response | None = None
        self.logins: list[dict[str, Any]] = []
        self.logouts: list[str] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_post(cloud.LOGIN, self._login)
        app.router.add_post(cloud.LOGOUT, self._logout)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    async def _login(self, request: web.Request) -> web.Response:
        params = _params(await request.json())
        self.logins.append(params)
        if self.raw is not None:
            return self.raw
        status = self._status(params) if self.status is None else self.status
        if status == cloud.OTHER_REGION:
            return _answer(status, {"domain": self.home, "mqttDomain": "x"})
        done = {"key": self.key, "token": TOKEN, "userid": "1"}
        return _answer(status, done if status == cloud.DONE else None)

    def _status(self, params: dict[str, Any]) -> int:
        if self.home is not None:
            return cloud.OTHER_REGION
        if params["email"] != EMAIL or params["password"] != _md5(PASSWORD):
            return WRONG_PASSWORD
        if self.code is None or params.get("mfaCode") == self.code:
            return cloud.DONE
        return cloud.WRONG_CODE if "mfaCode" in params else cloud.CODE_NEEDED

    async def _logout(self, request: web.Request) -> web.Response:
        _params(await request.json())
        self.logouts.append(request.headers["Authorization"])
        return _answer(cloud.DONE)


def _params(body: dict[str, Any]) -> dict[str, Any]:
    """Return what was sent, once its signature was checked."""
    signed = f"{SALT}{body['timestamp']}{body['nonce']}{body['params']}"
    assert body["sign"] == _md5(signed)
    found: dict[str, Any] = json.loads(base64.b64decode(body["params"]))
    return found


def _answer(status: int, data: dict[str, Any] | None = None) -> web.Response:
    return web.json_response({"apiStatus": status, "sysStatus": 0, "data": data, "info": ""})


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()

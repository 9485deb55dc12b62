"""What a browser does with a Home Assistant: log in, run a config flow, read states."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Self

import aiohttp

USER: Final = {"name": "Demo", "username": "demo", "password": "demo"}
POLL_SECONDS: Final = 0.5
UP: Final = (200, 400)  # who may log in, or that there is no user yet
FLOWS: Final = "/api/config/config_entries/flow"

type Json = dict[str, Any]


class ApiError(Exception):
    """Home Assistant answered something else than hoped for."""


class Api:
    """A session with one Home Assistant."""

    def __init__(self, url: str) -> None:
        """Point at an instance; ``log_in`` opens it."""
        self.url = url
        self._session = aiohttp.ClientSession()
        self._token = ""

    async def __aenter__(self) -> Self:
        """Return the session."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the session."""
        await self._session.close()

    async def wait_until_up(self, seconds: float) -> None:
        """Wait until it answers at all."""
        async with asyncio.timeout(seconds):
            while True:
                with suppress(aiohttp.ClientError):
                    async with self._session.get(f"{self.url}/auth/providers") as answer:
                        if answer.status in UP:
                            return
                await asyncio.sleep(POLL_SECONDS)

    async def wait_until_running(self, seconds: float) -> None:
        """Wait until everything is set up."""
        async with asyncio.timeout(seconds):
            while (await self.get("/api/config"))["state"] != "RUNNING":
                await asyncio.sleep(POLL_SECONDS)

    async def log_in(self, language: str = "en") -> None:
        """Create the demo's user the first time, and log in."""
        if await self._is_new():
            client = {"client_id": f"{self.url}/", "language": language}
            answer = await self._json("POST", "/api/onboarding/users", json={**USER, **client})
            code = answer["auth_code"]
        else:
            code = await self._login_code()
        grant = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": f"{self.url}/",
        }
        self._token = (await self._json("POST", "/auth/token", data=grant))["access_token"]

    async def get(self, path: str) -> Any:
        """Return the JSON at a path."""
        return await self._json("GET", path)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Post JSON and return the answer's."""
        return await self._json("POST", path, json=dict(body))

    async def delete(self, path: str) -> Any:
        """Delete what is at a path."""
        return await self._json("DELETE", path)

    async def entries(self) -> list[Json]:
        """Return ECOM's config entries."""
        found: list[Json] = await self.get("/api/config/config_entries/entry?domain=ecom")
        return found

    async def run_flow(self, answers: Mapping[str, Json]) -> Json:
        """Add a source of ECOM; ``answers`` are given by the step that asks for them."""
        result: Json = await self.post(FLOWS, {"handler": "ecom"})
        while result["type"] not in ("create_entry", "abort"):
            path = f"{FLOWS}/{result['flow_id']}"
            if result["type"] == "progress":
                await asyncio.sleep(POLL_SECONDS)
                result = await self.get(path)
            elif result["type"] == "progress_done":
                result = await self.post(path, {})
            elif result.get("errors") or result["step_id"] not in answers:
                raise ApiError(f"step {result['step_id']}: {result.get('errors')}")
            else:
                result = await self.post(path, answers[result["step_id"]])
        return result

    async def call(self, command: str, **fields: Any) -> Any:
        """Run one command of the WebSocket API and return its result."""
        async with self._session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            if (await socket.receive_json())["type"] != "auth_ok":
                raise ApiError("the token was refused")
            await socket.send_json({"id": 1, "type": command, **fields})
            answer = await socket.receive_json()
            if not answer["success"]:
                raise ApiError(str(answer["error"]))
            return answer["result"]

    async def _is_new(self) -> bool:
        """Return whether there is no user yet; once there is, nothing answers here."""
        try:
            steps = await self._json("GET", "/api/onboarding")
        except ApiError:
            return False
        return any(step["step"] == "user" and not step["done"] for step in steps)

    async def _login_code(self) -> str:
        start = {
            "client_id": f"{self.url}/",
            "handler": ["homeassistant", None],
            "redirect_uri": f"{self.url}/",
        }
        flow = await self._json("POST", "/auth/login_flow", json=start)
        answer = {
            "client_id": f"{self.url}/",
            "username": USER["username"],
            "password": USER["password"],
        }
        done = await self._json("POST", f"/auth/login_flow/{flow['flow_id']}", json=answer)
        return str(done["result"])

    async def _json(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(
            method, f"{self.url}{path}", headers=headers, **body
        ) as answer:
            if not answer.ok:
                raise ApiError(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json()

"""Servers that answer what no Shelly would."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from scripts.simulators.shelly_methods import answer
from scripts.simulators.shelly_server import ShellyServer

type Reply = Callable[[dict[str, Any]], str | bytes | None]


@asynccontextmanager
async def page(handler: Callable[[web.Request], Any]) -> AsyncIterator[int]:
    """Serve one handler for every path; give the port."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def talker(shelly: ShellyServer, reply: Reply) -> AsyncIterator[int]:
    """Serve a device that identifies itself as it should, and whose frames a test makes up."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path != "/rpc":
            return web.json_response(shelly.device.info)
        client = web.WebSocketResponse()
        await client.prepare(request)
        async for message in client:
            if message.type is not WSMsgType.TEXT:
                break
            said = reply(json.loads(message.data))
            if isinstance(said, bytes):
                await client.send_bytes(said)
            elif said is not None:
                await client.send_str(said)
        return client

    async with page(handler) as port:
        yield port


def honest(shelly: ShellyServer, call: dict[str, Any]) -> str:
    """Return the frame with which a device answers a call."""
    result = answer(shelly.device, call["method"], call.get("params"))
    return json.dumps({"id": call["id"], "src": shelly.device.id, "result": result})

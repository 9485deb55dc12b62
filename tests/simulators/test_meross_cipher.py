"""The simulated Meross device signs and enciphers as meross-iot does."""

import json

import pytest
from aiohttp import ClientError, ClientSession

from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import KEY, MerossServer
from scripts.simulators.meross_trace import made_up_plug
from scripts.simulators.meross_wire import Aes, sign
from tests.simulators.merosses import (
    DeviceError,
    Lan,
    connect,
)

CIPHER = (
    "gePqxtXDpIP7WxDr58cVLfr8OHjfRBsIJU+4hbVu/WS/L4gMok2Chg1b+L67nBL3VnY0jwj4QZsXVONaZHZ0OCRMV2JernpE"
    "ctRJ3sOJmtEi1s4A1ajUjem/LqXq95+oyKij7nSNiRIxGg7iGugZesZQmVctcFYWiWuRNL8bmgKdetJ3f9FXd2AXu3Psaz8g"
    "ECOankmRQEwdO+a/7Wpgzz/3d4TiRn7N/ZHjnJJnTG+Vx0cwTAH/ldlW5f/19W3TR/Xh8W6QJUdL8c+REl7ae86mgC1B7Ugs"
    "HuB517Zf0faaORHkhtcQn9Te9iZBayy2yq0Rx5PHXCe3QVkN47dDHoOl745LO4dk1Br5zFtT8bxFawS2REwZZVq+DuBJ2lP3"
    "pFxCvBGWejjYT22g6efq0A=="
)

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_wrong_key_is_told(encrypted: bool, session: ClientSession) -> None:  # noqa: FBT001 - a case
    """Error 5001, to the one question that every device answers in plain."""
    async with MerossServer(MerossDevice(encrypted=encrypted)) as server:
        with pytest.raises(DeviceError) as raised:
            await connect(session, server, key="f" * 32)
        assert raised.value.code == 5001
        server.key = "f" * 32
        assert (await connect(session, server, key="f" * 32)).is_on()


async def test_who_encrypts_is_deaf_to_plain_words(session: ClientSession) -> None:
    """It hangs up on them, its abilities excepted; and on another key's cipher."""
    async with MerossServer(MerossDevice(encrypted=True)) as server:
        lan = Lan(session, server.address, KEY)
        assert "Appliance.Encrypt.ECDHE" in (await lan.ask("Appliance.System.Ability"))["ability"]
        with pytest.raises(ClientError):
            await lan.ask("Appliance.System.All")
        plug = await connect(session, server)
        plug.set_encryption_key(plug.uuid, "e" * 32, plug.mac_address)
        with pytest.raises(ClientError):
            await plug.async_update()


async def test_half_of_an_encryption_forces_nobody(session: ClientSession) -> None:
    """The trace of an hp110a has ``ECDHE`` without ``Suite``, and plain messages."""
    trace = made_up_plug()
    trace.ability["Appliance.Encrypt.ECDHE"] = {}
    async with MerossServer(MerossDevice(trace)) as server:
        assert not server.device.encrypted
        assert "all" in await Lan(session, server.address, KEY).ask("Appliance.System.All")
        body = Aes(server.device.uuid, server.device.mac, KEY).encrypt('{"header": 1}')
        with pytest.raises(ClientError):
            await session.post(f"http://{server.address}/config", data=body)


def test_the_cipher_is_that_of_the_published_vector() -> None:
    """Key, signature and body as stated with the facts, made by meross-iot."""
    key = "0123456789abcdef0123456789abcdef"
    cipher = Aes("2101010000000000000048e1e9000001", "48:e1:e9:00:00:01", key)
    message = json.loads(cipher.decrypt(CIPHER))
    header = message["header"]
    assert header["sign"] == sign(header["messageId"], key, header["timestamp"])
    assert cipher.encrypt(json.dumps(message, separators=(",", ":"))) == CIPHER

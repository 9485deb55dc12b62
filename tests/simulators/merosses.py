"""A client of Meross devices on the LAN: meross-iot's classes, and a transport of our own."""

import json
import logging
import ssl
from datetime import UTC, datetime
from typing import Any, override

from aiohttp import ClientSession, ClientTimeout

_HANDLERS = list(logging.getLogger().handlers)

from meross_iot import device_factory  # noqa: E402 - its import adds a handler to the root logger
from meross_iot.controller.device import BaseDevice  # noqa: E402 - as above
from meross_iot.manager import MerossManager  # noqa: E402 - as above
from meross_iot.model.credentials import MerossCloudCreds  # noqa: E402 - as above
from meross_iot.model.enums import Namespace  # noqa: E402 - as above
from meross_iot.model.http.device import HttpDeviceInfo  # noqa: E402 - as above

logging.getLogger().handlers[:] = _HANDLERS

from scripts.simulators.meross_device import MerossDevice  # noqa: E402 - as above
from scripts.simulators.meross_server import KEY, MerossServer  # noqa: E402 - as above
from scripts.simulators.meross_trace import read_trace  # noqa: E402 - as above
from scripts.tools.pure import ROOT  # noqa: E402 - as above
from tests.simulators.clocks import Clock  # noqa: E402 - as above

FIXTURES = ROOT / "tests" / "fixtures" / "meross"
MSS305 = "mss305_8.3.15_2025-02-17.json"
MSS310 = "mss310_2.1.17_2024-03-10.csv"
STRIP = "mss425f_6.1.8.csv"
EM06 = "em06_2.3.8.json"


class DeviceError(Exception):
    """The device answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        """Keep its code."""
        super().__init__(error)
        self.code = error["code"]


class _Account:
    """Stands in for the cloud, of which only the key is used."""

    def __init__(self, key: str) -> None:
        self.cloud_credentials = MerossCloudCreds(
            token="",
            key=key,
            user_id="1",
            user_email="",
            issued_on=datetime.now(UTC),
            domain="mqtt.invalid",
            mqtt_domain="mqtt.invalid",
        )


class Lan(MerossManager):  # type: ignore[misc]
    """A manager whose only way to a device is HTTP, one message at a time."""

    def __init__(self, session: ClientSession, address: str, key: str) -> None:
        """Know one device by its address, and the key of its owner."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(_Account(key), mqtt_ssl_context=context)
        self.session = session
        self.url = f"http://{address}/config"
        self.timeout = 5.0
        self.cipher: BaseDevice | None = None  # the device, once it is known to encrypt

    @override
    async def async_execute_cmd(
        self,
        mqtt_hostname: str,
        mqtt_port: int,
        destination_device_uuid: str,
        method: str,
        namespace: Namespace | str,
        payload: dict[str, Any],
        timeout: float = 5.0,
        override_transport_mode: object = None,
    ) -> dict[str, Any]:
        """Post a message that the library builds, and return what the answer holds."""
        message, _ = self._build_mqtt_message(method, namespace, payload, destination_device_uuid)
        body = self.cipher.encrypt(message) if self.cipher else message
        limit = ClientTimeout(total=self.timeout)
        async with self.session.post(self.url, data=body, timeout=limit) as response:
            text = await response.text()
        if self.cipher:
            text = self.cipher.decrypt(text.encode()).decode().rstrip("\0")
        answer = json.loads(text)
        if answer["header"]["method"] == "ERROR":
            raise DeviceError(answer["payload"]["error"])
        found: dict[str, Any] = answer["payload"]
        return found

    async def ask(
        self, namespace: str, payload: dict[str, Any] | None = None, method: str = "GET"
    ) -> dict[str, Any]:
        """Return the answer to a message, of which the library need know nothing."""
        return await self.async_execute_cmd("", 0, "", method, namespace, payload or {})


async def connect(session: ClientSession, server: MerossServer, key: str = KEY) -> Any:
    """Return meross-iot's object for a device, made of what the device itself says."""
    lan = Lan(session, server.address, key)
    ability = (await lan.ask("Appliance.System.Ability"))["ability"]
    hardware = server.device.all["system"]["hardware"]
    info = HttpDeviceInfo(
        uuid=hardware["uuid"],
        online_status=1,
        dev_name="Plug",
        device_type=hardware["type"],
        channels=[{} for _ in server.device.toggles],
        fmware_version="",
        hdware_version=hardware["version"],
        domain="mqtt.invalid",
        reserved_domain="mqtt.invalid",
        bind_time=0,
    )
    device_factory._dynamic_types.clear()  # it keeps abilities by model and firmware
    device = device_factory.build_meross_device_from_abilities(info, ability, lan)
    if "Appliance.Encrypt.ECDHE" in ability:
        device.set_encryption_key(hardware["uuid"], key, hardware["macAddress"])
        lan.cipher = device
    await device.async_update()
    return device


def device(name: str, *, live: bool = False, clock: Clock | None = None) -> MerossDevice:
    """Return a recorded device."""
    return MerossDevice(read_trace(FIXTURES / name), live=live, clock=clock)

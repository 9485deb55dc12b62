"""The devices of a server: itself, and a child for each of its inputs."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo

from ....const import DOMAIN
from ....runtime import EcomConfigEntry
from ..client import Address
from ..protocol import Point
from ..settings import CONF_MAC, CONF_UID


def server_device(entry: EcomConfigEntry, address: Address) -> DeviceInfo:
    """Return the server's own device."""
    mac = entry.data.get(CONF_MAC)
    return DeviceInfo(
        identifiers={(DOMAIN, entry.data[CONF_UID])},
        connections={(dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))} if mac else set(),
        name=entry.title,
        manufacturer="Cartelectronic",
        model="WES",
        configuration_url=f"http://{address}/",
    )


def child_device(entry: EcomConfigEntry, point: Point, server_id: str) -> ChildDeviceInfo:
    """Return the device of an input; the user renames it after what is wired to it."""
    return ChildDeviceInfo(
        identifiers={(DOMAIN, f"{entry.data[CONF_UID]}/{point.input}")},
        translation_key=f"wes_{point.kind.name.lower()}",
        translation_placeholders={"server": entry.title, "number": str(point.number)},
        parent_device_id=server_id,
    )


@callback
def register(hass: HomeAssistant, entry: EcomConfigEntry, device: DeviceInfo) -> str:
    """Register the server and return its id: its inputs hang on it, so it must be there first."""
    registry = dr.async_get(hass)
    return registry.async_get_or_create(config_entry_id=entry.entry_id, **device).id


@callback
def note_firmware(hass: HomeAssistant, server_id: str, firmware: str | None) -> None:
    """Show the version that the newest page states."""
    registry = dr.async_get(hass)
    device = registry.async_get(server_id, include_child_devices=False)
    if device is not None and firmware is not None and device.sw_version != firmware:
        registry.async_update_device(server_id, sw_version=firmware)

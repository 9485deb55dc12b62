"""The calls that a simulated Shelly answers. What it does not know is no method (404)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_fixture import Json
from scripts.simulators.shelly_history import History

INVALID, MISSING, EXHAUSTED, FAILED, UNKNOWN = -103, -105, -108, -109, 404
"""Error codes, as Shelly's documentation lists them."""

OPEN: Final = frozenset({"Shelly.GetDeviceInfo"})
"""What is answered to everyone."""

COMMANDS: Final = frozenset({"Switch.Set", "Switch.Toggle"})
PAGE: Final = 5
_DYNAMIC: Final = ("boolean", "number", "text", "enum", "group", "button", "object", "bthome")


class RpcError(Exception):
    """A call that is answered with an error."""

    def __init__(self, code: int, message: str) -> None:
        """Say which one and why."""
        super().__init__(message)
        self.code = code


type Method = Callable[[ShellyDevice, Mapping[str, Any]], Any]


def answer(device: ShellyDevice, method: str, params: Any) -> Any:
    """Return the result of a call; raises RpcError."""
    given = params if isinstance(params, dict) else {}
    if called := _METHODS.get(method.lower()):
        return called(device, given)
    kind, _, verb = method.lower().partition(".")
    if verb in {"getstatus", "getconfig"}:
        content = device.status() if verb == "getstatus" else device.config
        return _component(content, kind, given)
    raise RpcError(UNKNOWN, f"No handler for {method}")


def _component(content: Json, kind: str, params: Mapping[str, Any]) -> Any:
    """Return the part of one component, of which there may be one or several."""
    if kind in content:
        return content[kind]
    if not any(key.startswith(f"{kind}:") for key in content):
        raise RpcError(UNKNOWN, f"No handler for {kind}")
    key = f"{kind}:{_argument(params, 'id')}"
    if key not in content:
        raise RpcError(MISSING, f"Argument 'id', value {params['id']} not found!")
    return content[key]


def _argument(params: Mapping[str, Any], name: str) -> Any:
    if name not in params:
        raise RpcError(INVALID, f"Missing required argument '{name}'!")
    return params[name]


def _components(device: ShellyDevice, params: Mapping[str, Any]) -> Json:
    """Return one page of the components with what is asked for of them."""
    status, config = device.status(), device.config
    keys = sorted(status.keys() | config.keys())
    dynamic = bool(params.get("dynamic_only"))
    if dynamic:
        keys = [key for key in keys if key.startswith(_DYNAMIC)]
    offset = int(params.get("offset", 0))
    include = params.get("include", ["status", "config"] if dynamic else [])
    contents = {"status": status, "config": config}
    page = [
        {"key": key} | {name: contents[name].get(key, {}) for name in include if name in contents}
        for key in keys[offset : offset + PAGE]
    ]
    revision = status["sys"].get("cfg_rev", 0)
    return {"components": page, "cfg_rev": revision, "offset": offset, "total": len(keys)}


def _set(device: ShellyDevice, params: Mapping[str, Any]) -> Json:
    number, on = _argument(params, "id"), _argument(params, "on")
    if not isinstance(on, bool):
        raise RpcError(INVALID, "Argument 'on' is not a boolean!")
    return _switched(device, number, on=on)


def _toggle(device: ShellyDevice, params: Mapping[str, Any]) -> Json:
    number = _argument(params, "id")
    now = device.recorded.get(f"switch:{number}", {}).get("output")
    return _switched(device, number, on=not now)


def _switched(device: ShellyDevice, number: Any, *, on: bool) -> Json:
    try:
        return {"was_on": device.switch(number, "WS_in", on=on)}
    except KeyError as err:
        raise RpcError(MISSING, f"Argument 'id', value {number} not found!") from err


def _history(kind: str, params: Mapping[str, Any], device: ShellyDevice) -> History:
    component = f"{kind}:{_argument(params, 'id')}"
    if component not in device.recorded:
        raise RpcError(MISSING, f"Argument 'id', value {params['id']} not found!")
    return History(device, component)


def _records(kind: str) -> Method:
    def called(device: ShellyDevice, params: Mapping[str, Any]) -> Json:
        return _history(kind, params, device).blocks(int(params.get("ts", 0)))

    return called


def _data(kind: str) -> Method:
    def called(device: ShellyDevice, params: Mapping[str, Any]) -> Json:
        until = params.get("end_ts")
        return _history(kind, params, device).data(
            int(_argument(params, "ts")),
            None if until is None else int(until),
            keys=str(params.get("add_keys", True)).lower() != "false",
        )

    return called


def _configure(device: ShellyDevice, params: Mapping[str, Any]) -> Json:
    """Take a new name; the rest of a device's settings is not for clients of ours."""
    name = _argument(params, "config").get("device", {}).get("name")
    if name is not None:
        device.rename(str(name))
    return {"restart_required": False}


def _names(device: ShellyDevice, params: Mapping[str, Any]) -> Json:
    del params
    kinds = {key.partition(":")[0] for key in device.recorded}
    known = [name for name in _NAMES if name.partition(".")[0].lower() in {*kinds, "shelly"}]
    return {"methods": sorted(known)}


_NAMED: Final[dict[str, Method]] = {
    "Shelly.GetDeviceInfo": lambda device, _: device.info,
    "Shelly.GetConfig": lambda device, _: device.config,
    "Shelly.GetStatus": lambda device, _: device.status(),
    "Shelly.GetComponents": _components,
    "Shelly.ListMethods": _names,
    "Shelly.Reboot": lambda *_: None,  # the server does it, after the answer
    "Sys.SetConfig": _configure,
    "Switch.Set": _set,
    "Switch.Toggle": _toggle,
    "EMData.GetRecords": _records("em"),
    "EMData.GetData": _data("em"),
    "EM1Data.GetRecords": _records("em1"),
    "EM1Data.GetData": _data("em1"),
}
_NAMES: Final = (*_NAMED, "Sys.GetStatus", "Sys.GetConfig", "Switch.GetStatus", "Switch.GetConfig")
_METHODS: Final = {name.lower(): method for name, method in _NAMED.items()}

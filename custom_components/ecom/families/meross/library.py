"""The one place that imports meross-iot, and what keeps that import from having effects.

The library was written to be a program's own: its import gives the root logger a
handler and a level, and its compiler warns once. Neither may reach Home Assistant's log.
Its log-in, which would put credentials into the environment and into debug logs, is
never called; see ``cloud``.
"""

import logging
import warnings
from importlib import import_module
from typing import Any, Final


def _import() -> tuple[Any, Any, Any]:
    """Return what is used of the library, imported without effects.

    ``logging.basicConfig`` does nothing where the root logger has a handler already.
    """
    root, guard = logging.getLogger(), logging.NullHandler()
    root.addHandler(guard)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            manager = import_module("meross_iot.manager")
            encryption = import_module("meross_iot.controller.mixins.encryption")
            mqtt = import_module("meross_iot.utilities.mqtt")
    finally:
        root.removeHandler(guard)
    return (
        manager.MerossManager,
        encryption.EncryptionSuiteMixin,
        mqtt.verify_message_signature,
    )


MerossManager, EncryptionSuite, verify_message_signature = _import()

PRIVATE_METHODS: Final[dict[str, tuple[Any, str]]] = {
    "messages": (MerossManager, "_build_mqtt_message"),
}
"""What is used of the library and not promised by it: the contract tests look at each."""

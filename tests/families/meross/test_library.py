"""What ECOM relies on in meross-iot: each test names what a new version may not take away."""

import inspect
import json
import logging
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from aiohttp import ClientSession

from custom_components.ecom.families.meross import library
from custom_components.ecom.families.meross.address import Address
from custom_components.ecom.families.meross.transport import Cipher, LanManager
from scripts.simulators.meross_wire import Aes, is_signed
from scripts.tools.pure import ROOT

KEY = "0123456789abcdef0123456789abcdef"
UUID = "2101010000000000000048e1e9000001"
MAC = "48:e1:e9:00:00:01"

PROGRAM = """
import logging, os, sys, warnings
sys.path.insert(0, {root!r})
before = dict(os.environ)
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    from scripts.tools.pure import load_pure
    load_pure("families.meross.library")
root = logging.getLogger()
assert root.handlers == [], root.handlers
assert root.level == logging.WARNING, root.level
assert dict(os.environ) == before
assert heard == [], [str(each.message) for each in heard]
"""


def test_its_import_has_no_effects() -> None:
    """No handler and no level of the root logger, no warning, no environment.

    In a process of its own, whose first import it is and which compiles anew.
    """
    done = subprocess.run(  # noqa: S603 - this interpreter, the program above
        [sys.executable, "-B", "-X", "pycache_prefix=/nonexistent", "-c",
         PROGRAM.format(root=str(ROOT))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout == ""


def test_the_process_is_as_before() -> None:
    """Here as well, where the family is imported with everything else."""
    assert not any("meross" in repr(handler).lower() for handler in logging.getLogger().handlers)
    assert "__MEROSS_CREDS" not in os.environ


@pytest.mark.parametrize("name", library.PRIVATE_METHODS)
def test_each_private_method_is_there(name: str) -> None:
    """What is not promised may go; then this says which one."""
    owner, method = library.PRIVATE_METHODS[name]
    assert callable(getattr(owner, method, None)), f"meross-iot has no {method} any more"


def test_build_mqtt_message_takes_and_gives_what_we_expect() -> None:
    """``MerossManager._build_mqtt_message(method, namespace, payload, uuid) -> (bytes, id)``."""
    parameters = inspect.signature(library.MerossManager._build_mqtt_message).parameters
    assert list(parameters) == [
        "self",
        "method",
        "namespace",
        "payload",
        "destination_device_uuid",
    ]


async def test_build_mqtt_message_signs_with_the_key() -> None:
    """The message is JSON, signed as devices check it, and carries the id that is returned."""
    async with ClientSession() as session:
        manager = LanManager(session, Address(host="127.0.0.1"), KEY)
        message, message_id = manager._build_mqtt_message("GET", "Appliance.A", {"a": 1}, UUID)
    found = json.loads(message)
    assert found["header"]["messageId"] == message_id
    assert found["header"]["namespace"] == "Appliance.A"
    assert found["header"]["uuid"] == UUID
    assert found["payload"] == {"a": 1}
    assert is_signed(found["header"], KEY)
    assert not is_signed(found["header"], "another")
    assert KEY not in message.decode()


def test_execute_cmd_is_still_what_the_library_calls() -> None:
    """``MerossManager.async_execute_cmd`` has the parameters of ours, by name."""
    theirs = inspect.signature(library.MerossManager.async_execute_cmd).parameters
    ours = inspect.signature(LanManager.async_execute_cmd).parameters
    assert list(theirs) == list(ours)


def test_the_cipher_is_that_of_devices() -> None:
    """``EncryptionSuiteMixin``: checked against another library's AES, both ways."""
    mine, theirs = Cipher(UUID, MAC, KEY), Aes(UUID, MAC, KEY)
    assert mine.encrypt(b'{"a": 1}') == theirs.encrypt('{"a": 1}')
    assert mine.open(theirs.encrypt('{"ä": 2}')) == '{"ä": 2}'
    assert mine._encryption_key == b"5be196dc0e39bd76ff219a6140f9a2f9"


@pytest.mark.parametrize("text", ["<html>", "YWJj", "AAAAAAAAAAAAAAAAAAAAAA==", "é"])
def test_what_is_no_cipher_is_refused(text: str) -> None:
    """With an error that the transport knows."""
    with pytest.raises(ValueError):  # noqa: PT011 - Base64, blocks or text: any of them
        Cipher(UUID, MAC, KEY).open(text)


def test_the_signature_check_is_that_of_devices() -> None:
    """``verify_message_signature(header, key)``."""
    header = {"messageId": "a", "timestamp": 1, "sign": "x"}
    assert not library.verify_message_signature(header, KEY)


async def test_the_manager_tells_no_secret() -> None:
    """Neither it nor what it is made with, nor what it holds for the library."""
    async with ClientSession() as session:
        manager = LanManager(session, Address(host="127.0.0.1"), KEY)
        assert KEY not in repr(manager)
        assert KEY not in str(SimpleNamespace(manager=manager))

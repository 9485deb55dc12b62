"""scripts/probe shelly: one JSON object, and an exit code that says whether it went well."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.simulators.shelly_device import ShellyDevice
from scripts.simulators.shelly_fixture import read_fixture
from scripts.simulators.shelly_server import ShellyServer
from scripts.tools import probe_shelly
from tests.families.shelly.at_home import FIXTURES, PLUG, PRO_3EM, STRIP

PASSWORD = "s3cr:et"


@pytest.fixture
def server(socket_enabled: None, request: pytest.FixtureRequest) -> Iterator[ShellyServer]:
    """Return a simulated Shelly in a thread of its own; the parameter is its fixture."""
    del socket_enabled
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    fixture = read_fixture(FIXTURES / f"{getattr(request, 'param', PLUG)}.json")
    server = ShellyServer(ShellyDevice(fixture))
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    yield server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(autouse=True)
def _no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no environment help."""
    monkeypatch.delenv(probe_shelly.PASSWORD, raising=False)


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the one object on standard output; nothing else may be anywhere."""
    out, err = capsys.readouterr()
    assert not err
    return json.loads(out)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on standard error."""
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("probe: ")
    assert PASSWORD not in line
    return str(line)


def test_a_plug(capsys: pytest.CaptureFixture[str], server: ShellyServer) -> None:
    """What was recorded, in plain units."""
    assert probe_shelly.main([server.address]) == 0
    assert printed(capsys) == {
        "model": "SNPL-00112EU",
        "channels": [
            {
                "id": 0,
                "on": True,
                "power_w": 2.7,
                "voltage_v": 227.9,
                "current_a": 0.121,
                "energy_wh": 7258.589,
            }
        ],
    }


@pytest.mark.parametrize("server", [PRO_3EM], indirect=True)
def test_a_three_phase_meter(capsys: pytest.CaptureFixture[str], server: ShellyServer) -> None:
    """Its phases are channels; nothing of it can be switched."""
    assert probe_shelly.main([server.address]) == 0
    channels = printed(capsys)["channels"]
    assert [each["id"] for each in channels] == [0, 1, 2]
    assert [each["power_w"] for each in channels] == [375.5, 170.8, 12.7]
    assert [each["energy_wh"] for each in channels] == [2034616.71, 185686.89, 369469.8]
    assert {each["on"] for each in channels} == {None}


@pytest.mark.parametrize("server", [STRIP], indirect=True)
def test_a_strip(capsys: pytest.CaptureFixture[str], server: ShellyServer) -> None:
    """Four outlets under their own ids."""
    assert probe_shelly.main([server.address]) == 0
    channels = printed(capsys)["channels"]
    assert [(each["id"], each["on"]) for each in channels] == [
        (0, True),
        (1, True),
        (2, False),
        (3, True),
    ]


@pytest.mark.parametrize("named", [True, False])
def test_a_password(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    server: ShellyServer,
    named: bool,  # noqa: FBT001 - a column
) -> None:
    """On the command line, or out of the environment; a wrong one is told."""
    server.password = PASSWORD
    assert probe_shelly.main([server.address]) == 2
    assert "password" in complaint(capsys)
    if not named:
        monkeypatch.setenv(probe_shelly.PASSWORD, PASSWORD)
    assert probe_shelly.main([server.address, *(["--password", PASSWORD] if named else [])]) == 0
    assert printed(capsys)["channels"]


def test_nothing_in_it(capsys: pytest.CaptureFixture[str], server: ShellyServer) -> None:
    """Exit code 1, an object nevertheless, and one line that says so."""
    del server.device.recorded["switch:0"]
    server.device.channels.clear()
    assert probe_shelly.main([server.address]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["channels"] == []
    assert err.startswith("probe: ")


@pytest.mark.parametrize("address", ["", "ftp://plug", f"admin:{PASSWORD}@plug"])
def test_no_address(capsys: pytest.CaptureFixture[str], address: str) -> None:
    """One line, no traceback."""
    assert probe_shelly.main([address]) == 2
    complaint(capsys)


@pytest.mark.usefixtures("socket_enabled")
def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, no traceback."""
    assert probe_shelly.main(["127.0.0.1:1", "--password", PASSWORD]) == 2
    assert "refused" in complaint(capsys)


def test_wrong_arguments() -> None:
    """Exit code 2, as of any program."""
    with pytest.raises(SystemExit) as caught:
        probe_shelly.main([])
    assert caught.value.code == 2


def test_an_interruption(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is no traceback."""

    def interrupted(_options: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(probe_shelly, "run", interrupted)
    assert probe_shelly.main(["plug"]) == 2
    complaint(capsys)

"""scripts/probe meross: one JSON object, and an exit code that says whether it went well."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.simulators.meross_device import MerossDevice
from scripts.simulators.meross_server import KEY, MerossServer
from scripts.simulators.meross_trace import made_up_plug, read_trace
from scripts.tools import probe_meross
from scripts.tools.pure import ROOT

FIXTURES = ROOT / "tests" / "fixtures" / "meross"
SECRET = "f" * 32


@pytest.fixture
def server(socket_enabled: None) -> Iterator[MerossServer]:
    """Return a simulated device, in a thread of its own."""
    del socket_enabled
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = MerossServer()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    yield server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no environment help."""
    monkeypatch.delenv(probe_meross.KEY, raising=False)


def recorded(name: str, *, encrypted: bool = False) -> MerossDevice:
    """Return a recorded device, whose clock is that of the recording."""
    return MerossDevice(read_trace(FIXTURES / name), encrypted=encrypted)


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the one object on standard output; nothing else may be anywhere."""
    out, err = capsys.readouterr()
    assert not err
    return json.loads(out)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on standard error."""
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("probe: ")
    assert SECRET not in line
    return str(line)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_an_mss305(
    capsys: pytest.CaptureFixture[str], server: MerossServer, *, encrypted: bool
) -> None:
    """REAL: the values of the recording, today's energy by the device's own date."""
    server.device = recorded("mss305_8.3.15_2025-02-17.json", encrypted=encrypted)
    assert probe_meross.main([server.address, "--key", KEY]) == 0
    assert printed(capsys) == {
        "model": "mss305",
        "channels": [
            {
                "id": 0,
                "on": True,
                "power_w": 5.297,
                "voltage_v": 233.1,
                "current_a": 0.29,
                "energy_wh": None,
                "energy_today_wh": 0,
            }
        ],
    }


def test_an_mss310(
    capsys: pytest.CaptureFixture[str], server: MerossServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DERIVED; the key comes out of the environment."""
    monkeypatch.setenv(probe_meross.KEY, KEY)
    server.device = recorded("mss310_2.1.17_2024-03-10.csv")
    assert probe_meross.main([server.address]) == 0
    (channel,) = printed(capsys)["channels"]
    assert channel["energy_today_wh"] == 3
    assert channel["voltage_v"] == 238


def test_a_strip(capsys: pytest.CaptureFixture[str], server: MerossServer) -> None:
    """SYNTHETIC: channel 0 is all outlets at once, and not listed."""
    server.device = recorded("mss425f_6.1.8.csv")
    assert probe_meross.main([server.address, "--key", KEY]) == 0
    channels = printed(capsys)["channels"]
    assert {each["id"]: each["on"] for each in channels} == {1: True, 2: False, 3: False, 4: True}
    assert {each["power_w"] for each in channels} == {None}
    assert {each["energy_today_wh"] for each in channels} == {None}


def test_an_em06(capsys: pytest.CaptureFixture[str], server: MerossServer) -> None:
    """SYNTHETIC: hours are all that it counts; those of its day make today's energy."""
    server.device = recorded("em06_2.3.8.json")
    assert probe_meross.main([server.address, "--key", KEY]) == 0
    channels = {each["id"]: each for each in printed(capsys)["channels"]}
    assert list(channels) == [1, 2, 3, 4, 5, 6]
    assert channels[2] == {
        "id": 2,
        "on": None,
        "power_w": 124.4,
        "voltage_v": 233.68,
        "current_a": 0.542,
        "energy_wh": None,
        "energy_today_wh": 958,
    }
    assert channels[4]["power_w"] == -0.128


def test_what_it_does_not_say(capsys: pytest.CaptureFixture[str], server: MerossServer) -> None:
    """Functions that are refused, and a clock that is missing or in no known zone."""
    trace = made_up_plug()
    trace.all["system"]["time"]["timezone"] = "Nowhere/Else"
    server.device = MerossDevice(trace, live=True)
    assert probe_meross.main([server.address, "--key", KEY]) == 0
    (channel,) = printed(capsys)["channels"]
    assert channel["power_w"] is not None
    server.device.channels.clear()
    assert probe_meross.main([server.address, "--key", KEY]) == 0
    (channel,) = printed(capsys)["channels"]
    assert channel["power_w"] is None
    server.device.tell = _without_clock(server.device)  # type: ignore[method-assign]
    assert probe_meross.main([server.address, "--key", KEY]) == 0
    (channel,) = printed(capsys)["channels"]
    assert channel["energy_today_wh"] is None


def _without_clock(device: MerossDevice) -> Any:
    def tell(namespace: str, payload: dict[str, Any]) -> dict[str, Any]:
        found = MerossDevice.tell(device, namespace, payload)
        if "all" in found:
            del found["all"]["system"]["time"]
        return found

    return tell


def test_counters_that_are_refused(
    capsys: pytest.CaptureFixture[str], server: MerossServer
) -> None:
    """The rest is printed all the same."""
    del server.device.answers["Appliance.Control.ConsumptionX"]
    server.device.answers["Appliance.Control.ConsumptionX"] = {"error": {"code": 5000}}
    assert probe_meross.main([server.address, "--key", KEY]) == 0
    (channel,) = printed(capsys)["channels"]
    assert channel["energy_today_wh"] is None
    assert channel["on"] is True


def test_no_channel(capsys: pytest.CaptureFixture[str], server: MerossServer) -> None:
    """Exit code 1, an object nevertheless, and one line that says so."""
    server.device.all["digest"] = {}
    server.device.channels.clear()
    assert probe_meross.main([server.address, "--key", KEY]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["channels"] == []
    assert err == "probe: no channel that switches or measures\n"


@pytest.mark.parametrize("arguments", [[], ["--key", SECRET]], ids=["none", "wrong"])
def test_a_wrong_key_says_so(
    capsys: pytest.CaptureFixture[str], server: MerossServer, arguments: list[str]
) -> None:
    """In words, with the device's number."""
    assert probe_meross.main([server.address, *arguments]) == 2
    assert "refuses the key (error 5001)" in complaint(capsys)


@pytest.mark.usefixtures("socket_enabled")
def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, no traceback."""
    assert probe_meross.main(["127.0.0.1:1", "--key", SECRET]) == 2
    assert "no answer" in complaint(capsys)


@pytest.mark.parametrize("address", ["https://plug", f"a:{SECRET}@plug", "", "plug:0"])
def test_no_address(capsys: pytest.CaptureFixture[str], address: str) -> None:
    """Said before anything is sent."""
    assert probe_meross.main([address]) == 2
    complaint(capsys)


@pytest.mark.parametrize("arguments", [[], ["plug", "--key"], ["--what"]])
def test_wrong_arguments(arguments: list[str]) -> None:
    """Exit code 2, as of any program."""
    with pytest.raises(SystemExit) as caught:
        probe_meross.main(arguments)
    assert caught.value.code == 2


def test_an_interruption(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is no traceback."""

    def interrupted(_address: str, _key: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(probe_meross, "fetch", interrupted)
    assert probe_meross.main(["plug"]) == 2
    complaint(capsys)

"""scripts/probe wes: one JSON object, and an exit code that says whether it went well."""

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.simulators.wes_server import WesServer
from scripts.tools import probe_wes
from scripts.tools.pure import ROOT

REAL = ROOT / "tests" / "fixtures" / "wes" / "wes_061d_2017-05-01.xml"
PASSWORD = "s3cr:et"


@pytest.fixture
def address(socket_enabled: None) -> Iterator[str]:
    """Return where a simulated WES listens, in a thread of its own."""
    del socket_enabled
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = WesServer()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    yield server.address
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(autouse=True)
def _no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no environment help."""
    monkeypatch.delenv(probe_wes.PASSWORD, raising=False)


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


def test_a_saved_page(capsys: pytest.CaptureFixture[str]) -> None:
    """The readings in the order of the page, with their units."""
    assert probe_wes.main(["--file", str(REAL)]) == 0
    found = printed(capsys)
    assert (found["firmware"], found["clock"]) == ("V0.61D", "2017-05-01T15:31:00")
    readings = {(each["input"], each["quantity"]): each for each in found["readings"]}
    clamp, probe = readings["clamp1", "import"], readings["probe2", "value"]
    assert (clamp["value"], clamp["unit"]) == (29386970, "Wh")
    assert (probe["value"], probe["note"]) == (0.0, "absent or zero")
    assert "note" not in readings["probe1", "value"]
    assert readings["relay1", "state"]["value"] is False
    assert found["readings"][0]["input"] == "pulse1"


def test_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page can be piped in, also a torn one."""

    class Stdin:
        buffer = io.BytesIO(REAL.read_bytes()[:2500])

    monkeypatch.setattr("sys.stdin", Stdin)
    assert probe_wes.main(["--file", "-"]) == 0
    assert printed(capsys)["readings"]


@pytest.mark.parametrize("named", [True, False])
def test_a_server(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    named: bool,  # noqa: FBT001 - a column
) -> None:
    """With an account on the command line, or with a password out of the environment."""
    if not named:
        monkeypatch.setenv(probe_wes.PASSWORD, "wes")
    options = ["--user", "admin", "--password", "wes"] if named else []
    assert probe_wes.main([address, *options]) == 0
    found = printed(capsys)
    readings = {(each["input"], each["quantity"]): each["value"] for each in found["readings"]}
    assert readings["tic1", "contract"] == "tempo"
    # It grows with the time of day, and may be whole at this moment.
    assert isinstance(readings["pulse1", "index"], int | float)
    assert readings["pulse1", "index"] > 0


def test_no_account(capsys: pytest.CaptureFixture[str], address: str) -> None:
    """A refused account is told."""
    assert probe_wes.main([address]) == 2
    assert "account" in complaint(capsys)
    assert probe_wes.main([address, "--user", "admin", "--password", PASSWORD]) == 2
    assert "account" in complaint(capsys)


def test_nothing_in_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit code 1, an object nevertheless, and one line that says so."""
    for content in (b"", b"<html>", bytes(range(256))):
        path = tmp_path / "page"
        path.write_bytes(content)
        assert probe_wes.main(["--file", str(path)]) == 1
        out, err = capsys.readouterr()
        assert json.loads(out)["readings"] == []
        assert err == f"probe: no reading in {len(content)} octets\n"


def test_what_cannot_be_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No file, a folder, something huge, no address."""
    huge = tmp_path / "huge"
    huge.write_bytes(bytes(2 << 20))
    for arguments in (
        ["--file", str(tmp_path / "none")],
        ["--file", str(tmp_path)],
        ["--file", str(huge)],
        ["https://wes"],
        [f"admin:{PASSWORD}@wes"],
        [""],
    ):
        assert probe_wes.main(arguments) == 2
        complaint(capsys)


@pytest.mark.usefixtures("socket_enabled")
def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, no traceback."""
    assert probe_wes.main(["127.0.0.1:1", "--password", PASSWORD]) == 2
    assert "refused" in complaint(capsys)


@pytest.mark.parametrize("arguments", [[], ["wes", "--file", "x"], ["--file"], ["--what"]])
def test_wrong_arguments(arguments: list[str]) -> None:
    """Exit code 2, as of any program."""
    with pytest.raises(SystemExit) as caught:
        probe_wes.main(arguments)
    assert caught.value.code == 2


def test_an_interruption(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is no traceback."""

    def interrupted(_name: str) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(probe_wes, "read_file", interrupted)
    assert probe_wes.main(["--file", "x"]) == 2
    complaint(capsys)

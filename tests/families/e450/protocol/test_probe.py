"""scripts/probe e450: one JSON object a line, and an exit code that says whether it went well."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.tools import probe_e450

from .captures import load


@pytest.fixture
def hex_file(tmp_path: Path) -> Path:
    """Return where a test writes what is to be decoded."""
    return tmp_path / "telegrams.hex"


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return what was printed, line by line."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_telegrams_of_a_file(hex_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The good one with scaled values, the cut one with its reason."""
    octets = load("e450_ekz_2021-07-06").octets
    hex_file.write_text(octets.hex(" ", 3).upper() + "\n")
    assert probe_e450.main(["--hex", str(hex_file)]) == 0
    cut, good = lines_of(capsys)
    assert cut == {"error": "truncated", "detail": "a telegram ends before its block 3"}
    assert (good["meter_id"], good["time"]) == ("LGZ1030600000001", "2021-07-06T14:58:18")
    assert good["layout"] == "push_list"
    assert good["values"]["1-0:1.7.0"] == {"value": 28, "unit": "W"}
    assert good["values"]["1-1:1.8.0"] == {"value": 886977, "unit": "Wh"}
    assert good["values"]["1-0:13.7.0"] == {"value": 0.941, "unit": ""}
    assert "0-0:42.0.0" not in good["values"]
    assert "0-0:1.0.0" not in good["values"]


def test_what_is_absent_is_left_out(hex_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The angle of a current that does not flow."""
    capture = load("e450_burgenland_2023-03-28")
    hex_file.write_text(capture.octets.hex())
    assert capture.keys.encryption
    assert capture.keys.authentication
    keys = ["--key", capture.keys.encryption.hex(), "--auth-key", capture.keys.authentication.hex()]
    assert probe_e450.main(["--hex", str(hex_file), *keys]) == 0
    (line,) = lines_of(capsys)
    assert line["meter_id"] == "30000005"
    assert line["values"]["1-0:51.7.0"] == {"value": 0.04, "unit": "A"}
    assert line["values"]["1-0:81.7.51"] == {"value": 53, "unit": "°"}
    assert "1-0:81.7.40" not in line["values"]


def test_without_an_id_the_system_title_stands_for_it(
    hex_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In hex; without that it is null."""
    vienna = load("e450_vienna_synthetic")
    hex_file.write_text(vienna.octets.hex())
    assert vienna.keys.encryption
    assert probe_e450.main(["--hex", str(hex_file), "--key", vienna.keys.encryption.hex()]) == 0
    assert {line["meter_id"] for line in lines_of(capsys)} == {"4c475a6770000001"}
    hex_file.write_text(load("e450_thurgau_2024-11-03").octets.hex())
    assert probe_e450.main(["--hex", str(hex_file)]) == 0
    assert {line["meter_id"] for line in lines_of(capsys)} == {None}


def test_no_good_telegram_is_a_failure(hex_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1; a profile that does not fit is a reason."""
    hex_file.write_text(load("e450_thurgau_2024-11-03").octets.hex())
    assert probe_e450.main(["--hex", str(hex_file), "--profile", "bare_14"]) == 1
    assert [line["error"] for line in lines_of(capsys)] == ["layout"]


def test_nothing_at_all_is_said_to_be_nothing(
    hex_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, since no telegram was refused."""
    hex_file.write_text("00 01 02")
    assert probe_e450.main(["--hex", str(hex_file)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "probe: no frame in 3 octets\n")


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("7E A", [], "does not hold whole octets in hex"),
        ("nonsense", [], "does not hold whole octets in hex"),
        ("7E", ["--key", "12"], "the encryption key has 1 octets, not 16"),
        ("7E", ["--auth-key", "xx"], "the authentication key is not hexadecimal"),
    ],
)
def test_wrong_input_is_one_line(
    text: str,
    arguments: list[str],
    message: str,
    hex_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2."""
    hex_file.write_text(text)
    assert probe_e450.main(["--hex", str(hex_file), *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.count("\n") == 1


def test_a_file_that_is_not_there(hex_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert probe_e450.main(["--hex", str(hex_file)]) == 2
    assert "No such file" in capsys.readouterr().err


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is the file named -."""
    monkeypatch.setattr("sys.stdin", io.StringIO(load("e450_ch_2022-11-22").octets.hex()))
    assert probe_e450.main(["--hex", "-"]) == 0
    assert lines_of(capsys)[0]["meter_id"] == "44000002"


@pytest.mark.usefixtures("socket_enabled")
async def test_a_port(capsys: pytest.CaptureFixture[str]) -> None:
    """Telegrams are printed as they come, and what the end cuts off is said."""
    octets = load("e450_ch_2022-11-22").octets

    async def meter(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets + octets[:50])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(meter, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code = await asyncio.to_thread(probe_e450.main, ["--port", f"socket://127.0.0.1:{port}"])
    server.close()
    good, cut = lines_of(capsys)
    assert (code, good["meter_id"], cut["error"]) == (0, "44000002", "truncated")


@pytest.mark.usefixtures("socket_enabled")
def test_a_port_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and one line."""
    assert probe_e450.main(["--port", "socket://127.0.0.1:1"]) == 2
    assert capsys.readouterr().err.startswith("probe: ")

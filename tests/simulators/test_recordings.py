"""Files that are no recordings are told by their name, whatever is wrong in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.simulators import meross, shelly
from tests.simulators.shellys import PLUG, recording

DEEP = "[" * 100_000


def spoilt(**status: Any) -> str:
    """Return a recording of a Shelly with something else in the place of a component."""
    content = recording(PLUG)
    content["status"] |= {name.replace("_", ":"): part for name, part in status.items()}
    return json.dumps(content)


@pytest.mark.parametrize(
    "content", [DEEP, "[]", "{}", "x", spoilt(switch_0=5), spoilt(sys="x"), spoilt(switch_0=None)]
)
def test_no_recording_of_a_shelly(tmp_path: Path, content: str) -> None:
    """ValueError, which the command line shows."""
    path = tmp_path / "recording.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="recording"):
        shelly.make_server(shelly.parse(["--fixture", str(path)]))


@pytest.mark.parametrize(
    "content",
    [
        "{" * 100_000,
        '{"data": []}',
        '{"data": {"payload": {"all": {"system": "x"}, "ability": {}}}}',
        '{"data": {"payload": null}}',
    ],
)
def test_no_trace_of_a_meross(tmp_path: Path, content: str) -> None:
    """The same."""
    path = tmp_path / "trace.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"trace|property name"):
        meross.make_server(meross.parse(["--trace", str(path)]))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Windows writes one."""
    path = tmp_path / "recording.json"
    path.write_text(json.dumps(recording(PLUG)), encoding="utf-8-sig")
    assert shelly.make_server(shelly.parse(["--fixture", str(path)])).device.info["gen"] == 2

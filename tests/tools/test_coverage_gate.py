"""The coverage gate refuses what falls short."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.tools.coverage_gate import main

CORE = "custom_components/ecom/core/costs.py"
PROTOCOL = "custom_components/ecom/families/e450/protocol/hdlc.py"
SENSOR = "custom_components/ecom/sensor.py"


def report(folder: Path, files: dict[str, tuple[int, list[int]]]) -> list[str]:
    """Write coverage's report and return the gate's arguments."""
    content: dict[str, Any] = {
        name: {"summary": {"num_statements": total}, "missing_lines": missing}
        for name, (total, missing) in files.items()
    }
    path = folder / "coverage.json"
    path.write_text(json.dumps({"files": content}), encoding="utf-8")
    return [str(path)]


def test_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything of the core and the protocols, 95 % of the rest."""
    arguments = report(
        tmp_path, {CORE: (10, []), PROTOCOL: (5, []), SENSOR: (100, [1, 2, 3, 4, 5])}
    )
    assert main(arguments) == 0
    assert "the rest 95.0 %" in capsys.readouterr().out


@pytest.mark.parametrize("name", [CORE, PROTOCOL])
def test_one_line_of_the_inner_rings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """One line is too many there."""
    assert main(report(tmp_path, {name: (1000, [3, 4, 5, 9]), SENSOR: (10, [])})) == 1
    assert f"{name} must be complete, lines 3-5, 9 did not run" in capsys.readouterr().out


def test_too_little_of_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is judged together, and the lines are named."""
    assert main(report(tmp_path, {SENSOR: (100, [1, 2, 3, 4, 5, 6])})) == 1
    assert "the rest is at 94.0 %" in capsys.readouterr().out


def test_an_empty_report(tmp_path: Path) -> None:
    """A run that measured nothing proves nothing."""
    assert main(report(tmp_path, {})) == 1

"""Traces of meross_lan are read in both formats, old ones too."""

import re
from pathlib import Path

import pytest

from scripts.simulators.meross_trace import read_trace
from tests.simulators.merosses import FIXTURES, MSS310


def test_the_oldest_traces_have_a_column_less(tmp_path: Path) -> None:
    """And what the later ones mask, they leave empty."""
    rows = [line.split("\t") for line in (FIXTURES / MSS310).read_text().splitlines()]
    path = tmp_path / "trace.csv"
    old = "\n".join("\t".join((row[0], *row[2:])) for row in rows)
    path.write_text(re.sub(r'"#+0"', '""', old))
    assert read_trace(path).answers == read_trace(FIXTURES / MSS310).answers
    assert read_trace(path).all["system"]["hardware"]["macAddress"] == "48:e1:e9:00:00:01"


def test_a_file_that_is_no_trace_is_refused(tmp_path: Path) -> None:
    """In words."""
    path = tmp_path / "trace.csv"
    path.write_text("a\tb\nnothing\n")
    with pytest.raises(ValueError, match=r"System\.All"):
        read_trace(path)
    lines = (FIXTURES / MSS310).read_text().splitlines()
    path.write_text(lines[0])
    with pytest.raises(TypeError, match=r"System\.Ability"):
        read_trace(path)

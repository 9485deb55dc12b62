"""Refuse a test run that leaves too many lines untouched.

Reads coverage's JSON report. Every module of the core and of the protocols must
be covered completely, and the rest together at least to 95 % of its lines.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPLETE = re.compile(r"custom_components/ecom/(core/|families/[^/]+/protocol/)")
REST_AT_LEAST = 95.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """How many lines could run, and which did not."""

    total: int
    missing: tuple[int, ...]


def main(arguments: list[str]) -> int:
    """Print what falls short in the report named by the one argument."""
    report = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    found = failures(read(report))
    for failure in found:
        print(f"coverage: {failure}")
    if not found:
        print(f"coverage: core and protocols 100 %, the rest {rest_percent(read(report)):.1f} %")
    return 1 if found else 0


def read(report: Mapping[str, Any]) -> dict[str, Lines]:
    """Return the lines by file from coverage's JSON."""
    return {
        path: Lines(total=file["summary"]["num_statements"], missing=tuple(file["missing_lines"]))
        for path, file in report["files"].items()
    }


def failures(files: Mapping[str, Lines]) -> list[str]:
    """Return one sentence for each promise that is not kept."""
    if not files:
        return ["the report holds no file"]
    found = [
        f"{path} must be complete, lines {_ranges(lines.missing)} did not run"
        for path, lines in sorted(files.items())
        if COMPLETE.match(path) and lines.missing
    ]
    if (percent := rest_percent(files)) < REST_AT_LEAST:
        found.append(f"the rest is at {percent:.1f} %, must be {REST_AT_LEAST:.0f} %")
        found += [
            f"  {path}: lines {_ranges(lines.missing)}"
            for path, lines in sorted(files.items())
            if lines.missing and not COMPLETE.match(path)
        ]
    return found


def rest_percent(files: Mapping[str, Lines]) -> float:
    """Return how much of what is neither core nor protocol did run."""
    rest = [lines for path, lines in files.items() if not COMPLETE.match(path)]
    total = sum(lines.total for lines in rest)
    missing = sum(len(lines.missing) for lines in rest)
    return 100.0 * (total - missing) / total if total else 100.0


def _ranges(lines: tuple[int, ...]) -> str:
    """Return ``1-3, 7`` for 1, 2, 3, 7."""
    groups: list[list[int]] = []
    for line in lines:
        if groups and line == groups[-1][-1] + 1:
            groups[-1].append(line)
        else:
            groups.append([line])
    return ", ".join(f"{g[0]}-{g[-1]}" if len(g) > 1 else str(g[0]) for g in groups)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Read JSON strictly: an object in which a key stands twice is refused."""

import json
from pathlib import Path
from typing import Any


def load(path: Path) -> dict[str, Any]:
    """Return the object in a file; ValueError says what is wrong with it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
    except ValueError as err:
        raise ValueError(f"{path.name}: {err}") from err
    if not isinstance(content, dict):
        raise TypeError(f"{path.name}: holds no object")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"stands twice: {', '.join(twice)}")
    return found

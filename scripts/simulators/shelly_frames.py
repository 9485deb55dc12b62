"""What a simulated Shelly says and hears, in parts."""

import json
from collections.abc import Mapping
from typing import Any


def difference(part: Any, before: Any) -> Any:
    """Return the fields of a component that differ, and which component it is."""
    if not isinstance(part, dict) or not isinstance(before, Mapping):
        return part
    changed = {name: value for name, value in part.items() if before.get(name) != value}
    return {"id": part["id"], **changed} if "id" in part else changed


def value_of(text: str) -> Any:
    """Return what an argument in a URL stands for: JSON, or a word."""
    try:
        return json.loads(text)
    except ValueError:
        return text

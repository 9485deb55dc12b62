"""Check icons.json: its shape, that its icons exist, and that its keys have texts."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scripts.tools import tree
from scripts.tools.json_files import load

SECTIONS = ("entity", "services", "triggers", "conditions")
SINGLE = {"services": "service", "triggers": "trigger", "conditions": "condition"}
ENTITY = ("default", "range", "state", "state_attributes")


def check_icons(root: Path) -> Iterator[str]:
    """Yield what is wrong with icons.json."""
    path = tree.package_folder(root) / "icons.json"
    if not path.is_file():
        yield "icons.json: not there"
        return
    icons = load(path)
    english = tree.package_folder(root) / "translations" / "en.json"
    texts = load(english) if english.is_file() else None
    for fault in (*_shape(icons), *_names(icons), *_known(icons, texts)):
        yield f"icons.json: {fault}"


def _shape(icons: Mapping[str, Any]) -> Iterator[str]:
    for section in sorted(icons.keys() - set(SECTIONS)):
        yield f"unknown section {section}"
    for section, key in SINGLE.items():
        for name, content in icons.get(section, {}).items():
            if not isinstance(content, Mapping) or key not in content:
                yield f"{section}.{name} needs {key}"
            elif unknown := content.keys() - {key, "sections"}:
                yield f"{section}.{name}: unknown {', '.join(sorted(unknown))}"
    for platform, by_key in icons.get("entity", {}).items():
        for name, content in by_key.items():
            if "default" not in content:
                yield f"entity.{platform}.{name} needs default"
            if unknown := content.keys() - set(ENTITY):
                yield f"entity.{platform}.{name}: unknown {', '.join(sorted(unknown))}"


def _names(icons: Mapping[str, Any]) -> Iterator[str]:
    """Yield the icons that Material Design Icons does not have."""
    for path, name in _leaves(icons):
        if not isinstance(name, str) or not name.startswith("mdi:"):
            yield f"{path}: {name!r} is no icon of the form mdi:…"
        elif (known := known_icons()) and name.removeprefix("mdi:") not in known:
            yield f"{path}: {name} does not exist"


def _known(icons: Mapping[str, Any], texts: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the keys that have an icon and no text, and actions without an icon."""
    if texts is None:
        return
    for platform, by_key in icons.get("entity", {}).items():
        for name in by_key.keys() - texts.get("entity", {}).get(platform, {}).keys():
            yield f"entity.{platform}.{name}: there is no such text"
    for section in SINGLE:
        ours, theirs = icons.get(section, {}).keys(), texts.get(section, {}).keys()
        yield from (f"{section}.{name}: there is no such text" for name in sorted(ours - theirs))
        yield from (f"{section}.{name}: has no icon" for name in sorted(theirs - ours))


def _leaves(icons: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in icons.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            yield from _leaves(value, here)
        else:
            yield here, value


@cache
def known_icons() -> frozenset[str]:
    """Return the names of all icons that the frontend's package carries."""
    spec = find_spec("hass_frontend")
    if spec is None or spec.origin is None:
        return frozenset()
    folder = Path(spec.origin).parent / "static" / "mdi"
    parts = json.loads((folder / "iconMetadata.json").read_text(encoding="utf-8"))["parts"]
    names: set[str] = set()
    for part in parts:
        names |= json.loads((folder / f"{part['file']}.json").read_text(encoding="utf-8")).keys()
    return frozenset(names)

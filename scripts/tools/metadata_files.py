"""Check what the repository's files look like, whatever they say."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml

from scripts.tools import tree
from scripts.tools.json_files import load

README_LINES = 200
MODULE_LINES = 300
ROOT_INIT_LINES = 120
PLATFORM_LINES = 90
PLATFORMS = (
    "binary_sensor",
    "button",
    "calendar",
    "event",
    "number",
    "select",
    "sensor",
    "switch",
)
NEEDED = ("README.md", "README.fr.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
# Folders of one particular machine, which mean nothing on any other.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|farm|root|tmp/studio)/")
# An action is run with the repository's rights, so its commit is named in full.
LOOSE_ACTION = re.compile(r"\buses:\s*(?!\./)(?!\S+@[0-9a-f]{40}(?:\s|$))\S+")
ICON_SIZE = (256, 256)
PNG_HEADER = b"\x89PNG\r\n\x1a\n"


def tracked(root: Path) -> list[Path]:
    """Return the files that belong to the repository; in a plain folder, all."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - found on the PATH
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return sorted(path for path in root.rglob("*") if path.is_file())
    paths = (root / name for name in done.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def check_files(root: Path) -> Iterator[str]:
    """Yield what is wrong with the files of the tree at ``root``."""
    for name in NEEDED:
        if not (root / name).is_file():
            yield f"{name}: not there"
    for path in tracked(root):
        name = str(path.relative_to(root))
        yield from (f"{name}: {fault}" for fault in _check_file(path, name))
    yield from _check_brand(root)


def _check_file(path: Path, name: str) -> Iterator[str]:
    yield from _check_format(path)
    text = path.read_bytes().decode("utf-8", errors="ignore")
    for number, line in enumerate(text.splitlines(), start=1):
        if MACHINE_PATH.search(line):
            yield f"line {number} names a folder of one machine"
        if name.startswith(".github/workflows/") and LOOSE_ACTION.search(line):
            yield f"line {number} uses an action that is not pinned by its commit"
    lines = len(text.splitlines())
    if name.startswith("README"):
        yield from _too_long(lines, README_LINES)
    if name.startswith("custom_components/ecom/") and path.suffix == ".py":
        yield from _too_long(lines, _limit(name.removeprefix("custom_components/ecom/")))
        if path.name == "utils.py":
            yield "is a drawer for everything: give its content a home"


def _check_format(path: Path) -> Iterator[str]:
    """Yield the reason for which a JSON or YAML file cannot be read."""
    try:
        if path.suffix == ".json":
            _ = load(path) if _is_object(path) else None
        elif path.suffix in {".yaml", ".yml"}:
            yaml.safe_load(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError, yaml.YAMLError) as err:
        yield f"cannot be read: {err}"


def _is_object(path: Path) -> bool:
    """Return whether the file should hold an object: recorded lists need not."""
    return not path.read_text(encoding="utf-8").lstrip().startswith("[")


def _limit(name: str) -> int:
    if name == "__init__.py":
        return ROOT_INIT_LINES
    return PLATFORM_LINES if name.removesuffix(".py") in PLATFORMS else MODULE_LINES


def _too_long(lines: int, limit: int) -> Iterator[str]:
    if lines > limit:
        yield f"has {lines} lines, at most {limit} are allowed"


def _check_brand(root: Path) -> Iterator[str]:
    path = tree.package_folder(root) / "brand" / "icon.png"
    if not path.is_file():
        yield "brand/icon.png: not there"
        return
    head = path.read_bytes()[:24]
    size = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    if not head.startswith(PNG_HEADER) or size != ICON_SIZE:
        yield f"brand/icon.png: must be a PNG of {ICON_SIZE[0]} by {ICON_SIZE[1]} pixels"

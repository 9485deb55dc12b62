"""Print, as JSON, the texts that the tables of entities ask for.

Runs in a process of its own, in the root of the tree to look at. A table is a
module named ``tables``: entity descriptions that it holds are found wherever
they stand in its constants. Keys that it makes up at run time it states itself,
in ``TRANSLATION_KEYS``, a mapping of platforms to keys.
"""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scripts.tools import tree
from scripts.tools.pure import PACKAGE, ROOT

DESCRIPTION = re.compile(r"(\w+)EntityDescription")

type Keys = dict[str, dict[str, list[str]]]


def read(root: Path) -> Keys:
    """Return platform, key and the states of all tables below ``root``.

    Raises RuntimeError if a table cannot be imported.
    """
    if not any(_is_table(name) for name in tree.modules(root)):
        return {}
    program = f"import sys; sys.path.append({str(ROOT)!r}); import {__name__} as t; t.main()"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    keys: Keys = json.loads(done.stdout)
    return keys


def main() -> None:
    """Import all tables below the working directory and print their keys."""
    found: Keys = {}
    for name in tree.modules(Path.cwd()):
        if not _is_table(name):
            continue
        content = vars(importlib.import_module(f"{PACKAGE}.{name}"))
        for platform, keys in content.get("TRANSLATION_KEYS", {}).items():
            found.setdefault(str(platform), {}).update({str(key): [] for key in keys})
        for platform, key, states in _descriptions(content.values()):
            found.setdefault(platform, {})[key] = states
    print(json.dumps(found))


def _is_table(name: str) -> bool:
    return name.rpartition(".")[2] in ("tables", "plug_tables")


def _descriptions(values: Iterable[object]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield platform, key and states of every entity description."""
    for value in values:
        if isinstance(value, Mapping):
            yield from _descriptions(value.values())
        elif isinstance(value, (list, tuple, set, frozenset)):
            yield from _descriptions(value)
        elif isinstance(key := getattr(value, "translation_key", None), str):
            yield _platform(type(value)), key, list(getattr(value, "options", None) or [])


def _platform(description: type) -> str:
    """Return the platform whose description class this is, or extends."""
    names = [DESCRIPTION.fullmatch(base.__name__) for base in description.__mro__]
    name = next(match[1] for match in names if match)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

"""The inner rings import where there is no Home Assistant."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.tools import tree
from scripts.tools.pure import ROOT

REFUSED = ("homeassistant", "probatio", "voluptuous")

# ``-I`` keeps the working directory and the environment out: what is importable
# is the standard library, site-packages, and the one folder that is added.
PROGRAM = f"""
import sys
from importlib.abc import MetaPathFinder

class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {REFUSED!r}:
            raise ImportError("not in the inner rings: " + name)

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from scripts.tools.pure import load_pure
load_pure(sys.argv[2], Path(sys.argv[1]))
"""


def import_alone(module: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Import one module of the tree at ``root`` in a process of its own."""
    return subprocess.run(  # noqa: S603 - this interpreter, the program above
        [sys.executable, "-I", "-c", PROGRAM, str(root), module],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("module", tree.pure_modules())
def test_imports_without_home_assistant(module: str) -> None:
    """A pure module needs neither Home Assistant nor what comes with it."""
    done = import_alone(module, ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("refused", REFUSED)
def test_an_impure_module_is_found_out(tmp_path: Path, refused: str) -> None:
    """The test above can fail: it does for a module that imports these."""
    folder = tree.package_folder(tmp_path) / "core"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "impure.py").write_text(f"import {refused}\n", encoding="utf-8")
    done = import_alone("core.impure", tmp_path)
    assert done.returncode == 1
    assert "not in the inner rings" in done.stderr


def test_the_inner_rings_are_there() -> None:
    """The list of pure modules is not empty by mistake."""
    assert {"core", "errors", "families.e450", "ports"} <= set(tree.pure_modules())


@pytest.mark.parametrize("path", tree.initialisers(), ids=lambda path: path.parent.name)
def test_initialisers_hold_a_docstring_only(path: Path) -> None:
    """Importing a pure module runs these, so there is nothing in them to run."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert ast.get_docstring(ast.Module(body=body, type_ignores=[]))

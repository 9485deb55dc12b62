"""A pytest plugin that imports one module of the protocol from another source.

``ECOM_MUTANT`` holds the module's name and the file to take it from, joined by
``=``. The pure stubs come first, so that Home Assistant is not imported.
"""

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import override

from hypothesis import Phase, settings

from scripts.tools.pure import load_pure


class MutantFinder(MetaPathFinder):
    """Finds the one module in its other file."""

    def __init__(self, name: str, path: str) -> None:
        """Take the module's full name and the file."""
        self._name, self._path = name, path

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the module is, None for any other."""
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path)


# A mutant is to be noticed, not explained: no example is made smaller.
settings.register_profile(
    "mutants",
    max_examples=40,
    phases=(Phase.explicit, Phase.generate),
    database=None,
    deadline=None,
    derandomize=True,
)
settings.load_profile("mutants")
sys.meta_path.insert(0, MutantFinder(*os.environ["ECOM_MUTANT"].split("=", 1)))
load_pure()

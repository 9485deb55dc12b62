"""Import ECOM's pure modules without Home Assistant.

``import custom_components.ecom.core.x`` first runs the integration's own
``__init__``, and with it Home Assistant. ``load_pure()`` registers bare stub
packages for ``custom_components`` and ``custom_components.ecom`` first, so that
everything below them imports as it is, and nothing else runs. Scripts, benches
and the purity test all use this one helper.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "custom_components.ecom"


def load_pure(module: str | None = None, root: Path = ROOT) -> ModuleType:
    """Register the stub packages and return ``custom_components.ecom.<module>``.

    Without ``module`` the stub of the package root is returned. Packages that
    are already imported, real or stub, are left alone, so that calling this
    within Home Assistant, or twice, does no harm.
    """
    for name in ("custom_components", PACKAGE):
        if name not in sys.modules:
            _register(name, root.joinpath(*name.split(".")))
    return importlib.import_module(f"{PACKAGE}.{module}" if module else PACKAGE)


def _register(name: str, folder: Path) -> None:
    """Put an empty package of that name, reading from ``folder``, in place."""
    stub = ModuleType(name, "A stub: the real package would import Home Assistant.")
    stub.__path__ = [str(folder)]
    sys.modules[name] = stub
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, stub)

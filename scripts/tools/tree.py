"""The integration's source tree: which modules there are, and which are pure."""

from collections.abc import Iterator
from pathlib import Path

from scripts.tools.pure import PACKAGE, ROOT

#: Pure modules among the root files; all others belong to Home Assistant.
PURE_ROOT = ("address", "commands", "errors", "plug_pairing", "plugs", "ports")
#: What a family has for Home Assistant; all its other modules are pure.
HOME_ASSISTANT_SIDE = ("coordinator", "family", "flow", "tables")


def package_folder(root: Path = ROOT) -> Path:
    """Return the folder of the integration under ``root``."""
    return root.joinpath(*PACKAGE.split("."))


def modules(root: Path = ROOT) -> list[str]:
    """Return the names of all modules below the package, relative to it."""
    folder = package_folder(root)
    return sorted(_name(path.relative_to(folder)) for path in folder.rglob("*.py"))


def pure_modules(root: Path = ROOT) -> list[str]:
    """Return the modules that must import without Home Assistant."""
    return [name for name in modules(root) if is_pure(name)]


def is_pure(name: str) -> bool:
    """Return whether a module, named relative to the package, must be pure."""
    match name.split("."):
        case ["core", *_]:
            return True
        case ["families"] | ["families", _]:
            return True
        case ["families", _, part, *_]:
            return part not in HOME_ASSISTANT_SIDE
        case [part]:
            return part in PURE_ROOT
    return False


def root_modules(root: Path = ROOT) -> list[str]:
    """Return the names of the root files, without the package's own."""
    return [name for name in modules(root) if name and "." not in name and _is_file(root, name)]


def families(root: Path = ROOT) -> list[str]:
    """Return the keys of the families."""
    folder = package_folder(root) / "families"
    return sorted(path.parent.name for path in folder.glob("*/__init__.py"))


def initialisers(root: Path = ROOT) -> Iterator[Path]:
    """Yield the ``__init__.py`` files on which purity depends."""
    folder = package_folder(root) / "families"
    yield folder / "__init__.py"
    yield from sorted(folder.glob("*/__init__.py"))


def _is_file(root: Path, name: str) -> bool:
    return (package_folder(root) / f"{name}.py").is_file()


def _name(path: Path) -> str:
    """Return a module's dotted name; the package's own is empty."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

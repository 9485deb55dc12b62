"""Check the import rules, after showing that each of them can fail.

A contract of import-linter that matches nothing passes. So every rule is
broken on a copy of the package first: one planted import per source and target,
each of which must be reported by name. Then the real tree must keep them all.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.tools import tree
from scripts.tools.contracts import PACKAGE_ROOT, Rule, full_name, rules
from scripts.tools.pure import PACKAGE, ROOT

INDEPENDENCE = "independence"


def main() -> int:
    """Return 0 if every rule can break and none is broken."""
    failures = [*unbreakable(ROOT), *broken(ROOT)]
    for failure in failures:
        print(failure)
    if not failures:
        print(f"imports: {len(rules()) + 1} rules kept, each shown to break")
    return 1 if failures else 0


def broken(root: Path) -> list[str]:
    """Return what import-linter says of the tree, if it finds a rule broken."""
    code, output = lint(root, config(rules(root)))
    return [] if code == 0 and " 0 broken" in output else [output]


def unbreakable(root: Path) -> list[str]:
    """Return every planted violation that was not reported."""
    checked = rules(root)
    missed = [line for rule in checked for line in _missed(root, rule)]
    return [*missed, *_missed_independence(root)]


def lint(root: Path, settings: str) -> tuple[int, str]:
    """Run import-linter in ``root`` and return its exit code and its report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "importlinter.toml")
        path.write_text(settings, encoding="utf-8")
        done = subprocess.run(
            [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", path],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr


def config(checked: Iterable[Rule], *, independence: bool = True) -> str:
    """Return import-linter's settings for these rules."""
    head = ["[tool.importlinter]", 'root_packages = ["custom_components"]']
    head += ["include_external_packages = true"]
    blocks = [block for rule in checked for block in _contracts(rule)]
    if independence:
        blocks.append(_independence())
    return "\n".join([*head, *blocks])


def _contracts(rule: Rule) -> Iterator[str]:
    """Yield one contract for packages, and one for the package root if need be."""
    packages = [name for name in rule.targets if name != PACKAGE]
    if packages:
        yield _forbidden(rule, rule.key, packages, as_packages=True)
    if PACKAGE_ROOT in rule.internal:
        yield _forbidden(rule, f"{rule.key}_root", [PACKAGE], as_packages=False)


def _forbidden(rule: Rule, key: str, targets: list[str], *, as_packages: bool) -> str:
    ignored = [f"{full_name(importer)} -> {imported}" for importer, imported in rule.except_for]
    return "\n".join(
        [
            "[[tool.importlinter.contracts]]",
            f'id = "{key}"',
            f'name = "{rule.title} ({key})"',
            'type = "forbidden"',
            f"as_packages = {str(as_packages).lower()}",
            f"source_modules = {_names(map(full_name, rule.sources))}",
            f"forbidden_modules = {_names(targets)}",
            f"ignore_imports = {_names(ignored)}",
            'unmatched_ignore_imports_alerting = "none"',
        ]
    )


def _independence() -> str:
    return "\n".join(
        [
            "[[tool.importlinter.contracts]]",
            f'id = "{INDEPENDENCE}"',
            f'name = "A family knows no other family ({INDEPENDENCE})"',
            'type = "independence"',
            f'modules = ["{PACKAGE}.families.*"]',
        ]
    )


def _names(names: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _missed(root: Path, rule: Rule) -> Iterator[str]:
    """Plant every violation of one rule on a copy; yield those not reported."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_of(root, Path(folder))
        planted = [
            (plant(copy, f"{sample}", target), target)
            for sample in rule.samples
            for target in rule.targets
        ]
        code, output = lint(copy, config([rule], independence=False))
    for importer, target in planted:
        if code == 0 or not _reports(output, importer, target):
            yield f"not noticed ({rule.key}): {importer} imports {target}\n{output[:2000]}"


def _missed_independence(root: Path) -> Iterator[str]:
    """Let a planted family import each real one, and be imported by it."""
    for family in tree.families(root):
        with tempfile.TemporaryDirectory() as folder:
            copy = copy_of(root, Path(folder))
            there = f"families.{family}.planted"
            plant(copy, there, "decimal")
            importer = plant(copy, "families.planted.planted", full_name(there))
            code, output = lint(copy, config([]))
        if code == 0 or not _reports(output, importer, full_name(there)):
            yield f"not noticed ({INDEPENDENCE}): a family imports {family}\n{output}"


def copy_of(root: Path, folder: Path) -> Path:
    """Copy the package's Python files into ``folder`` and return that."""
    shutil.copytree(
        root / "custom_components",
        folder / "custom_components",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return folder


def plant(root: Path, module: str, target: str) -> str:
    """Make ``module`` import ``target``; return the module's full name."""
    path = tree.package_folder(root).joinpath(*module.split(".")).with_suffix(".py")
    package = path.with_suffix("")
    if package.is_dir():
        path = package / "__init__.py"
    _make_packages(path.parent)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\nimport {target}\n")
    return full_name(module)


def _make_packages(folder: Path) -> None:
    """Create the folder as a package, and those above it."""
    if (folder / "__init__.py").exists():
        return
    _make_packages(folder.parent)
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").write_text('"""Planted."""\n', encoding="utf-8")


def _reports(output: str, importer: str, target: str) -> bool:
    """Return whether the report names that very import."""
    flat = re.sub(r"\s+", " ", output)
    pattern = rf"{re.escape(importer)} -> {re.escape(target)}(\.[\w.]+)? \(l\.\d"
    return re.search(pattern, flat) is not None


if __name__ == "__main__":
    sys.exit(main())

"""Mutation testing of the modules whose faults would be the hardest to see.

A mutant is a module with one small change: another comparison, operator,
constant or condition, a statement left out. A good test suite fails on it. A
mutant that passes all tests either shows a gap, or changes nothing that can be
observed; those are argued in docs/mutation.md, by their line and change.
"""

import argparse
import ast
import copy
import importlib.util
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final, override

import pytest
from hypothesis import Phase, settings

from scripts.tools.pure import ROOT, load_pure

_PACKAGE: Final = "custom_components.ecom.families.e450.protocol"
_FOLDER: Final = ROOT.joinpath(*_PACKAGE.split("."))
_TESTS: Final = "tests/families/e450/protocol"
_SHARED: Final = ("test_decoder.py", "test_captures.py")
_MODULES: Final = ("hdlc", "gbt", "security")
_TARGET: Final = 0.8
_MOST_SECONDS: Final = 30  # of processor time
_MOST_MEMORY: Final = 2 * 1024**3

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,  # codespell:ignore notin
    ast.NotIn: ast.In,  # codespell:ignore notin
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """One change of one module."""

    module: str
    line: int
    change: str
    source: str


def mutants_of(module: str) -> Iterator[Mutant]:
    """Give each mutant of a module, in the order of its lines."""
    tree = ast.parse((_FOLDER / f"{module}.py").read_text())
    types = {id(node) for part in _annotations(tree) for node in ast.walk(part)}
    for index, original in enumerate(ast.walk(tree)):
        for variant in range(0 if id(original) in types else 3):
            changed = copy.deepcopy(tree)
            node = list(ast.walk(changed))[index]
            change = _mutate(node, variant)
            source = ast.unparse(ast.fix_missing_locations(changed))
            if change is not None and source != ast.unparse(tree):
                line = getattr(node, "lineno", 0)
                yield Mutant(module=module, line=line, change=change, source=source)


def _annotations(tree: ast.AST) -> Iterator[ast.AST]:
    """Give the types that stand in a module: nothing happens when they change."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(returns=ast.AST() as annotation):
                yield annotation
            case ast.arg(annotation=ast.AST() as annotation) | ast.AnnAssign(annotation=annotation):
                yield annotation


def _mutate(node: ast.AST, variant: int) -> str | None:  # noqa: PLR0911 - a return a kind of change
    """Change a node in place; return what was done, None if there is no such variant."""
    match node, variant:
        case ast.Compare(), 0:
            old = node.ops[0]
            node.ops[0] = _COMPARISONS[type(old)]()
            return f"{type(old).__name__} -> {type(node.ops[0]).__name__}"
        case ((ast.BinOp() | ast.AugAssign()), 0) if type(node.op) in _OPERATORS:
            old_op = node.op
            node.op = _OPERATORS[type(old_op)]()
            return f"{type(old_op).__name__} -> {type(node.op).__name__}"
        case ast.BoolOp(), 0:
            was_and = isinstance(node.op, ast.And)
            node.op = ast.Or() if was_and else ast.And()
            return "and -> or" if was_and else "or -> and"
        case ast.Constant(), (0 | 1):
            return _mutate_constant(node, variant)
        case ((ast.If() | ast.While() | ast.IfExp()), (0 | 1)):
            node.test = ast.Constant(value=bool(variant))
            return f"condition -> {bool(variant)}"
        case ((ast.FunctionDef() | ast.If() | ast.For() | ast.While() | ast.Try()), 2):
            return _drop_statement(node)
    return None


def _mutate_constant(node: ast.Constant, variant: int) -> str | None:
    old = node.value
    match old:
        case bool() if variant == 0:
            node.value = not old
        case int() if not isinstance(old, bool):
            node.value = old + (1 if variant == 0 else -1)
        case bytes() if variant == 0:
            node.value = old + b"\x00"
        case _:
            return None
    return f"{old!r} -> {node.value!r}"


def _drop_statement(node: ast.FunctionDef | ast.If | ast.For | ast.While | ast.Try) -> str | None:
    """Leave out the last statement of a body that does something."""
    last = node.body[-1]
    text = ast.unparse(last).splitlines()[0]
    if isinstance(last, ast.Pass) or (len(node.body) == 1 and isinstance(last, ast.Raise)):
        node.body[-1] = ast.Pass()
        return f"without: {text}"
    if isinstance(last, ast.If | ast.For | ast.While | ast.Try):
        return None
    node.body[-1] = ast.Pass()
    return f"without: {text}"


class MutantFinder(MetaPathFinder):
    """Finds one module of the protocol in another file."""

    def __init__(self, name: str, path: Path) -> None:
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


def start(mutant: Mutant) -> int:
    """Start the tests of a mutant in a process of its own; return its id.

    It is a fork of this one, which has imported all that takes long. A mutant
    may loop for ever or fill the memory, so both are limited.
    """
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    os._exit(_run_tests(mutant))


def _run_tests(mutant: Mutant) -> int:
    """Return 0 if all tests pass on a mutant."""
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        path = Path(folder) / f"{mutant.module}.py"
        path.write_text(mutant.source)
        sys.meta_path.insert(0, MutantFinder(f"{_PACKAGE}.{mutant.module}", path))
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        names = (f"test_{mutant.module}.py", *_SHARED)
        tests = [str(ROOT / _TESTS / name) for name in names]
        options = ["-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-o", "addopts="]
        return int(pytest.main([*options, *tests]))


def fates(mutants: Sequence[Mutant], jobs: int) -> Iterator[tuple[Mutant, bool]]:
    """Give each mutant with whether it survived, as they end."""
    waiting, running = list(reversed(mutants)), dict[int, Mutant]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[start(mutant)] = mutant
        process, status = os.wait()
        yield running.pop(process), status == 0


def prepare() -> None:
    """Import what the tests need, but for the modules that change."""
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
    # These tests need no plugin, and that of Home Assistant takes long to load.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    load_pure()


def main() -> int:
    """Print survivors, a table and the score; return 1 below the target."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[*_MODULES, []], default=list(_MODULES))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    prepare()
    unchanged = [
        Mutant(module=module, line=0, change="", source=(_FOLDER / f"{module}.py").read_text())
        for module in options.modules
    ]
    if not all(survived for _, survived in fates(unchanged, options.jobs)):
        print("the tests fail on the modules as they are", file=sys.stderr)
        return 1
    mutants = [mutant for module in options.modules for mutant in mutants_of(module)]
    outcomes = []
    for mutant, survived in fates(mutants, options.jobs):
        outcomes.append((mutant, survived))
        if survived:
            print(f"survived: {mutant.module}.py:{mutant.line}: {mutant.change}", flush=True)
    print("| module | mutants | killed | score |")
    print("|---|---:|---:|---:|")
    for module in options.modules:
        survivals = [survived for mutant, survived in outcomes if mutant.module == module]
        killed = survivals.count(False)
        share = killed / len(survivals)
        print(f"| {module}.py | {len(survivals)} | {killed} | {share:.1%} |")
    killed = sum(not survived for _, survived in outcomes)
    score = killed / len(outcomes)
    print(f"mutate: mutants={len(outcomes)} killed={killed} score={score:.3f}")
    return 0 if score >= _TARGET else 1


if __name__ == "__main__":
    sys.exit(main())

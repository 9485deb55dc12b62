"""Mutation testing of the modules whose faults would be the hardest to see.

A mutant is a module with one small change: another comparison, operator,
constant or condition, a statement left out. A good test suite fails on it. A
mutant that passes all tests either shows a gap, or changes nothing that can be
observed; those are argued in docs/mutation.md, by their line and change.
"""

import argparse
import ast
import copy
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.tools.pure import ROOT

_PACKAGE: Final = "custom_components.ecom.families.e450.protocol"
_FOLDER: Final = ROOT.joinpath(*_PACKAGE.split("."))
_TESTS: Final = "tests/families/e450/protocol"
_SHARED: Final = ("test_decoder.py", "test_captures.py")
_MODULES: Final = ("hdlc", "gbt", "security")
_TARGET: Final = 0.8
_TIMEOUT: Final = 120

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
    count = sum(1 for _ in ast.walk(tree))
    for index in range(count):
        for variant in range(3):
            changed = copy.deepcopy(tree)
            node = list(ast.walk(changed))[index]
            change = _mutate(node, variant)
            if change is not None:
                line = getattr(node, "lineno", 0)
                source = ast.unparse(ast.fix_missing_locations(changed))
                yield Mutant(module=module, line=line, change=change, source=source)


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


def survives(mutant: Mutant) -> bool:
    """Return whether all tests pass on a mutant."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{mutant.module}.py"
        path.write_text(mutant.source)
        tests = [f"{_TESTS}/{name}" for name in (f"test_{mutant.module}.py", *_SHARED)]
        return _run_tests(tests, f"{_PACKAGE}.{mutant.module}={path}") == 0


def _run_tests(tests: Sequence[str], replacement: str) -> int:
    """Return pytest's exit code; a run that never ends is a failed one."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--noconftest"]
    command += ["-p", "scripts.tools.mutant_plugin", "-p", "no:cacheprovider", "-o", "addopts="]
    # These tests need no plugin, and that of Home Assistant takes long to load.
    environment = {**os.environ, "ECOM_MUTANT": replacement, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    try:
        done = subprocess.run(  # noqa: PLW1510 - the code is what is asked for
            [*command, *tests],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return 1
    return done.returncode


def main() -> int:
    """Print survivors, a table and the score; return 1 below the target."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[*_MODULES, []], default=list(_MODULES))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    for module in options.modules:
        unchanged = (_FOLDER / f"{module}.py").read_text()
        if not survives(Mutant(module=module, line=0, change="", source=unchanged)):
            print(f"the tests fail on {module} as it is", file=sys.stderr)
            return 1
    mutants = [mutant for module in options.modules for mutant in mutants_of(module)]
    with ThreadPoolExecutor(options.jobs) as pool:
        outcomes = list(zip(mutants, pool.map(survives, mutants), strict=True))
    for mutant, survived in outcomes:
        if survived:
            print(f"survived: {mutant.module}.py:{mutant.line}: {mutant.change}")
    print("| module | mutants | killed | score |")
    print("|---|---:|---:|---:|")
    for module in options.modules:
        fates = [survived for mutant, survived in outcomes if mutant.module == module]
        killed = fates.count(False)
        print(f"| {module}.py | {len(fates)} | {killed} | {killed / len(fates):.1%} |")
    killed = sum(not survived for _, survived in outcomes)
    score = killed / len(outcomes)
    print(f"mutate: mutants={len(outcomes)} killed={killed} score={score:.3f}")
    return 0 if score >= _TARGET else 1


if __name__ == "__main__":
    sys.exit(main())

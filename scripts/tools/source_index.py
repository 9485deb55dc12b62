"""Read the integration's source and say which strings an expression can be.

This is no interpreter: it follows what the code of this repository does with
translation keys. Constants, enumerations, choices, f-strings, loops over
literals, and arguments that are handed on by a helper are resolved; anything
else makes the answer incomplete, which the caller must respect.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from homeassistant import const

from scripts.tools import tree
from scripts.tools.source_nodes import (
    Function,
    alternatives,
    assigned,
    bound,
    called,
    handed,
    members,
    parameters,
)

DEPTH = 6  # of helpers that hand a key on to each other
WILDCARD = "*"


@dataclass(frozen=True, slots=True)
class Strings:
    """The strings that an expression can be; ``complete`` if there are no others.

    A ``*`` in a string stands for a part that is not known.
    """

    found: frozenset[str] = frozenset()
    complete: bool = True

    def __or__(self, other: Strings) -> Strings:
        """Return what either of two expressions can be."""
        return Strings(self.found | other.found, self.complete and other.complete)


UNKNOWN = Strings(complete=False)


@dataclass(frozen=True, eq=False, slots=True)
class Module:
    """One parsed file."""

    name: str
    path: Path
    body: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)

    def function_of(self, node: ast.AST) -> Function | None:
        """Return the function that encloses a node."""
        found = self.enclosing(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        return found if isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef)) else None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class that encloses a node."""
        found = self.enclosing(node, (ast.ClassDef,))
        return found if isinstance(found, ast.ClassDef) else None

    def enclosing(self, node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> ast.AST | None:
        """Return the nearest enclosing node of one of these kinds."""
        parent = self.parents.get(node)
        while parent is not None and not isinstance(parent, kinds):
            parent = self.parents.get(parent)
        return parent

    def where(self, node: ast.AST) -> str:
        """Return the place of a node, for a message."""
        return f"{self.path.name}:{getattr(node, 'lineno', 0)} ({self.name or 'package'})"


class SourceIndex:
    """All modules of the integration, and what their names stand for."""

    def __init__(self, root: Path) -> None:
        """Parse everything below the package."""
        folder = tree.package_folder(root)
        self.modules = [_parse(folder, path) for path in sorted(folder.rglob("*.py"))]
        self.classes: dict[str, ast.ClassDef] = {}
        self._values: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
        self.calls: dict[str, list[tuple[Module, ast.Call]]] = defaultdict(list)
        for module in self.modules:
            self._index(module)

    def nodes[NodeT: ast.AST](self, kind: type[NodeT]) -> Iterator[tuple[Module, NodeT]]:
        """Yield every node of a kind, with its module."""
        for module in self.modules:
            for node in ast.walk(module.body):
                if isinstance(node, kind):
                    yield module, node

    def mentions(self) -> frozenset[str]:
        """Return every string that the source holds."""
        constants = (node.value for _, node in self.nodes(ast.Constant))
        return frozenset(value for value in constants if isinstance(value, str))

    def bases(self, name: str) -> frozenset[str]:
        """Return the names of all classes that a class derives from, and its own."""
        known = self.classes.get(name)
        if known is None:
            return frozenset({name})
        names = {called(base) for base in known.bases} - {name}
        return frozenset({name}).union(*(self.bases(base) for base in names))

    def resolve(self, node: ast.expr | None, module: Module, depth: int = DEPTH) -> Strings:
        """Return the strings that an expression can be."""
        if node is None or depth == 0:
            return UNKNOWN
        if (choices := alternatives(node)) is not None:
            return self._union(choices, module, depth)
        result = UNKNOWN
        match node:
            case ast.Constant(value=str(text)):
                result = Strings(frozenset({text}))
            case ast.Constant(value=None):
                result = Strings()
            case ast.JoinedStr(values=parts):
                result = self._joined(parts, "", module, depth)
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str(between)), attr="join"),
                args=[ast.Tuple(elts=parts) | ast.List(elts=parts)],
            ):
                result = self._joined(parts, between, module, depth)
            case ast.Subscript(value=ast.Name() as name) if self._is_collection(name, module):
                result = self._name(name, module, depth)
            case ast.Attribute():
                result = self._attribute(node, module, depth)
            case ast.Name():
                result = self._name(node, module, depth)
        return result

    def keys(self, node: ast.expr | None, module: Module) -> Strings:
        """Return the keys of a dictionary that is written out."""
        if not isinstance(node, ast.Dict):
            return UNKNOWN
        known = [key for key in node.keys if key is not None]
        found = self._union(known, module, DEPTH)
        return found if len(known) == len(node.keys) else found | UNKNOWN

    def _union(self, nodes: list[ast.expr], module: Module, depth: int) -> Strings:
        result = Strings()
        for node in nodes:
            result |= self.resolve(node, module, depth - 1)
        return result

    def _joined(self, parts: list[ast.expr], between: str, module: Module, depth: int) -> Strings:
        options = []
        for part in parts:
            known = self.resolve(part, module, depth)
            options.append(sorted(known.found) if known.complete else [WILDCARD])
        return Strings(frozenset(between.join(choice) for choice in product(*options)))

    def _is_collection(self, node: ast.Name, module: Module) -> bool:
        """Return whether a name stands for a constant dictionary or sequence."""
        values = self._constants(node.id, module)
        return any(isinstance(value, (ast.Dict, ast.Tuple, ast.List)) for _, value in values)

    def _attribute(self, node: ast.Attribute, module: Module, depth: int) -> Strings:
        """Return the value of an enumeration's member, or of a module's constant."""
        owner = self.classes.get(called(node.value))
        if owner is not None:
            return self.resolve(members(owner).get(node.attr), module, depth - 1)
        if called(node.value) == "Platform":
            return Strings(frozenset({node.attr.lower()}))
        return UNKNOWN

    def _name(self, node: ast.Name, module: Module, depth: int) -> Strings:
        if node.id in self.classes:
            values = list(members(self.classes[node.id]).values())
            return self._union(values, module, depth) if values else UNKNOWN
        function = module.function_of(node)
        while function is not None:
            if node.id in parameters(function):
                return self._argument(node.id, function, depth)
            if values := bound(node.id, function):
                return self._union(values, module, depth)
            function = module.function_of(function)
        known = self._constants(node.id, module)
        result = Strings() if known else _of_home_assistant(node.id)
        for home, value in known:
            result |= self.resolve(value, home, depth - 1)
        return result

    def _constants(self, name: str, module: Module) -> list[tuple[Module, ast.expr]]:
        """Return a module-level constant: this module's own, or else an imported one."""
        known = self._values.get(name, [])
        own = [pair for pair in known if pair[0] is module]
        return own or known

    def _argument(self, name: str, function: Function, depth: int) -> Strings:
        """Return what a function's callers hand over under that name."""
        calls = self.calls.get(function.name, [])
        result = Strings() if calls else UNKNOWN
        for module, call in calls:
            result |= self.resolve(handed(call, name, function), module, depth - 1)
        return result

    def _index(self, module: Module) -> None:
        for statement in module.body.body:
            for name, value in assigned(statement):
                self._values[name].append((module, value))
        for node in ast.walk(module.body):
            if isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            elif isinstance(node, ast.Call):
                self.calls[called(node.func)].append((module, node))


def _of_home_assistant(name: str) -> Strings:
    """Return the value of one of Home Assistant's own constants, such as CONF_NAME."""
    value = getattr(const, name, None)
    return Strings(frozenset({value})) if isinstance(value, str) else UNKNOWN


def _parse(folder: Path, path: Path) -> Module:
    name = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix("__init__")
    module = Module(name.rstrip("."), path, ast.parse(path.read_text(encoding="utf-8")))
    for parent in ast.walk(module.body):
        for child in ast.iter_child_nodes(parent):
            module.parents[child] = parent
    return module

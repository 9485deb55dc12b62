"""Small questions about nodes of a syntax tree."""

import ast
from collections.abc import Iterator

type Function = ast.FunctionDef | ast.AsyncFunctionDef

WRAPPERS = frozenset({"frozenset", "list", "set", "sorted", "str", "tuple"})


def alternatives(node: ast.expr) -> list[ast.expr] | None:
    """Return the expressions one of which is meant; None if it is a single one."""
    found: list[ast.expr] | None = None
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            found = [body, orelse]
        case ast.Starred(value=value) | ast.FormattedValue(value=value):
            found = [value]
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            found = elements
        case ast.BoolOp(values=values) | ast.Dict(values=values):
            found = values
        case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
            found = [element]
        case ast.Call(func=ast.Name(id=name), args=[one]) if name in WRAPPERS:
            found = [one]
    return found


def called(node: ast.expr) -> str:
    """Return the last name of what is called or subclassed: ``a.b[C]`` is ``b``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value) | ast.Call(func=value):
            return called(value)
    return ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument."""
    return next((word.value for word in call.keywords if word.arg == name), None)


def assigned(statement: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the name and the value of a plain assignment to one name."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def members(owner: ast.ClassDef) -> dict[str, ast.expr]:
    """Return the members of an enumeration; of any other class, nothing."""
    if not any("Enum" in called(base) for base in owner.bases):
        return {}
    return dict(pair for statement in owner.body for pair in assigned(statement))


def bound(name: str, function: Function) -> list[ast.expr]:
    """Return every value that a local name is given in a function."""
    values = []
    for node in ast.walk(function):
        match node:
            case ast.For(target=ast.Name(id=found), iter=value) if found == name:
                values.append(value)
            case ast.comprehension(target=ast.Name(id=found), iter=value) if found == name:
                values.append(value)
            case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                values.append(value)
            case _:
                values += [value for found, value in assigned(node) if found == name]
    return values


def parameters(function: Function) -> list[str]:
    """Return the names of all parameters, in order."""
    arguments = function.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def handed(call: ast.Call, name: str, function: Function) -> ast.expr | None:
    """Return the argument that a call hands to a parameter, or its default."""
    if (value := keyword(call, name)) is not None:
        return value
    names = [n for n in parameters(function) if n not in {"self", "cls"}]
    position = names.index(name)
    if position < len(call.args):
        return call.args[position]
    positional = (*function.args.posonlyargs, *function.args.args)
    defaults = dict(
        zip([a.arg for a in reversed(positional)], reversed(function.args.defaults), strict=False)
    )
    extra = zip([a.arg for a in function.args.kwonlyargs], function.args.kw_defaults, strict=True)
    return {**defaults, **dict(extra)}.get(name)

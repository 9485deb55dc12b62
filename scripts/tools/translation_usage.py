"""Which texts the code asks for: steps, errors, exceptions, issues, options and more.

A use is a path in the translation file, such as ``config.step.user``. Where a helper
serves several flows, any one of several paths will do. A key that cannot be resolved leaves
its section *open*: its texts are then accepted if the code mentions their keys at all.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scripts.tools.source_index import UNKNOWN, Module, SourceIndex, Strings
from scripts.tools.source_nodes import called, keyword

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
SHOWING = ("async_show_form", "async_show_menu", "async_show_progress")
# What these leave to a default: Home Assistant has texts of its own for the last.
IMPLIED = {
    "_abort_if_unique_id_configured": "already_configured",
    "_async_abort_entries_match": "already_configured",
    "_abort_if_unique_id_mismatch": "unique_id_mismatch",
}
REPAIRS = "issues.*.fix_flow"  # Home Assistant's own flow brings the step "confirm"
OWN_TEXTS = ("already_in_progress", "reauth_successful", "reconfigure_successful")


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One text that the code asks for, under any one of these paths."""

    paths: tuple[str, ...]
    where: str
    placeholders: frozenset[str] | None = None
    required: bool = True
    resolved: bool = True


class Usage:
    """Finds the uses in the integration's source."""

    def __init__(self, index: SourceIndex) -> None:
        """Look at an index of the source."""
        self._index = index
        self._subentries = dict(self._subentry_types())

    def uses(self) -> Iterator[Use]:
        """Yield everything that the code asks for, or may ask for."""
        for module, call in self._index.nodes(ast.Call):
            for finder in (_exception, _issue, _selector, _service, _device):
                yield from finder(self._index, module, call)
            for scopes in self._served(module, call):
                yield from self._flow_call(scopes, module, call)
            yield from self._field(module, call)
        for module, node in self._index.nodes(ast.stmt):
            yield from self._error(module, node)
            yield from _attribute(self._index, module, node)
        for kind in self._subentries.values():
            yield Use(
                paths=(f"config_subentries.{kind}",), where="async_get_supported_subentry_types"
            )
        for scope in self._all_scopes():
            paths = [f"{scope}.abort.{reason}" for reason in OWN_TEXTS]
            paths += [f"{scope}.step.confirm"] if scope == REPAIRS else []
            yield from (Use(paths=(path,), where=scope, required=False) for path in paths)

    def _served(self, module: Module, call: ast.Call) -> Iterator[tuple[str, ...]]:
        """Yield the sections that a call in a flow asks: of a base, each of those it serves."""
        scopes, own = self._scopes(module, call), module.class_of(call)
        if own is not None and len(scopes) > 1 and own.name not in self._subentries:
            yield from ((scope,) for scope in scopes)
        elif scopes:
            yield scopes

    def _flow_call(self, scopes: tuple[str, ...], module: Module, call: ast.Call) -> Iterator[Use]:
        """Yield the steps, menus and reasons of a call within a flow."""
        name = called(call.func)
        if name in SHOWING and isinstance(call.func, ast.Attribute):
            step = self._index.resolve(keyword(call, "step_id"), module)
            given = self._given(scopes, call, module)
            for use in _uses(scopes, "step", step, module.where(call)):
                # While there is progress, its own text is shown.
                required = use.required and name != "async_show_progress"
                yield replace(use, required=required, placeholders=given)
            if name == "async_show_menu":
                options = self._menu(call, module)
                for name in step.found or {"*"}:
                    place = f"step.{name}.menu_options"
                    yield from _uses(scopes, place, options, module.where(call))
            if (action := keyword(call, "progress_action")) is not None:
                found = self._index.resolve(action, module)
                yield from _uses(scopes, "progress", found, module.where(call))
        yield from _uses(scopes, "abort", self._reason(name, call, module), module.where(call))

    def _given(
        self, scopes: tuple[str, ...], call: ast.Call, module: Module
    ) -> frozenset[str] | None:
        """Return the placeholders that a form fills in; None if that is not known.

        The texts of a repair are filled in by its issue.
        """
        given = keyword(call, "description_placeholders")
        names = Strings() if given is None else self._index.keys(given, module)
        return names.found if names.complete and REPAIRS not in scopes else None

    def _menu(self, call: ast.Call, module: Module) -> Strings:
        options = keyword(call, "menu_options")
        # A dictionary brings its labels along and needs no text.
        return Strings() if isinstance(options, ast.Dict) else self._index.resolve(options, module)

    def _reason(self, name: str, call: ast.Call, module: Module) -> Strings:
        """Return the reasons for which a call can end a flow."""
        reason = keyword(call, "reason")
        if name == "AbortFlow":
            return self._index.resolve(reason or next(iter(call.args), None), module)
        if name == "async_abort" or (reason is not None and "abort" in name):
            return self._index.resolve(reason, module)
        implied = IMPLIED.get(name) if keyword(call, "error") is None else None
        return Strings(frozenset({implied} if implied else ()))

    def _field(self, module: Module, call: ast.Call) -> Iterator[Use]:
        """Yield the fields and sections of a form."""
        scopes = self._scopes(module, call)
        if not scopes or called(call.func) not in {"Required", "Optional"} or not call.args:
            return
        found = self._index.resolve(call.args[0], module)
        for key in found.found:
            places = ("step.*.data", "step.*.sections.*.data", "step.*.sections")
            paths = tuple(f"{scope}.{place}.{key}" for scope in scopes for place in places)
            yield Use(paths=paths, where=module.where(call))
        if not found.complete:
            yield from _uses(scopes, "step.*.data", UNKNOWN, module.where(call))
            yield from _uses(scopes, "step.*.sections.*.data", UNKNOWN, module.where(call))

    def _error(self, module: Module, node: ast.stmt) -> Iterator[Use]:
        """Yield the errors that a form shows, or that a helper of a flow raises."""
        scopes = self._scopes(module, node)
        if not scopes:
            return
        for value in _error_values(node):
            yield from _uses(
                scopes, "error", self._index.resolve(value, module), module.where(node)
            )
        if (text := _raised(node)) is not None:
            yield from _uses(scopes, "error", Strings(frozenset({text})), module.where(node))

    def _scopes(self, module: Module, node: ast.AST, depth: int = 3) -> tuple[str, ...]:
        """Return the sections of the flow that a node belongs to.

        A function outside of a class serves any of its module's flows; in a
        module that has none, it serves those that call it.
        """
        own = module.class_of(node)
        if own is not None:
            return self._scope(own.name)
        names = [n.name for n in module.body.body if isinstance(n, ast.ClassDef)]
        scopes = tuple(scope for name in names for scope in self._scope(name))
        function = module.function_of(node)
        if scopes or function is None or depth == 0:
            return scopes
        callers = self._index.calls.get(function.name, [])
        found = [self._scopes(there, call, depth - 1) for there, call in callers]
        return tuple(sorted({scope for scopes in found for scope in scopes}))

    def _scope(self, name: str) -> tuple[str, ...]:
        bases = self._index.bases(name)
        if "ConfigSubentryFlow" in bases:
            kinds = [
                kind
                for cls, kind in self._subentries.items()
                if cls == name or cls in bases or name in self._index.bases(cls)
            ]
            return tuple(f"config_subentries.{kind}" for kind in kinds)
        if "RepairsFlow" in bases or "ConfirmRepairFlow" in bases:
            return (REPAIRS,)
        if any(base.startswith("OptionsFlow") for base in bases):
            return ("options",)
        return ("config",) if "ConfigFlow" in bases else ()

    def _all_scopes(self) -> set[str]:
        return {scope for name in self._index.classes for scope in self._scope(name)}

    def _subentry_types(self) -> Iterator[tuple[str, str]]:
        """Yield the flow's class and the type of each kind of subentry."""
        for module, node in self._index.nodes(ast.Dict):
            function = module.function_of(node)
            if function is None or function.name != "async_get_supported_subentry_types":
                continue
            for key, value in zip(node.keys, node.values, strict=True):
                for kind in self._index.resolve(key, module).found:
                    yield called(value), kind


def _uses(scopes: tuple[str, ...], place: str, found: Strings, where: str) -> Iterator[Use]:
    """Yield a use for each string, and an open one if there may be others."""
    for key in sorted(found.found):
        # A stem that something unknown completes need not be a key by itself.
        known = "*" not in key and f"{key}_*" not in found.found
        paths = tuple(_path(scope, place, key) for scope in scopes)
        yield Use(paths=paths, where=where, required=known)
    if not found.complete:
        paths = tuple(_path(scope, place, "*") for scope in scopes)
        yield Use(paths=paths, where=where, required=False, resolved=False)


def _path(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def _exception(index: SourceIndex, module: Module, call: ast.Call) -> Iterator[Use]:
    if keyword(call, "translation_domain") is None or "issue" in called(call.func):
        return
    yield from _message("exceptions", index, module, call)


def _issue(index: SourceIndex, module: Module, call: ast.Call) -> Iterator[Use]:
    if called(call.func) in {"async_create_issue", "create_issue"}:
        yield from _message("issues", index, module, call)


def _message(section: str, index: SourceIndex, module: Module, call: ast.Call) -> Iterator[Use]:
    """Yield a text with placeholders; None where those are not written out."""
    found = index.resolve(keyword(call, "translation_key"), module)
    given = keyword(call, "translation_placeholders")
    names = Strings() if given is None else index.keys(given, module)
    for use in _uses((section,), "", found, module.where(call)):
        yield replace(use, placeholders=names.found if names.complete else None)


def _selector(index: SourceIndex, module: Module, call: ast.Call) -> Iterator[Use]:
    key = keyword(call, "translation_key")
    asks = called(call.func).endswith("SelectorConfig") or called(call.func) == "option_texts"
    if not asks or key is None:
        return
    options = index.resolve(keyword(call, "options"), module)
    for name in sorted(index.resolve(key, module).found):
        yield from _uses(("selector",), f"{name}.options", options, module.where(call))
        yield Use(paths=(f"selector.{name}",), where=module.where(call))


def _service(index: SourceIndex, module: Module, call: ast.Call) -> Iterator[Use]:
    """Yield an action that is registered under ECOM's own domain."""
    domain = next((n for n, arg in enumerate(call.args) if _is_domain(arg)), None)
    if not re.fullmatch(r"async_register(_\w*service)?", called(call.func)) or domain is None:
        return
    if isinstance(call.func, ast.Attribute) and _is_named(call.func.value, "webhook"):
        return  # The name of a webhook is shown to nobody.
    name = call.args[domain + 1] if domain + 1 < len(call.args) else keyword(call, "service")
    for key in sorted(index.resolve(name, module).found):
        yield Use(paths=(f"services.{key}",), where=module.where(call))


def _is_domain(node: ast.expr) -> bool:
    return _is_named(node, "DOMAIN")


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _device(index: SourceIndex, module: Module, call: ast.Call) -> Iterator[Use]:
    key = keyword(call, "translation_key")
    if called(call.func) in {"DeviceInfo", "ChildDeviceInfo"} and key is not None:
        yield from _uses(("device",), "", index.resolve(key, module), module.where(call))


def _attribute(index: SourceIndex, module: Module, node: ast.stmt) -> Iterator[Use]:
    """Yield the key that an entity class of a platform's module states."""
    match node:
        case ast.Assign(targets=[ast.Name(id="_attr_translation_key")], value=value):
            platform = module.name.rpartition(".")[2]
            yield from _uses((f"entity.{platform}",), "", index.resolve(value, module), module.name)


def _error_values(node: ast.stmt) -> Iterator[ast.expr]:
    """Yield the values of ``errors[…] = …``, ``errors = {…}`` and ``{"base": …}``."""
    match node:
        case ast.Assign(targets=[ast.Subscript(value=target)], value=value):
            if "errors" in called(target):
                yield value
        case ast.Assign(targets=[target], value=ast.Dict(values=values)):
            if "errors" in called(target):
                yield from values
        case ast.AnnAssign(target=target, value=ast.Dict(values=values)):
            if "errors" in called(target):
                yield from values
        case ast.Return(value=ast.Dict(keys=[ast.Constant(value="base")], values=values)):
            yield from values
        case ast.Return(value=ast.Call() as call):
            if isinstance(given := keyword(call, "errors"), ast.Dict):
                yield from given.values


def _raised(node: ast.stmt) -> str | None:
    """Return the key that ``raise SomeError("key")`` carries to a form."""
    match node:
        case ast.Raise(exc=ast.Call(func=error, args=[ast.Constant(value=str(text))])):
            is_key = called(error).endswith("Error") and IDENTIFIER.fullmatch(text)
            return text if is_key else None
    return None

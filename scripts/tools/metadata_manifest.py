"""Check manifest.json and hacs.json offline, by the rules of those who read them.

Home Assistant's own checker (hassfest) and the action of HACS run elsewhere;
what they refuse is refused here first. Both files have a closed set of keys.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from awesomeversion import AwesomeVersion, AwesomeVersionException, AwesomeVersionStrategy
from homeassistant.const import Platform
from packaging.requirements import InvalidRequirement, Requirement

from scripts.tools import tree
from scripts.tools.json_files import load

DOMAIN = "ecom"
REQUIRED = (
    "domain",
    "name",
    "codeowners",
    "config_flow",
    "documentation",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "version",
)
OPTIONAL = (
    "after_dependencies",
    "bluetooth",
    "dependencies",
    "dhcp",
    "homekit",
    "import_executor",
    "loggers",
    "mqtt",
    "preview_features",
    "quality_scale",
    "requirements",
    "single_config_entry",
    "ssdp",
    "usb",
    "zeroconf",
)
CHOICES = {
    "iot_class": (
        "assumed_state",
        "calculated",
        "cloud_polling",
        "cloud_push",
        "local_polling",
        "local_push",
    ),
    "integration_type": ("device", "entity", "hardware", "helper", "hub", "service", "system"),
}
VERSIONS = [
    AwesomeVersionStrategy.CALVER,
    AwesomeVersionStrategy.SEMVER,
    AwesomeVersionStrategy.SIMPLEVER,
    AwesomeVersionStrategy.BUILDVER,
    AwesomeVersionStrategy.PEP440,
]
#: Components that may be imported without being listed as a dependency.
ALWAYS_THERE = frozenset(
    {platform.value for platform in Platform}
    | {"automation", "frontend", "panel_custom", "persistent_notification", "person", "script"}
    | {"sun", "system_health", "webhook", "websocket_api", "zone", "timer"}
    | {f"input_{kind}" for kind in ("boolean", "button", "datetime", "number", "select", "text")}
)
NOT_A_DEPENDENCY = ("homeassistant", "persistent_notification")

HACS_KEYS = (
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
)


def check_manifest(root: Path) -> Iterator[str]:
    """Yield what is wrong with manifest.json."""
    path = tree.package_folder(root) / "manifest.json"
    if not path.is_file():
        yield "manifest.json: not there"
        return
    manifest = load(path)
    for fault in (*_keys(manifest), *_values(manifest), *_requirements(manifest)):
        yield f"manifest.json: {fault}"
    yield from (f"manifest.json: {fault}" for fault in _version(root, manifest))
    if (tree.package_folder(root) / "config_flow.py").is_file() != bool(
        manifest.get("config_flow")
    ):
        yield "manifest.json: config_flow and config_flow.py do not agree"
    yield from (f"manifest.json: {fault}" for fault in _dependencies(root, manifest))


def check_hacs(root: Path) -> Iterator[str]:
    """Yield what is wrong with hacs.json."""
    path = root / "hacs.json"
    if not path.is_file():
        yield "hacs.json: not there"
        return
    hacs = load(path)
    for key in sorted(hacs.keys() - set(HACS_KEYS)):
        yield f"hacs.json: unknown key {key}"
    if not isinstance(hacs.get("name"), str):
        yield "hacs.json: needs a name"
    if hacs.get("zip_release"):
        yield "hacs.json: zip_release is not used here"
    minimum = hacs.get("homeassistant")
    if not isinstance(minimum, str) or not AwesomeVersion(minimum).valid:
        yield "hacs.json: homeassistant must be a version"


def _keys(manifest: Mapping[str, Any]) -> Iterator[str]:
    for key in REQUIRED:
        if key not in manifest:
            yield f"{key} is missing"
    for key in manifest.keys() - set(REQUIRED) - set(OPTIONAL):
        yield f"unknown key {key}"
    ordered = ["domain", "name", *sorted(manifest.keys() - {"domain", "name"})]
    if list(manifest) != ordered:
        yield "keys must stand in the order domain, name, then alphabetical"


def _values(manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest.get("domain") != DOMAIN:
        yield f"domain must be {DOMAIN}"
    for key, choices in CHOICES.items():
        if manifest.get(key) not in choices:
            yield f"{key} must be one of {', '.join(choices)}"
    for key in ("documentation", "issue_tracker"):
        if not str(manifest.get(key)).startswith("https://"):
            yield f"{key} must be an https address"
    if str(manifest.get("documentation")).startswith("https://www.home-assistant.io/integrations"):
        yield "documentation must not claim Home Assistant's own pages"
    if not all(owner.startswith("@") for owner in manifest.get("codeowners", [""])):
        yield "codeowners must be handles that begin with @"


def _requirements(manifest: Mapping[str, Any]) -> Iterator[str]:
    for text in manifest.get("requirements", []):
        try:
            requirement = Requirement(text)
        except InvalidRequirement as err:
            yield f"requirement {text!r}: {err}"
            continue
        if " " in text:
            yield f"requirement {text!r} holds a space"
        if any(specifier.operator in {"==", "==="} for specifier in requirement.specifier):
            yield f"requirement {text!r} is pinned: two integrations would fight over it"


def _version(root: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    version = str(manifest.get("version"))
    try:
        AwesomeVersion(version, ensure_strategy=VERSIONS)
    except AwesomeVersionException:
        yield f"version {version!r} would not be loaded"
    path = root / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        if project["version"] != version:
            yield f"version {version} is not that of pyproject.toml"


def _dependencies(root: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield components that the code imports and the manifest does not list."""
    first, later = (manifest.get(key, []) for key in ("dependencies", "after_dependencies"))
    for name in sorted(set(first) & set(later)):
        yield f"{name} stands in dependencies and in after_dependencies"
    for name in sorted({*first, *later} & set(NOT_A_DEPENDENCY)):
        yield f"{name} must not be a dependency"
    folder = tree.package_folder(root)
    allowed = {*ALWAYS_THERE, *first, *later, *(path.stem for path in folder.glob("*.py"))}
    for path in sorted(folder.rglob("*.py")):
        for name in sorted(_imported(ast.parse(path.read_text(encoding="utf-8"))) - allowed):
            yield f"{path.relative_to(folder)} imports {name}, which is no dependency"


def _imported(node: ast.AST) -> set[str]:
    """Return the components that a module imports when it runs."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.ImportFrom(module="homeassistant.components", names=names):
                found |= {name.name for name in names}
            case ast.ImportFrom(module=str(module)):
                found |= _component(module)
            case ast.Import(names=names):
                found = found.union(*(_component(name.name) for name in names))
        found |= _imported(child)
    return found


def _component(module: str) -> set[str]:
    match module.split("."):
        case ["homeassistant", "components", name, *_]:
            return {name}
    return set()

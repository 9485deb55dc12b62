"""The import rules of the design, as data.

Each rule becomes one or two contracts of import-linter. Its settings matter:
chains of imports count, so that a rule cannot be got round through a module in
between; ``custom_components.ecom`` itself can only be forbidden with
``as_packages`` off, since it contains everything else; and a pattern that
matches nothing passes in silence, which is why ``lint_imports`` breaks each
rule on a copy before it trusts any of them.
"""

from dataclasses import dataclass
from pathlib import Path

from scripts.tools import tree
from scripts.tools.pure import PACKAGE, ROOT

HOME_ASSISTANT = ("homeassistant", "probatio", "voluptuous")
ENTRANCES = ("config_flow", "registry")  # with the package root, they know the families
PACKAGE_ROOT = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Modules that never import others.

    ``sources`` and ``internal`` are relative to the package; ``samples`` are
    modules that a violation is planted in. The empty name in ``internal``
    stands for the package root itself.
    """

    key: str
    title: str
    sources: tuple[str, ...]
    samples: tuple[str, ...]
    external: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    except_for: tuple[tuple[str, str], ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """Return everything that is forbidden, by its full name."""
        return (*self.external, *(full_name(name) for name in self.internal))


def full_name(name: str) -> str:
    """Return the full name of a module that is named relative to the package."""
    return f"{PACKAGE}.{name}" if name else PACKAGE


def rules(root: Path = ROOT) -> list[Rule]:
    """Return the rules for the modules that are there."""
    impure = tuple(name for name in tree.root_modules(root) if name not in tree.PURE_ROOT)
    return [
        _core(impure),
        _protocol(impure),
        _security(),
        _clients(root, impure),
        _site(),
        _families(),
        _platforms(impure),
        _everything(),
    ]


def _core(impure: tuple[str, ...]) -> Rule:
    return Rule(
        key="core",
        title="The core knows only itself, the ports and the errors",
        sources=("core", "core.**"),
        samples=("core.planted",),
        external=(*HOME_ASSISTANT, "aiohttp"),
        internal=("families", "site", *impure, PACKAGE_ROOT),
    )


def _protocol(impure: tuple[str, ...]) -> Rule:
    return Rule(
        key="protocol",
        title="A protocol is bytes in and events out",
        sources=("families.*.protocol", "families.*.protocol.**"),
        samples=("families.planted.protocol.planted",),
        external=(*HOME_ASSISTANT, "aiohttp", "asyncio", "socket"),
        internal=("core", "site", *tree.PURE_ROOT, *impure, PACKAGE_ROOT),
    )


def _security() -> Rule:
    return Rule(
        key="cryptography",
        title="Only a protocol's security module uses cryptography",
        sources=("families.*.protocol", "families.*.protocol.**"),
        samples=("families.planted.protocol.planted",),
        external=("cryptography",),
        except_for=(("families.*.protocol.security", "cryptography"),),
    )


def _clients(root: Path, impure: tuple[str, ...]) -> Rule:
    found = [name for name in tree.pure_modules(root) if name.startswith("families.")]
    shells = {name.split(".")[2] for name in found if name.count(".") > 1} - {"protocol"}
    parts = sorted(shells | {"client", "models"})
    return Rule(
        key="clients",
        title="Clients and models know neither Home Assistant nor the core",
        sources=tuple(f"families.*.{part}{tail}" for part in parts for tail in ("", ".**")),
        samples=tuple(f"families.planted.{part}" for part in parts),
        external=HOME_ASSISTANT,
        internal=("core", "site", *impure, PACKAGE_ROOT),
    )


def _site() -> Rule:
    return Rule(
        key="site",
        title="The site knows no family",
        sources=("site", "site.**"),
        samples=("site.planted",),
        internal=("families", *ENTRANCES, PACKAGE_ROOT),
    )


def _families() -> Rule:
    return Rule(
        key="families",
        title="A family knows neither the site nor the registry",
        sources=("families", "families.**"),
        samples=tuple(f"families.planted.{name}" for name in tree.HOME_ASSISTANT_SIDE),
        internal=("site", "registry", PACKAGE_ROOT),
    )


def _platforms(impure: tuple[str, ...]) -> Rule:
    sources = tuple(name for name in (*tree.PURE_ROOT, *impure) if name not in ENTRANCES)
    return Rule(
        key="platforms",
        title="Root files reach a family through its entry only",
        sources=sources,
        samples=sources,
        internal=("families", "registry", PACKAGE_ROOT),
    )


def _everything() -> Rule:
    return Rule(
        key="shipped",
        title="Nothing that is shipped imports tests or scripts",
        sources=("**",),
        samples=("config_flow", "core.planted", "families.planted.planted", "site.planted"),
        external=("tests", "scripts"),
    )

"""The import rules hold, and none of them passes in silence."""

from dataclasses import replace
from pathlib import Path

import pytest

from scripts.tools import contracts, lint_imports
from scripts.tools.contracts import full_name

RULES = {rule.key: rule for rule in contracts.rules()}


@pytest.mark.parametrize("key", RULES)
def test_a_pattern_that_matches_nothing_is_found_out(
    monkeypatch: pytest.MonkeyPatch, real_copy: Path, key: str
) -> None:
    """A rule with a mistyped source does not break when it should."""
    rule = replace(RULES[key], sources=("nothing.of.that.name.**",))
    monkeypatch.setattr(lint_imports, "rules", lambda _root: [rule])
    found = lint_imports.unbreakable(real_copy)
    assert len(found) >= len(rule.samples)
    assert all(f"not noticed ({key})" in line for line in found)


def test_a_violation_in_the_tree_is_reported(real_copy: Path) -> None:
    """The real rules, on a tree that breaks one, name the import."""
    lint_imports.plant(real_copy, "core.planted", full_name("site.runtime"))
    report = "\n".join(lint_imports.broken(real_copy))
    assert "The core knows only itself" in report
    assert "custom_components.ecom.core.planted -> custom_components.ecom.site.runtime" in report


def test_a_violation_through_a_module_in_between(real_copy: Path) -> None:
    """A chain of imports is a violation as well."""
    lint_imports.plant(real_copy, "core.planted", "custom_components.ecom.ports")
    lint_imports.plant(real_copy, "ports", "homeassistant")
    assert "core.planted" in "\n".join(lint_imports.broken(real_copy))


def test_cryptography_in_the_security_module_is_allowed(real_copy: Path) -> None:
    """The one exception: a protocol's security module."""
    lint_imports.plant(real_copy, "families.planted.protocol.security", "cryptography")
    lint_imports.plant(
        real_copy,
        "families.planted.protocol.framing",
        full_name("families.planted.protocol.security"),
    )
    settings = lint_imports.config([RULES["cryptography"]], independence=False)
    assert lint_imports.lint(real_copy, settings)[0] == 0

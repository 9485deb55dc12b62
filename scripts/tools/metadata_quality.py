"""Check quality_scale.yaml, the self-audit against Home Assistant's 54 rules."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scripts.tools import tree

RULES = frozenset(
    """
    action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage
    dependency-transparency docs-actions docs-conditions docs-high-level-description
    docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup
    entity-unique-id has-entity-name runtime-data test-before-configure test-before-setup
    unique-config-entry

    action-exceptions config-entry-unloading docs-configuration-parameters
    docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
    parallel-updates reauthentication-flow test-coverage

    devices diagnostics discovery discovery-update-info docs-data-update docs-examples
    docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
    docs-use-cases dynamic-devices entity-category entity-device-class entity-disabled-by-default
    entity-translations exception-translations icon-translations reconfiguration-flow
    repair-issues stale-devices

    async-dependency inject-websession strict-typing
    """.split()  # noqa: SIM905 - 54 names read better as text
)
STATUSES = ("done", "exempt", "todo")


def check_quality(root: Path) -> Iterator[str]:
    """Yield what is wrong with quality_scale.yaml."""
    path = tree.package_folder(root) / "quality_scale.yaml"
    if not path.is_file():
        yield "quality_scale.yaml: not there"
        return
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = content.get("rules", {}) if isinstance(content, dict) else {}
    for rule in sorted(RULES - rules.keys()):
        yield f"quality_scale.yaml: {rule} is missing"
    for rule in sorted(rules.keys() - RULES):
        yield f"quality_scale.yaml: there is no rule {rule}"
    for rule, state in rules.items():
        yield from (f"quality_scale.yaml: {rule}: {fault}" for fault in _faults(state))


def _faults(state: Any) -> Iterator[str]:
    """Yield what is wrong with one rule: a status, and why unless it is done."""
    known = state if isinstance(state, dict) else {"status": state}
    if known.get("status") not in STATUSES:
        yield f"must be one of {', '.join(STATUSES)}"
    elif known["status"] != "done" and not known.get("comment"):
        yield "needs a comment that says why"

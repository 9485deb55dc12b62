"""The words of French texts are those of Home Assistant's own menus."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRENCH = [
    *ROOT.glob("*.fr.md"),
    *ROOT.glob("docs/**/*.fr.md"),
    ROOT / "custom_components" / "ecom" / "translations" / "fr.json",
]


@pytest.mark.parametrize("path", FRENCH, ids=lambda path: path.name)
def test_repairs_are_called_corrections(path: Path) -> None:
    """As under Paramètres → Système → Corrections, where a reader looks for them."""
    assert re.findall(r"\bréparations?\b", path.read_text("utf-8"), re.IGNORECASE) == []

"""The keys of entities are read from the tables themselves."""

import pytest

from scripts.tools import table_keys
from tests.tools.conftest import KEYS, Project


def test_descriptions_and_stated_keys(project: Project) -> None:
    """Descriptions are found with their states, and so is TRANSLATION_KEYS."""
    assert table_keys.read(project.root) == KEYS


def test_no_table(project: Project) -> None:
    """Without a table there is nothing to read."""
    (project.package / "site" / "tables.py").unlink()
    assert table_keys.read(project.root) == {}


def test_a_table_that_cannot_be_imported(project: Project) -> None:
    """The reason is passed on."""
    project.module("site/tables", "import nothing_of_that_name\n")
    with pytest.raises(RuntimeError, match="nothing_of_that_name"):
        table_keys.read(project.root)

"""The check of the translations passes a good tree and fails on each bad one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.tools import table_keys
from scripts.tools.check_translations import check
from tests.tools.conftest import KEYS, TEXTS, Project, translate


@pytest.fixture(autouse=True)
def _tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the tables, whose import takes seconds; see test_table_keys.py."""
    monkeypatch.setattr(table_keys, "read", lambda _root: KEYS)


def test_a_good_tree_passes(project: Project) -> None:
    """Nothing is missing, nothing left over."""
    assert list(check(project.root)) == []


def test_no_translations_at_all(project: Project) -> None:
    """Both files must be there."""
    (project.package / "translations" / "fr.json").unlink()
    assert list(check(project.root)) == ["not there: fr.json"]


def drop(path: str) -> Callable[[Any], None]:
    """Return what removes a text."""

    def spoil(texts: Any) -> None:
        *above, last = path.split(".")
        for key in above:
            texts = texts[key]
        del texts[last]

    return spoil


def put(path: str, value: Any) -> Callable[[Any], None]:
    """Return what adds or changes a text."""

    def spoil(texts: Any) -> None:
        *above, last = path.split(".")
        for key in above:
            texts = texts.setdefault(key, {})
        texts[last] = value

    return spoil


NEEDED = [
    "config.step.user.data.role",
    "config.step.user.data.name",
    "config.step.user.data.key",
    "config.error.cannot_connect",
    "config.error.wrong_key",
    "config.error.no_such_port",
    "config.abort.already_configured",
    "config_subentries.meter",
    "config_subentries.meter.step.user.menu_options.second",
    "config_subentries.meter.abort.taken",
    "config_subentries.alert.step.user",
    "config_subentries.member.step.user",
    "config_subentries.member.step.user.data.name",
    "entity.sensor.site_power",
    "entity.sensor.site_health.state.bad",
    "entity.switch.outlet",
    "exceptions.device_error",
    "issues.silent",
    "selector.role",
    "selector.role.options.solar",
    "services.boost",
    "services.boost.fields.minutes",
]


@pytest.mark.parametrize("path", NEEDED)
def test_what_the_code_asks_for_must_be_there(project: Project, path: str) -> None:
    """A text that is used and missing is reported by its path."""
    project.all_texts(drop(path))
    key = path.rpartition(".")[2]
    assert any(key in fault and "missing" in fault for fault in check(project.root))


LEFT_OVER = [
    ("config.step.other.title", "Other"),
    ("config.step.user.data.nobody", "Nobody"),
    ("config.error.nobody", "Nobody"),
    ("config.abort.nobody", "Nobody"),
    ("config_subentries.meter.step.user.menu_options.nobody", "Nobody"),
    ("entity.sensor.nobody.name", "Nobody"),
    ("entity.sensor.site_health.state.nobody", "Nobody"),
    ("exceptions.nobody.message", "Nobody"),
    ("issues.nobody", {"title": "Nobody", "description": "Nobody"}),
    ("selector.role.options.nobody", "Nobody"),
    ("selector.nobody.options.one", "Nobody"),
    ("services.nobody", {"name": "Nobody", "description": "Nobody"}),
    ("services.boost.fields.nobody", {"name": "Nobody", "description": "Nobody"}),
]


@pytest.mark.parametrize(("path", "value"), LEFT_OVER, ids=[path for path, _ in LEFT_OVER])
def test_what_nobody_asks_for_is_left_over(project: Project, path: str, value: Any) -> None:
    """A text without a use is reported."""
    project.all_texts(put(path, value))
    assert any("left over" in fault for fault in check(project.root))


BAD_TEXTS = [
    ("config.step.user.title", "Add <b>one</b>", "holds HTML"),
    ("config.step.user.title", "See https://example.org", "holds a URL"),
    ("config.step.user.title", " Add", "a space"),
    ("config.step.user.title", "Add '{name}'", "single quotes"),
    ("config.step.user.title", "", "is empty"),
    ("config.step.user.title", 5, "is not a text"),
    ("config.step.user.headline", "Add", "no place for a text"),
    ("config.error.Bad Key", "Bad", "not a valid key"),
    ("config.step.user.data_description.nobody", "Nobody", "describes what is not there"),
    ("config_subentries.meter.initiate_flow", {}, "initiate_flow.user: missing"),
    ("issues.silent.fix_flow.step.confirm.title", "Fix", "either a description or a fix_flow"),
    ("config.step.user.description", "Add {what}", "what is not given"),
    ("exceptions.device_error.message", "It is {colour}", "colour is not given"),
    ("config_subentries.meter.step.user.title", "Of {what}", "the title of a menu holds"),
]


@pytest.mark.parametrize(("path", "value", "fault"), BAD_TEXTS)
def test_bad_texts(project: Project, path: str, value: Any, fault: str) -> None:
    """Each rule for texts is enforced."""
    project.all_texts(put(path, value))
    if not isinstance(value, str):
        project.texts("fr", translate(TEXTS))
    assert any(fault in found for found in check(project.root)), list(check(project.root))


def test_french_lacks_a_text(project: Project) -> None:
    """Both languages have the same texts."""
    french = translate(TEXTS)
    del french["issues"]
    project.texts("fr", french)
    assert "fr: issues.silent.title: missing" in list(check(project.root))


def test_french_has_other_placeholders(project: Project) -> None:
    """Both languages fill in the same placeholders."""
    french = translate(TEXTS)
    french["exceptions"]["device_error"]["message"] = "Refusé : {cause}"
    project.texts("fr", french)
    assert any("other placeholders" in fault for fault in check(project.root))


def test_french_is_still_english(project: Project) -> None:
    """A whole sentence that is the same in both was not translated."""
    french = translate(TEXTS)
    sentence = TEXTS["config"]["step"]["user"]["data_description"]["port"]
    french["config"]["step"]["user"]["data_description"]["port"] = sentence
    project.texts("fr", french)
    assert any("not translated" in fault for fault in check(project.root))


def test_a_key_that_stands_twice(project: Project) -> None:
    """JSON would silently keep the last one."""
    project.write("custom_components/ecom/translations/en.json", '{"title": "A", "title": "B"}')
    with pytest.raises(ValueError, match="title"):
        list(check(project.root))


def test_a_table_that_cannot_be_imported(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is shown."""

    def fail(_root: Path) -> table_keys.Keys:
        raise RuntimeError("no such module")

    monkeypatch.setattr(table_keys, "read", fail)
    assert any("no such module" in fault for fault in check(project.root))


def test_a_new_step_in_the_code(project: Project) -> None:
    """Whatever the code begins to ask for is missed at once."""
    project.replace("config_flow", 'step_id="user", data_schema', 'step_id="port", data_schema')
    faults = list(check(project.root))
    assert any("config.step.port: missing" in fault for fault in faults)
    assert any("config.step.user: left over" in fault for fault in faults)


def test_an_open_section_accepts_what_is_mentioned(project: Project) -> None:
    """A key that only run time knows is accepted if the code holds it at all."""
    project.replace(
        "config_flow", 'errors["base"] = ', 'errors["x"] = user_input\n            _ = '
    )
    project.all_texts(put("config.error.never_mentioned", "Never"))
    faults = list(check(project.root))
    assert [fault for fault in faults if "cannot_connect" in fault] == []
    assert any("config.error.never_mentioned: left over" in fault for fault in faults)

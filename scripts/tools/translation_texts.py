"""The rules for the texts themselves, as Home Assistant's own checker has them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

type Texts = Mapping[str, Any]

PLACEHOLDER = re.compile(r"{(\w+)}")
KEY = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
FAULTS = (
    (re.compile(r"</?[a-zA-Z!]"), "holds HTML"),
    (re.compile(r"https?://"), "holds a URL: use a placeholder"),
    (re.compile(r"^\s|\s$"), "begins or ends with a space"),
    (re.compile(r"'{\w*}'"), "holds a placeholder in single quotes"),
    (re.compile(r"^$"), "is empty"),
)

FLOW = r"(config|options|config_subentries\.K|issues\.K\.fix_flow)"
SHAPES = (
    r"title",
    r"config\.flow_title",
    FLOW + r"\.step\.K\.(title|description|submit)",
    FLOW + r"\.step\.K\.(data|data_description|menu_options|menu_option_descriptions)\.K",
    FLOW + r"\.step\.K\.sections\.K\.(name|description|(data|data_description)\.K)",
    FLOW + r"\.(error|abort|progress|create_entry)\.K",
    r"config_subentries\.K\.(entry_type|initiate_flow\.K)",
    r"issues\.K\.(title|description)",
    r"entity\.K\.K\.(name|unit_of_measurement|state\.K)",
    r"entity\.K\.K\.state_attributes\.K\.(name|state\.K)",
    r"exceptions\.K\.message",
    r"selector\.K\.(options|unit_of_measurement)\.K",
    r"(services|triggers|conditions)\.K\.(name|description|(fields|sections)\.K\.(name|description))",
    r"device\.K\.name",
    r"system_health\.info\.K",
)
SHAPE = re.compile("|".join(f"(?:{shape})" for shape in SHAPES).replace("K", r"[^.]+"))

# What a person must be told in any case, relative to the section's keys.
NEEDED = {
    "config_subentries": ("entry_type", "initiate_flow.user"),
    "exceptions": ("message",),
    "issues": ("title",),
    "services": ("name", "description"),
    "triggers": ("name", "description"),
    "conditions": ("name", "description"),
}
MIN_WORDS = 5


def leaves(texts: Texts, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every text with its dotted path."""
    for key, value in texts.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            yield from leaves(value, here)
        else:
            yield here, value


def placeholders(text: str) -> frozenset[str]:
    """Return the names of a text's placeholders."""
    return frozenset(PLACEHOLDER.findall(text))


def check_texts(texts: Texts) -> Iterator[str]:
    """Yield what is wrong with one language."""
    for path, text in leaves(texts):
        yield from _check_text(path, text)
    yield from _check_needed(texts)
    yield from _check_descriptions(texts)
    yield from _check_menus(texts)
    yield from _check_issues(texts.get("issues", {}))


def compare(one: Texts, other: Texts) -> Iterator[str]:
    """Yield what a language lacks, has too much, or left untranslated."""
    ours, theirs = dict(leaves(one)), dict(leaves(other))
    for path in sorted(ours.keys() - theirs.keys()):
        yield f"{path}: missing"
    for path in sorted(theirs.keys() - ours.keys()):
        yield f"{path}: not in English"
    for path in sorted(ours.keys() & theirs.keys()):
        if placeholders(ours[path]) != placeholders(theirs[path]):
            yield f"{path}: other placeholders than in English"
        if ours[path] == theirs[path] and len(ours[path].split()) >= MIN_WORDS:
            yield f"{path}: not translated"


def _check_text(path: str, text: object) -> Iterator[str]:
    if not isinstance(text, str):
        yield f"{path}: is not a text"
        return
    if not SHAPE.fullmatch(path):
        yield f"{path}: is no place for a text"
    for key in path.split("."):
        if not KEY.fullmatch(key):
            yield f"{path}: {key!r} is not a valid key"
    for pattern, fault in FAULTS:
        if pattern.search(text):
            yield f"{path}: {fault}"


def _check_needed(texts: Texts) -> Iterator[str]:
    for section, needed in NEEDED.items():
        for key, content in texts.get(section, {}).items():
            found = dict(leaves(content))
            for path in needed:
                if path not in found:
                    yield f"{section}.{key}.{path}: missing"


def _check_descriptions(texts: Texts, path: str = "") -> Iterator[str]:
    """Yield descriptions of fields and menu options that do not exist."""
    for described, describing in (
        ("data", "data_description"),
        ("menu_options", "menu_option_descriptions"),
    ):
        for key in texts.get(describing, {}):
            if key not in texts.get(described, {}):
                yield f"{path}.{describing}.{key}: describes what is not there"
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from _check_descriptions(value, f"{path}.{key}".lstrip("."))


def _check_menus(texts: Texts, path: str = "") -> Iterator[str]:
    """Yield titles of menus with a placeholder: the frontend fills none in there."""
    if "menu_options" in texts and placeholders(str(texts.get("title", ""))):
        yield f"{path}.title: the title of a menu holds a placeholder"
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from _check_menus(value, f"{path}.{key}".lstrip("."))


def _check_issues(issues: Texts) -> Iterator[str]:
    for key, issue in issues.items():
        if ("description" in issue) == ("fix_flow" in issue):
            yield f"issues.{key}: needs either a description or a fix_flow"
        if "fix_flow" in issue and not issue["fix_flow"].get("step"):
            yield f"issues.{key}.fix_flow: has no step"

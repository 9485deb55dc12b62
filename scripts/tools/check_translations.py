"""Check that every text that the code asks for is there, in both languages.

Nothing may be missing, nothing left over, and every text must keep the rules
that Home Assistant's own checker has for custom integrations.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import yaml

from scripts.tools import table_keys, tree
from scripts.tools.json_files import load
from scripts.tools.pure import ROOT
from scripts.tools.source_index import SourceIndex
from scripts.tools.translation_texts import Texts, check_texts, compare, leaves, placeholders
from scripts.tools.translation_usage import Usage, Use

LANGUAGES = ("en", "fr")
DESCRIBED = ("services", "triggers", "conditions")

FLOW = r"(?:config|options|config_subentries\.K|issues\.K\.fix_flow)"
#: What must be asked for by somebody: the owner of a text, at the end of a match.
OWNERS = tuple(
    re.compile(pattern.replace("K", r"[^.]+"))
    for pattern in (
        FLOW + r"\.step\.K(?=\.)",
        FLOW + r"\.step\.K\.(?:data|menu_options)\.K",
        FLOW + r"\.step\.K\.sections\.K(?=\.)",
        FLOW + r"\.step\.K\.sections\.K\.data\.K",
        FLOW + r"\.(?:error|abort|progress)\.K",
        r"entity\.K\.K\.state\.K",
        r"selector\.K\.options\.K",
        r"(?:services|triggers|conditions)\.K\.(?:fields|sections)\.K(?=\.)",
        r"(?:config_subentries|exceptions|issues|selector|services|triggers|conditions|device)\.K(?=\.)",
        r"entity\.K\.K(?=\.)",
    )
)


def main() -> int:
    """Print what is wrong with the translations; return 0 if nothing is."""
    found = list(check(ROOT))
    for failure in found:
        print(f"translations: {failure}")
    if not found:
        texts = load(tree.package_folder(ROOT) / "translations" / "en.json")
        print(f"translations: {len(list(leaves(texts)))} texts in {len(LANGUAGES)} languages")
    return 1 if found else 0


def check(root: Path) -> Iterator[str]:
    """Yield every fault of the tree at ``root``."""
    folder = tree.package_folder(root) / "translations"
    paths = {language: folder / f"{language}.json" for language in LANGUAGES}
    missing = [path.name for path in paths.values() if not path.is_file()]
    if missing:
        yield f"not there: {', '.join(missing)}"
        return
    languages = {language: load(path) for language, path in paths.items()}
    for language, texts in languages.items():
        yield from (f"{language}: {fault}" for fault in check_texts(texts))
        if language != "en":
            yield from (f"{language}: {fault}" for fault in compare(languages["en"], texts))
    yield from check_usage(root, languages["en"])


def check_usage(root: Path, texts: Texts) -> Iterator[str]:
    """Yield what the code asks for and is missing, and what nobody asks for."""
    index = SourceIndex(root)
    uses = [*Usage(index).uses(), *_described(root)]
    try:
        uses += _entities(table_keys.read(root))
    except RuntimeError as err:
        yield f"a table cannot be imported: {err}"
        return
    there = paths_of(texts)
    for use in uses:
        yield from _missing(use, there, texts)
    yield from _left_over(there, uses, index.mentions())


def paths_of(texts: Texts) -> frozenset[str]:
    """Return the paths of all texts, and of what holds them."""
    found: set[str] = set()
    for path, _ in leaves(texts):
        parts = path.split(".")
        found.update(".".join(parts[:n]) for n in range(1, len(parts) + 1))
    return frozenset(found)


def _missing(use: Use, there: frozenset[str], texts: Texts) -> Iterator[str]:
    """Yield a fault if a needed text is missing, or wants what it is not given."""
    if not use.required:
        return
    matched = {path for path in there if _is_used(path, [use])}
    if not matched:
        yield f"{' or '.join(use.paths)}: missing, {use.where} asks for it"
    if use.placeholders is None:
        return
    for path, text in leaves(texts):
        inside = any(path.startswith(f"{owner}.") for owner in matched)
        if inside and (unknown := placeholders(text) - use.placeholders):
            yield f"{path}: {', '.join(sorted(unknown))} is not given by {use.where}"


def _left_over(
    there: frozenset[str], uses: Iterable[Use], mentions: frozenset[str]
) -> Iterator[str]:
    """Yield the texts that nobody asks for."""
    sure = [use for use in uses if use.resolved]
    vague = [use for use in uses if not use.resolved]
    owners = {match[0] for path in there for match in _owners(path)}
    for path in sorted(owners):
        mentioned = path.rpartition(".")[2] in mentions
        if not _is_used(path, sure) and not (mentioned and _is_used(path, vague)):
            yield f"{path}: left over, nothing asks for it"


def _owners(path: str) -> Iterator[re.Match[str]]:
    for pattern in OWNERS:
        if match := pattern.match(path):
            yield match


def _is_used(path: str, uses: Iterable[Use]) -> bool:
    return any(_pattern(one).fullmatch(path) for use in uses for one in use.paths)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """Return a path as a pattern; a ``*`` stands for anything but a dot."""
    return re.compile(re.escape(path).replace(r"\*", r"[^.]*"))


def _entities(keys: table_keys.Keys) -> list[Use]:
    """Return what the tables ask for: a name per key, a text per state."""
    uses = []
    for platform, by_key in keys.items():
        for key, states in by_key.items():
            owner = f"entity.{platform}.{key}"
            uses.append(Use(paths=(owner,), where="a table"))
            uses += [Use(paths=(f"{owner}.state.{state}",), where="a table") for state in states]
            if not states:
                # What the table does not state may still be one of the code's constants.
                paths = (f"{owner}.state.*",)
                uses.append(Use(paths=paths, where="a table", required=False, resolved=False))
    return uses


def _described(root: Path) -> Iterator[Use]:
    """Yield what services.yaml, triggers.yaml and conditions.yaml ask for."""
    for section in DESCRIBED:
        path = tree.package_folder(root) / f"{section}.yaml"
        if not path.is_file():
            continue
        for key, content in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if not key.startswith("."):
                yield Use(paths=(f"{section}.{key}",), where=path.name)
                yield from _fields(f"{section}.{key}", content or {}, path.name)


def _fields(owner: str, content: Texts, where: str) -> Iterator[Use]:
    """Yield the fields of an action, those within sections included."""
    for name, field in content.get("fields", {}).items():
        if "fields" in (field or {}):
            yield Use(paths=(f"{owner}.sections.{name}",), where=where)
            yield from _fields(owner, field, where)
            continue
        yield Use(paths=(f"{owner}.fields.{name}",), where=where)
        select = ((field or {}).get("selector") or {}).get("select") or {}
        if key := select.get("translation_key"):
            yield Use(paths=(f"selector.{key}",), where=where)
            for option in select.get("options", ()):
                yield Use(paths=(f"selector.{key}.options.{option}",), where=where)


if __name__ == "__main__":
    sys.exit(main())

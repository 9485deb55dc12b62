"""A forgiving reader of a WES page, which never mistakes one leaf for another.

Real pages come cut, doubled and torn. An XML parser stops at the first fault,
or recovers by guessing where things belong; a wrong guess here turns one
meter's energy into another's. So this reader finds ``<TAG>text</TAG>`` whose
two tags and text stand together, and believes it under these rules:

1. A section counts if each of its open tags is followed by its own close tag,
   with no other section's tag and no ``data`` tag in between. One that breaks
   this anywhere counts nowhere: a second, sound copy may be another page's.
2. The one exception: when the body ends within a section, that section counts
   up to the cut if all of it was sound so far and ``</data>`` did not come.
3. A name that is also torn in its section, or that stands there with different
   texts, does not count. Elsewhere in the section damage costs nothing.
4. Where a section stands more than once, names that occur between its first
   and its last copy, but outside of them, do not count in it.

Why that is enough: take an element whose section's tags, own tags and text are
as sent, whatever was done to the rest, and however often. Every ``<`` starts
reading anew, so these tags are found. Between the section's own open and close
tag either no section tag stands, and the element is in that section; or, by
rule 1, the section ends and starts again there, and the element is in one of
its copies or, by rule 4, spoils its name. Where it is in the section, any other
text of that name contradicts it, rule 3. So it gives its own text or none. For
a section that the cut has left open the same holds if nothing within it was
damaged; rule 2 demands that as far as it can be seen.

What no structure can tell is left to ``guards.py``: another digit in a value, or
a slice of one section that lies neatly over the same slice of another.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

LARGEST: Final = 262_144
"""A longer body is cut here, and is then a truncated one. Real ones have 5 to 10 KB."""

_ROOT: Final = "data"
SECTIONS: Final = frozenset(
    {
        "info",
        *(f"tic{number}" for number in range(1, 10)),
        "pince",
        "impulsion",
        "temp",
        "relais",
        "relais1W",
        "entree",
        "analogique",
        "switch_virtuel",
        "variables",
    }
)
"""The sections that are read. What stands outside of them is passed over."""

_STRUCTURE: Final = SECTIONS | {_ROOT}
_OUTSIDE: Final = ""
_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*(?:<\?xml[^<>]*\?>)?")
# A tag, or else the bare start of something damaged. Bounded, so that a body
# full of starts takes linear time.
_MARK: Final = re.compile(rb"<(?:(/?)([A-Za-z_][A-Za-z0-9_.:-]{0,63})[ \t\r\n]*>)?")
_CUT_TAG: Final = re.compile(rb"/?[A-Za-z0-9_.:-]{0,64}[ \t\r\n]*")
# No WES sends these. Elements within do not count, and nothing is expanded.
_HIDING: Final = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"))
_BLANKS: Final = " \t\r\n"
_ENTITY: Final = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NO_CHARACTER: Final = "\x00"


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """The texts that a page holds beyond doubt: section, then leaf, then stripped text."""

    sections: Mapping[str, Mapping[str, str]]


def scan(body: bytes) -> Document:
    """Return what ``body`` says beyond doubt. Never raises; takes linear time."""
    return Document(sections=_Scanner(bytes(body[:LARGEST])).sections())


def _text(octets: bytes) -> str | None:
    """Return a leaf's text, None if it is damaged.

    A page is UTF-8 with names in Latin-1 here and there, so each leaf decides
    for itself. Entities are decoded once, and only those that need no DTD.
    """
    if b">" in octets:
        return None  # Left over from a tag that lost its start.
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    text = _ENTITY.sub(_character, text)
    return None if _CONTROL.search(text) else text.strip(_BLANKS)


def _character(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_surrogate = 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 - Unicode's own bounds
    return _NO_CHARACTER if is_surrogate or code > 0x10FFFF else chr(code)  # noqa: PLR2004


@dataclass(slots=True)
class _Run:
    """What stands between two tags of sections: leaves in order, None for a torn one."""

    section: str
    leaves: list[tuple[str, str | None]] = field(default_factory=list)
    damaged: bool = False


class _Scanner:
    """Goes through a body once and sorts its leaves into runs."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._runs = [_Run(_OUTSIDE)]
        self._void: set[str] = set()
        self._ended = False  # </data> has come.
        # The open tag that the text now being read follows, and where it was.
        self._open = ""
        self._open_at = 0
        self._bare = False  # The last mark was a bare "<": damage, or the cut.
        self._hidden_until = 0
        self._unclosed: set[bytes] = set()
        self._scan()

    def sections(self) -> dict[str, dict[str, str]]:
        """Return the leaves that count, by section, in order of appearance."""
        names = dict.fromkeys(run.section for run in self._runs)
        return {
            name: {leaf: text for leaf, text in self._leaves(name).items() if text is not None}
            for name in names
            if name != _OUTSIDE and name not in self._void
        }

    def _leaves(self, section: str) -> dict[str, str | None]:
        """Return a section's leaves, None for those that do not count."""
        copies = [at for at, run in enumerate(self._runs) if run.section == section]
        found: dict[str, str | None] = {}
        for at in copies:
            for leaf, text in self._runs[at].leaves:
                found[leaf] = text if found.get(leaf, text) == text else None
        for run in self._runs[copies[0] : copies[-1]]:
            if run.section != section:
                found.update((leaf, None) for leaf, _ in run.leaves if leaf in found)
        return found

    def _scan(self) -> None:
        start = _START.match(self._body)
        at = start.end() if start else 0
        for mark in _MARK.finditer(self._body, at):
            self._take(mark, self._body[at : mark.start()])
            at = mark.end()
        self._finish(self._body[at:])

    def _take(self, mark: re.Match[bytes], before: bytes) -> None:
        """Take the next tag or bare "<", and the text before it."""
        run = self._runs[-1]
        run.damaged |= self._bare
        slash, octets = mark.groups()
        name = octets.decode("ascii") if octets else ""
        self._bare = not name
        if slash and name and name == self._open:
            hidden = self._open_at < self._hidden_until
            self._leaf(run, name, None if hidden else _text(before))
            self._open = ""
            return
        self._tear(run, before, cut=not name)
        if name in _STRUCTURE:
            self._turn(run, name, closing=bool(slash))
        elif slash:
            self._leaf(run, name, None)
        elif name:
            self._open, self._open_at = name, mark.start()
        else:
            self._hide(mark.start())

    def _leaf(self, run: _Run, name: str, text: str | None) -> None:
        run.leaves.append((name, text))
        run.damaged |= text is None

    def _tear(self, run: _Run, before: bytes, *, cut: bool) -> None:
        """Give up the open tag, if any; ``cut`` if that may be the end of the body."""
        if self._open:
            run.leaves.append((self._open, None))
            run.damaged |= not cut
        elif before.strip():
            run.damaged = True
        self._open = ""

    def _turn(self, run: _Run, name: str, *, closing: bool) -> None:
        """End the run at the tag of a section, or of the root, and start the next one."""
        if not (closing and name == run.section):
            self._void.add(run.section)
            if closing:
                self._void.add(name)
        self._ended |= closing and name == _ROOT
        self._runs.append(_Run(_OUTSIDE if closing or name == _ROOT else name))

    def _hide(self, at: int) -> None:
        """Hide what a comment, a CDATA section or an instruction encloses, if it ends."""
        for start, end in _HIDING:
            if at < self._hidden_until or not self._body.startswith(start, at):
                continue
            # Looked for once only if it never ends: time stays linear.
            found = -1 if end in self._unclosed else self._body.find(end, at)
            if found < 0:
                self._unclosed.add(end)
            self._hidden_until = max(self._hidden_until, found)

    def _finish(self, rest: bytes) -> None:
        """Judge the run that the body's end has left open, by rule 2."""
        run = self._runs[-1]
        if self._bare:
            run.damaged |= _CUT_TAG.fullmatch(rest) is None
        else:
            self._tear(run, rest, cut=True)
        if self._ended or run.damaged:
            self._void.add(run.section)


def leaves(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield section, leaf and text of everything that counts."""
    for section, texts in document.sections.items():
        for leaf, text in texts.items():
            yield section, leaf, text

"""Damage to a page, as edits of it, so that what is left untouched is known.

Nothing here knows the reader: which elements are untouched follows from byte
ranges alone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from tests.families.wes.protocol.pages import Element, Span, aged, tags

MARKUP: Final = (
    *(b"<", b">", b"</", b"/>", b"<data>", b"</data>", b"<tic1>", b"</tic1>", b"<pince>"),
    *(
        b"</pince>",
        b"<temp>",
        b"<I1>",
        b"</INDEX1>",
        b"<BASE>",
        b"<x",
        b"<x>",
        b"</x>",
        b'<a b="<">',
    ),
    *(
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<?x",
        b"?>",
        b"<!DOCTYPE x [",
        b"&",
        b"&lt;",
        b"&#60;",
    ),
    *(
        b"<INDEX1>7</INDEX1>",
        b"</tic1><tic1>",
        b"</tic1><tic2>",
        b"</impulsion><pince>",
        b"\xff\xfe",
    ),
    *("é".encode(), b"\xe9", b"\x00", b"\r\n", b" "),
)


class Edit(NamedTuple):
    """Bytes of the original replaced by others; an insertion where ``start`` is ``end``."""

    start: int
    end: int
    new: bytes = b""

    def touches(self, span: Span) -> bool:
        """Return whether the edit changes a span, or puts something into it."""
        if self.start == self.end:
            return span.start < self.start < span.end
        return self.start < span.end and self.end > span.start


@dataclass(frozen=True, slots=True)
class Damage:
    """Edits that do not overlap, and where the page is cut, if it is."""

    edits: tuple[Edit, ...]
    cut: int | None = None

    def apply(self, page: bytes) -> bytes:
        """Return the damaged page."""
        page = page[: self.cut]
        for edit in sorted(self.edits, reverse=True):
            page = page[: edit.start] + edit.new + page[edit.end :]
        return page

    def untouched(self, elements: Iterable[Element]) -> Iterator[Element]:
        """Yield the elements that must be read as they were, or not at all."""
        end = self.cut
        for element in elements:
            own = (element.opening, element.span)
            if any(edit.touches(span) for edit in self.edits for span in own):
                continue
            if end is None or element.closing.end <= end:
                if not any(edit.touches(element.closing) for edit in self.edits):
                    yield element
            elif element.span.end <= end and not self._within(element.opening.start):
                yield element

    def _within(self, start: int) -> bool:
        """Return whether the section that the cut has left open is damaged besides."""
        return any(edit.end >= start for edit in self.edits)


type Kind = Callable[[bytes, Random], list[Edit]]


def _slice(page: bytes, random: Random) -> Span:
    """Return a slice of up to a whole page, more often a short one; half of them between tags."""
    if random.random() < 0.5:
        found = tags(page)
        first = random.randrange(len(found))
        last = min(len(found) - 1, first + int(random.expovariate(0.1)))
        return Span(found[first].start, found[last].end)
    start = random.randrange(len(page))
    return Span(start, min(len(page), start + 1 + int(random.expovariate(1 / 200))))


def _position(page: bytes, random: Random) -> int:
    """Return a position; half of them between tags."""
    if random.random() < 0.5:
        return random.choice(tags(page)).end
    return random.randrange(len(page) + 1)


def flipped_bits(page: bytes, random: Random) -> list[Edit]:
    """Change single bits, of tags more often than not."""
    where = [random.randrange(len(page)) for _ in range(random.randint(0, 4))]
    where += [random.randrange(*random.choice(tags(page))) for _ in range(random.randint(1, 4))]
    return [Edit(at, at + 1, bytes((page[at] ^ 1 << random.randrange(8),))) for at in set(where)]


def noise(page: bytes, random: Random) -> list[Edit]:
    """Put random bytes in the place of others."""
    start, end = _slice(page, random)
    return [Edit(start, end, random.randbytes(random.randint(1, 40)))]


def deletion(page: bytes, random: Random) -> list[Edit]:
    """Leave a slice out."""
    return [Edit(*_slice(page, random))]


def markup(page: bytes, random: Random) -> list[Edit]:
    """Put pieces of markup anywhere."""
    at = _position(page, random)
    return [Edit(at, at, b"".join(random.choices(MARKUP, k=random.randint(1, 3))))]


def duplication(page: bytes, random: Random) -> list[Edit]:
    """Repeat a slice, right behind itself or anywhere."""
    start, end = _slice(page, random)
    at = random.choice((end, _position(page, random)))
    return [Edit(at, at, page[start:end])]


def stale_slice(page: bytes, random: Random) -> list[Edit]:
    """Put a slice of an earlier page anywhere: other values between the same tags."""
    start, end = _slice(page, random)
    at = random.choice((start, end, _position(page, random)))
    return [Edit(at, at, aged(page)[start:end])]


def move(page: bytes, random: Random) -> list[Edit]:
    """Move a slice elsewhere."""
    start, end = _slice(page, random)
    at = _position(page, random)
    return [Edit(start, end), *([] if start <= at <= end else [Edit(at, at, page[start:end])])]


def overwriting(page: bytes, random: Random) -> list[Edit]:
    """Put one slice over another one."""
    start, end = _slice(page, random)
    other = _slice(page, random)
    return [Edit(start, end, page[other.start : other.end])]


def lost_tag(page: bytes, random: Random) -> list[Edit]:
    """Leave out one tag."""
    return [Edit(*random.choice(tags(page)))]


def wrong_tag(page: bytes, random: Random) -> list[Edit]:
    """Put one tag in the place of another."""
    start, end = random.choice(tags(page))
    other = random.choice(tags(page))
    return [Edit(start, end, page[other.start : other.end])]


def encoding(page: bytes, random: Random) -> list[Edit]:
    """Send a slice in another encoding."""
    start, end = _slice(page, random)
    text = page[start:end].decode()
    return [Edit(start, end, text.encode(random.choice(("utf-16", "utf-32-be", "cp037"))))]


KINDS: Final[tuple[Kind, ...]] = (
    *(flipped_bits, noise, deletion, markup, duplication, stale_slice, move),
    *(overwriting, lost_tag, wrong_tag, encoding),
)


def draw(page: bytes, random: Random, kinds: Iterable[Kind] = KINDS) -> Damage:
    """Return damage of one or two kinds; a cut in a quarter of the cases, alone or with others."""
    edits: list[Edit] = []
    cut = random.randrange(len(page)) if random.random() < 0.25 else None
    for kind in random.sample(list(kinds), random.randint(0 if cut is not None else 1, 2)):
        for edit in kind(page, random):
            clear = all(edit.end <= other.start or edit.start >= other.end for other in edits)
            if clear and (cut is None or edit.end <= cut):
                edits.append(edit)
    return Damage(tuple(edits), cut)

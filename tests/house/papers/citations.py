"""Finds citations of docs/ in a text and says which lead nowhere. The grammar stands at the top of docs/domain.md.

docs/domain.md 3.2          a section        docs/domain.md trap 9            a trap
docs/design.md 6, 4.1       several          docs/decisions/0012              a decision
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SPACE = r"\s+(?:\#\s*)?"
_TARGET = r"(?:trap\s\d+|\d+(?:\.\d+)*)"
PAGE = re.compile(
    rf"docs/(?P<page>[a-z-]+\.md)(?P<anchor>\#[\w.-]+)?(?P<targets>(?:{_SPACE}{_TARGET})(?:,{_SPACE}{_TARGET})*)?"
)
DECISION = re.compile(r"docs/decisions/(?P<number>\d+)(?P<name>-[\w-]+\.md)?")
NUMBER = re.compile(r"\d+/(?:\d{4}|NQ-CP|KH-UBND|LĐTBXH-BĐG)")
LAW = re.compile(
    r"(?i:decree|circular|resolution|law|plan|nghị định|thông tư|nghị quyết|luật|kế hoạch|công văn)"
    rf"\s(?:no\.?\s)?(?P<number>{NUMBER.pattern})"
)
# Words that pointed to papers outside the repository, or to none.
STALE = re.compile(
    r"(?<!\w)(?:DESIGN(?:\.md)?,?\s\d[\d.]*|domain(?:/README(?:\.md)?)?,?\s\d[\d.]*|(?:HOUSE|STYLE|UI|DESIGN|BRIEF)\.md"
    r"|domain/README(?:\.md)?|research/\w+\.md|traps?\s\d+|Decision\s\d+\b(?!/)|\(issue\s\d+\))"
)
_ANCHOR = re.compile(r'<a id="([\w.-]+)"></a>')
_HEADING = re.compile(r"^#+ (?:(?P<number>\d+(?:\.\d+)*) )?(?P<title>.*?)(?: <a id=.*)?$", re.M)


@dataclass(frozen=True)
class Page:
    """What one page of docs/ can be cited by."""

    sections: frozenset[str] = frozenset()
    traps: frozenset[str] = frozenset()
    anchors: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> "Page":
        named = frozenset(_ANCHOR.findall(text))
        headings = list(_HEADING.finditer(text))
        return cls(
            sections=frozenset(h["number"] for h in headings if h["number"]),
            traps=frozenset(name.removeprefix("trap-") for name in named if name.startswith("trap-")),
            anchors=named | frozenset(slug(h["title"]) for h in headings),
        )

    def has(self, target: str) -> bool:
        return target[5:] in self.traps if target.startswith("trap ") else target in self.sections


@dataclass(frozen=True)
class Library:
    """The pages by file name, the decisions by number (value: the file's name), and the documents of law we know."""

    pages: Mapping[str, Page] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    laws: frozenset[str] = frozenset()


def slug(title: str) -> str:
    """The anchor that a heading gets on its own."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def faults(path: str, text: str, library: Library) -> Iterator[str]:
    """`path:line: what is wrong` for everything in `text` that leads nowhere, in order of its place."""
    found = [*_pages(text, library), *_decisions(text, library), *_laws(text, library), *_stale(text)]
    for place, what in sorted(found):
        yield f"{path}:{text.count(chr(10), 0, place) + 1}: {what}"


def _pages(text: str, library: Library) -> Iterator[tuple[int, str]]:
    for match in PAGE.finditer(text):
        name = match["page"]
        page = library.pages.get(name)
        if page is None:
            yield match.start(), f"there is no docs/{name}"
            continue
        if match["anchor"] and match["anchor"][1:] not in page.anchors:
            yield match.start(), f"docs/{name} has no anchor {match['anchor']}"
        for target in re.findall(_TARGET, match["targets"] or ""):
            wanted = " ".join(target.split())
            if not page.has(wanted):
                what = wanted if wanted.startswith("trap") else f"section {wanted}"
                yield match.start(), f"docs/{name} has no {what}"


def _decisions(text: str, library: Library) -> Iterator[tuple[int, str]]:
    for match in DECISION.finditer(text):
        known = library.decisions.get(match["number"])
        if known is None:
            yield match.start(), f"there is no docs/decisions/{match['number']}-….md"
        elif match["name"] and known != match["number"] + match["name"]:
            yield match.start(), f"docs/decisions/{match['number']} is {known}"


def _laws(text: str, library: Library) -> Iterator[tuple[int, str]]:
    if not NUMBER.search(text):  # much quicker to say, of nearly every file
        return
    for match in LAW.finditer(text):
        if match["number"] not in library.laws:
            yield match.start(), f"{match[0]!r} is not in docs/domain.md: add where it was read, or that it was not"


def _stale(text: str) -> Iterator[tuple[int, str]]:
    cited = [(m.start(), m.end()) for m in PAGE.finditer(text)]
    for match in STALE.finditer(text):
        if not any(start <= match.start() < end for start, end in cited):
            yield match.start(), f"{match[0]!r} leads nowhere: cite docs/ (grammar: docs/domain.md)"


def laws_of(domain: str) -> frozenset[str]:
    """The numbers of all documents of law that docs/domain.md names, also in its short form `52/2019`."""
    return frozenset(NUMBER.findall(domain))

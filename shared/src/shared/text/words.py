"""Words that a person sends: what is kept of them, whether they show anything, and characters that hide something.

The same words are the same text (Unicode Standard Annex 15, form C), and a text looks like what it is
(Unicode Technical Report 36).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from shared.text import Fault
from shared.text.texts import text

HidingKind = Literal["control-character", "direction-character"]
PLACES = 5
"""How many places one fault names."""

DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the order of the letters on the screen: Bidi_Control of the Unicode Character Database."""
_KEPT_CONTROLS = frozenset("\t\n")
# Letters, numbers, punctuation and symbols are seen. Marks stand on something, separators, formats, controls and what
# is not assigned show nothing of their own.
_SEEN = frozenset("LNPS")
# Of the seen categories, what is drawn blank: all letters that are Other_Default_Ignorable_Code_Point (fillers), the
# empty braille cell, a note without a head, and the place of an object that is not there.
_DRAWN_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159\ufffc")
_LINE_END = re.compile(r"\r\n?")
# Composing sorts the marks on a letter in time that grows with the square of their number: a mebibyte of them would
# take an hour. No language has so many; https://unicode.org/reports/tr15/#Stream_Safe_Text_Format breaks them.
MOST_MARKS = 30
_BREAK = "\u034f"
_UNBROKEN = re.compile(rf"[^\w\x00-\x7f]{{{MOST_MARKS},}}[^\x00-\x7f]")
_HIDING: Mapping[HidingKind, re.Pattern[str]] = {
    "control-character": re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"),
    "direction-character": re.compile(f"[{''.join(sorted(DIRECTION))}]"),
}
_SUSPECT = re.compile(r"[^\t\n\x20-\x7e\u00a0-\u0619\u0620-\u1fff\u2100-\ud7ff]")


@dataclass(frozen=True, slots=True)
class HiddenCharacter:
    """One that must not be kept; `line` and `column` count from 1."""

    kind: HidingKind
    line: int
    column: int
    character: str

    @property
    def place(self) -> str:
        """ "3:14 (U+202E)": what stands in a fault."""
        return f"{self.line}:{self.column} (U+{ord(self.character):04X})"


def composed(said: str) -> str:
    """In normal form C, with line feeds: what is hashed, measured and kept."""
    lines = _LINE_END.sub("\n", said) if "\r" in said else said
    return unicodedata.normalize("NFC", _UNBROKEN.sub(_broken, lines))


def _broken(found: re.Match[str]) -> str:
    """A mark without a width of its own after each `MOST_MARKS` marks in a row."""
    parts, marks = [], 0
    for letter in found[0]:
        marks = marks + 1 if unicodedata.combining(unicodedata.normalize("NFD", letter)[-1]) else 0
        if marks > MOST_MARKS:
            parts.append(_BREAK)
            marks = 1
        parts.append(letter)
    return "".join(parts)


def kept(said: str | None) -> str:
    """What is kept of a text: composed, without what shows nothing around it; "" for one that shows nothing at all."""
    words = composed(said or "")
    letters = set(words)
    if shows_nothing(letters):
        return ""
    first = "".join(letter for letter in letters if shows_nothing(letter) and _kind(letter) is None)
    last = "".join(letter for letter in letters if _trails_off(letter))
    return composed(words.lstrip(first).rstrip(last))


def shows_nothing(letters: Collection[str]) -> bool:
    """Whether a reader would see an empty place, whatever characters it holds."""
    return not any(unicodedata.category(one)[0] in _SEEN and one not in _DRAWN_BLANK for one in set(letters))


def _trails_off(letter: str) -> bool:
    """Whether a text loses nothing with this last letter. Marks, selectors and tags belong to what is before them."""
    if letter in _DRAWN_BLANK or letter.isspace():
        return True
    joins = letter == "\u200d" or "\U000e0000" <= letter <= "\U000e007f"
    return unicodedata.category(letter) == "Cf" and not joins and _kind(letter) is None


def hidden_characters(said: str, kind: HidingKind) -> Iterator[HiddenCharacter]:
    """Control characters (but line feed and tab) and halves of a surrogate pair, or marks that turn the direction."""
    line, begins, seen = 1, 0, 0
    for found in _HIDING[kind].finditer(said):
        index = found.start()
        if feeds := said.count("\n", seen, index):
            line, begins = line + feeds, said.rindex("\n", seen, index) + 1
        seen = index
        yield HiddenCharacter(kind, line, index - begins + 1, found[0])


def _kind(letter: str) -> HidingKind | None:
    if letter in DIRECTION:
        return "direction-character"
    if letter not in _KEPT_CONTROLS and unicodedata.category(letter) in ("Cc", "Cs"):
        return "control-character"
    return None


def visible(said: str) -> str:
    """For a fault that repeats what was sent: each character that hides something is a replacement character."""
    return "".join("\ufffd" if _kind(letter) is not None else letter for letter in said)


def excerpt(said: str, most: int) -> str:
    """As much of what was sent as a fault repeats: `most` characters, visible, and … for the rest."""
    return visible(said if len(said) <= most else said[:most] + "…")


def coded(said: str) -> str:
    """For a page that repeats what was sent: each character that hides something is shown as its code, (U+202E)."""
    return "".join(f"(U+{ord(letter):04X})" if _kind(letter) is not None else letter for letter in said)


def hiding_faults(said: str, pointer: str) -> list[Fault]:
    """One fault for each kind that `said` holds: where, and what to do about it."""
    if not _SUSPECT.search(said):
        return []
    found = {kind: list(islice(hidden_characters(said, kind), PLACES)) for kind in _HIDING}
    return [
        Fault(kind, pointer, text(f"fault.{kind}", places=", ".join(hidden.place for hidden in first)))
        for kind, first in found.items()
        if first
    ]

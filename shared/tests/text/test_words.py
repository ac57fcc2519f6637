"""What is kept of a person's words, for every character there is."""

import sys
import time
import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.words import MOST_MARKS, composed, hiding_faults, kept, shows_nothing

BIDI_CONTROLS = "\u202a\u202d\u202b\u202e\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@cache
def by_category() -> dict[str, str]:
    """Every character there is, by its general category."""
    letters: dict[str, list[str]] = {}
    for letter in map(chr, range(sys.maxunicode + 1)):
        letters.setdefault(unicodedata.category(letter), []).append(letter)
    return {category: "".join(found) for category, found in letters.items()}


@pytest.mark.parametrize(
    "letter",
    ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\u180e", "\ufe0f",
     "\U000e0100", "\u034f", "\u17b4", "\u0301", "\u00a0", "\u3000", "\u2028", "\x85", "\U000e0041", "\u200d",
     "\U0001d173"],
)  # fmt: skip
def test_what_shows_nothing_is_no_text(letter: str) -> None:
    for said in (letter, letter * 6, f" {letter}\n{letter} "):
        assert shows_nothing(said) and kept(said) == ""
    assert kept(f"{letter}a") != ""


def test_every_category_that_shows_nothing_is_none() -> None:
    """Separators, controls, formats, marks and what is not assigned: whichever character of them."""
    for category, letters in by_category().items():
        if category[0] in "ZCM":
            assert shows_nothing(letters), [f"U+{ord(one):04X}" for one in letters if not shows_nothing(one)]


def test_fillers_and_blanks_are_none_whatever_their_category() -> None:
    named = [
        letter
        for category, letters in by_category().items()
        if category not in ("Cn", "Co", "Cs")
        for letter in letters
        if is_blank(unicodedata.name(letter, ""))
    ]
    assert len(named) >= 5 and all(shows_nothing(letter) for letter in named)


def is_blank(name: str) -> bool:
    return ("HANGUL" in name and "FILLER" in name) or "PATTERN BLANK" in name


@pytest.mark.parametrize("said", ["Nhầm kỳ", "12/BC-UBND", ".", "✓", "ở", "한", "1", "👍🏽", "ạ"])
def test_what_is_seen_is_text(said: str) -> None:
    assert kept(f"\u200b {said}") and not shows_nothing(unicodedata.normalize("NFD", said))


@pytest.mark.parametrize(
    "said", ["\ufeffLý do", "Lý do\u200b", " \u3164Lý do\u2060\n", "\u0301Lý do\u00ad", "Ly\u0301 do "]
)
def test_what_shows_nothing_around_a_text_is_not_kept(said: str) -> None:
    assert kept(said) == "Lý do"


@pytest.mark.parametrize(
    "said", ["❤\ufe0f", "🏴\U000e0067\U000e0062\U000e007f", "a\u0323", "\u202ea", "a\u200f", "a\x07"]
)
def test_what_belongs_to_a_letter_or_must_be_told_stays(said: str) -> None:
    assert kept(said) == unicodedata.normalize("NFC", said)


@given(st.text())
def test_composed_and_decomposed_are_the_same_words(said: str) -> None:
    assert composed(unicodedata.normalize("NFD", said)) == composed(said)
    assert kept(kept(said)) == kept(said) == unicodedata.normalize("NFC", kept(said))
    assert "\r" not in composed(said)


def test_a_letter_with_marks_without_end_is_composed_at_once() -> None:
    """A mebibyte of marks, sorted as one run, held a service for an hour (a quarter of a minute for 32,000 of them)."""
    begin = time.process_time()
    words = kept("a" + "\u0300\u0316" * 250_000)
    assert time.process_time() - begin < 10
    assert words == kept(words) == unicodedata.normalize("NFC", words)
    runs = [len(run) for run in words[1:].split("\u034f")]
    assert max(runs) <= MOST_MARKS and sum(runs) >= 499_999


@pytest.mark.parametrize("said", ["z" + "\u0301" * (MOST_MARKS - 1), "…" * 99, "— " * 99, "✓" * 99, "ậ" * 99])
def test_ordinary_words_are_not_broken(said: str) -> None:
    assert composed(said) == unicodedata.normalize("NFC", said)


def test_of_a_mebibyte_of_what_hides_the_first_are_told() -> None:
    control, direction = hiding_faults("\x01" * 500_000 + "\n\u202e", "")
    assert "1:5 (U+0001)" in control.text.en and "1:6 " not in control.text.en
    assert "2:1 (U+202E)" in direction.text.en


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf"])))
def test_ordinary_words_hide_nothing(said: str) -> None:
    assert not hiding_faults(said, "")


@pytest.mark.parametrize("letter", BIDI_CONTROLS)
def test_every_mark_of_direction_is_refused_with_its_place(letter: str) -> None:
    (fault,) = hiding_faults(f"dòng một\nab{letter}c", "/reason")
    assert (fault.code, fault.pointer) == ("direction-character", "/reason")
    assert all(f"2:3 (U+{ord(letter):04X})" in said for said in fault.text)


def test_no_mark_of_direction_is_forgotten() -> None:
    """All are formats; U+200E, U+200F and U+061C have the class of the letters they stand for."""
    classes = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    controls = {letter for letter in by_category()["Cf"] if unicodedata.bidirectional(letter) in classes}
    assert controls | {"\u200e", "\u200f", "\u061c"} == set(BIDI_CONTROLS)


def test_every_control_but_line_feed_and_tab_is_refused() -> None:
    for letter in by_category()["Cc"] + by_category()["Cs"]:
        codes = [fault.code for fault in hiding_faults(f"a{letter}b", "")]
        assert codes == ([] if letter in "\n\t" else ["control-character"]), f"U+{ord(letter):04X}"


def test_both_kinds_at_once_each_with_all_places() -> None:
    control, direction = hiding_faults("\x01a\x02\u202e", "")
    assert "1:1 (U+0001), 1:3 (U+0002)" in control.text.en and "1:4 (U+202E)" in direction.text.vi

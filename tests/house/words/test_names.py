"""One word for one thing: a class's name says which of them is meant, wherever it is read."""

import pytest

from tests.house.tracked import product, text_of
from tests.house.words.names import ambiguous, forbidden_words, ill_named


def test_no_class_name_stands_for_two_things() -> None:
    found = list(ambiguous(product()))
    assert not found, "\n".join(found)


def test_a_name_of_two_classes_is_told_with_both_places() -> None:
    (told,) = ambiguous({"a/place.py": "class Place: ...", "b/place.py": "import x\n\nclass Place(x.Y): ..."})
    assert told.startswith("class Place is defined 2 times (a/place.py:1, b/place.py:3): one word for one thing.")


@pytest.mark.parametrize(
    "sources",
    [
        {"a.py": "class Place: ...", "b.py": "class Scope: ..."},
        {"a.py": "class Place: ...", "b.py": "from a import Place\nPLACES = [Place()]"},
        {"a.py": "class A:\n    class Meta: ...", "b.py": "def f():\n    class Meta: ..."},
    ],
)
def test_names_that_stand_for_one_thing(sources: dict[str, str]) -> None:
    assert not list(ambiguous(sources))


def test_no_class_and_no_module_has_a_name_that_the_glossary_forbids() -> None:
    forbidden = forbidden_words(text_of("docs/glossary.md"))
    assert len(forbidden) > 15
    found = list(ill_named(product(), forbidden))
    assert not found, "\n".join(found)


def test_a_forbidden_name_is_told_with_the_word_to_say() -> None:
    glossary = (
        "| Duty | relay |\n## 2 Words\n| not | say |\n|---|---|\n| Desk, Here | Context |\n| head (of it) | cursor |"
    )
    forbidden = forbidden_words(glossary)
    assert forbidden.items() >= {("desk", "Context"), ("here", "Context")} and not {"head", "duty", "not"} & set(
        forbidden
    )
    sources = {"a/desk.py": "class DeskOf: ...", "a/head.py": "class Deskless: ...\nclass Head: ..."}
    assert list(ill_named(sources, forbidden)) == [
        "a/desk.py: 'desk' is not used; say Context (docs/glossary.md 2)",
        "a/desk.py:1: class DeskOf: 'Desk' is not used; say Context (docs/glossary.md 2)",
    ]

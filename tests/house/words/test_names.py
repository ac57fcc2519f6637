"""One word for one thing: a class's name says which of them is meant, wherever it is read."""

import pytest

from tests.house.tracked import product
from tests.house.words.names import ambiguous


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

"""One word for one thing: a class's name says which of them is meant, wherever it is read."""

import pytest

from .names import ambiguous
from .tracked import text_of, tracked


def is_source(path: str) -> bool:
    return path.endswith(".py") and "tests" not in path.split("/") and "src" in path.split("/")


def test_no_class_name_stands_for_two_things() -> None:
    found = list(ambiguous({path: text_of(path) for path in tracked() if is_source(path)}))
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

"""What people read stands in message files, in both languages; code names the key (docs/pages.md)."""

import pytest

from shared.text import texts as ground
from shared.web import texts as web
from tests.house.tracked import product
from tests.house.words.texts import inline_texts, keys_named

SOURCES = product()
KNOWN = {"shared.text.texts": ground.texts().keys(), "shared.web.texts": web.texts().keys()}


def test_no_sentence_stands_in_code() -> None:
    found = list(inline_texts(SOURCES))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("module", KNOWN)
def test_every_text_that_shared_asks_for_exists(module: str) -> None:
    users = {path: source for path, source in SOURCES.items() if f"from {module} import" in source}
    assert users
    missing = {path: keys_named(source) - KNOWN[module] for path, source in users.items()}
    assert not {path: keys for path, keys in missing.items() if keys}


@pytest.mark.parametrize(
    "source",
    [
        'Text("Cần đăng nhập", "Sign in first")',
        'raise forbidden(Text(f"quá hạn {late} ngày", "…"))',
        'NAMES = {1: text.Text(vi="A", en="B")}',
        'Text(name, "one" if count == 1 else other)',
        'Text("a" + name, name)',
    ],
)
def test_a_sentence_in_code_is_told(source: str) -> None:
    (told,) = inline_texts({"a/b.py": source})
    assert told.startswith("a/b.py:1: Text(")
    assert "messages.yaml" in told


@pytest.mark.parametrize(
    "source",
    [
        'Text("", "")',
        'Text("?", "?")',
        "Text(form.title_vi, form.title_en)",
        'Text(f"{name.vi} ({label.vi})", f"{name.en} ({label.en})")',
        'Text(name_of(form, "vi"), name_of(form, "en"))',
        'text("problem.invalid")',
    ],
)
def test_what_says_nothing_of_its_own(source: str) -> None:
    assert not list(inline_texts({"a.py": source}))

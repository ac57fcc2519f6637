"""The texts in a value of a column, and the value without them. Pure."""

from collections.abc import Collection, Iterator
from typing import Any

from shared.text.texts import text

Words = str | bytes


def label() -> str:
    """What stands in the place of a text: in both languages, as it is kept once for all readers."""
    words = text("erased.words")
    return f"[{words.vi} / {words.en}]"


def texts_in(value: Any, member: str | None = None) -> dict[str, Words]:
    """By pointer ("" for the value itself, else `/0/note`): what is not blank and not erased. `member`: of JSON only
    what stands under this name."""
    return {at: words for at, words in _leaves(value, "", member) if words.strip() and words != label()}


def pointers_in(value: Any, member: str | None = None) -> list[str]:
    """Of every text, also of one that is blank or erased."""
    return [at for at, _ in _leaves(value, "", member)]


def without(value: Any, pointers: Collection[str]) -> Any:
    """The value with the label in the place of these texts. The rest of it is as it was."""
    return _replaced(value, "", pointers)


def _leaves(value: Any, at: str, member: str | None) -> Iterator[tuple[str, Words]]:
    if isinstance(value, dict | list):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, f"{at}/{name}", member)
    elif isinstance(value, str | bytes) and (member is None or at.endswith(f"/{member}")):
        yield at, value


def _replaced(value: Any, at: str, pointers: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(item, f"{at}/{name}", pointers) for name, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, f"{at}/{index}", pointers) for index, item in enumerate(value)]
    return label() if at in pointers else value

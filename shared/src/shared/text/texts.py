"""The sentences of `shared` below the web, read once from messages.yaml."""

from functools import cache

from shared.text import Text
from shared.text.messages import Messages, load


@cache
def texts() -> Messages:
    return load("shared.text")


def text(key: str, **values: object) -> Text:
    return texts().text(key, **values)

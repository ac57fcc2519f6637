"""The sentences of `shared` below the web, read once from messages.yaml."""

from shared.text import Text
from shared.text.messages import Messages, load


def texts() -> Messages:
    return load("shared.text")


def text(key: str, **values: object) -> Text:
    return texts().text(key, **values)

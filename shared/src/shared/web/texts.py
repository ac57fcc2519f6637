"""The sentences of the web shell, read once from messages.yaml."""

from shared.text import Text
from shared.text.messages import Messages, load


def texts() -> Messages:
    return load("shared.web")


def text(key: str, **values: object) -> Text:
    return texts().text(key, **values)

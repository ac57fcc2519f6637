"""The service's sentences, read once from messages.yaml."""

from functools import cache

from shared.text import Text, messages


@cache
def texts() -> messages.Messages:
    return messages.load("notifications")


def text(key: str, **values: object) -> Text:
    return texts().text(key, **values)

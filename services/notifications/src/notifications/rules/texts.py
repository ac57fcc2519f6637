"""The service's sentences, read once from messages.yaml."""

from shared.text import Text, messages


def texts() -> messages.Messages:
    return messages.load("notifications")


def text(key: str, **values: object) -> Text:
    return texts().text(key, **values)

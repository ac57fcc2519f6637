"""The sentences of this service, read once from its `messages/` folder."""

from shared.text import Text, messages


def texts() -> messages.Messages:
    return messages.load("submissions")


def text(key: str, **values: object) -> Text:
    return texts().text(key, **values)

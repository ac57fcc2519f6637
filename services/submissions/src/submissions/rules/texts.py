"""The sentences of this service, read once from its `messages/` folder."""

from functools import cache

from shared.text import Text, messages


@cache
def texts() -> messages.Messages:
    return messages.load("submissions")


def text(key: str, **values: object) -> Text:
    return texts().text(key, **values)

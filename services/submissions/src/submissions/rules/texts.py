"""The sentences of this service, read once from its `messages/` folder."""

from functools import cache

from shared.text import Text
from shared.text.messages import Messages, load


@cache
def messages() -> Messages:
    return load("submissions")


def text(key: str, **values: object) -> Text:
    return messages().text(key, **values)

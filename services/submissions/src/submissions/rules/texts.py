"""The sentences of this service, read once from its `messages/` folder."""

from functools import cache

from shared.text import Text
from shared.text.messages import Messages, load


@cache
def messages() -> Messages:
    return load("submissions")


def text(key: str, **values: object) -> Text:
    """The sentence in both languages. A value that is a Text is said in the language of its sentence."""
    vi = {name: value.vi if isinstance(value, Text) else value for name, value in values.items()}
    en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
    return Text(messages().plain("vi", key, **vi), messages().plain("en", key, **en))

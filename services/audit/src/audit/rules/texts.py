"""The service's sentences, read once from messages.yaml."""

from shared.text import Fault, Text, messages
from shared.text.words import visible


def texts() -> messages.Messages:
    return messages.load("audit")


def text(key: str, **values: object) -> Text:
    return texts().text(key, **values)


def fault(code: str, pointer: str, **values: object) -> Fault:
    """A fault whose text is the message `fault.<code>`."""
    given = {name: visible(value) if isinstance(value, str) else value for name, value in values.items()}
    return Fault(code, pointer, text(f"fault.{code}", **given))

"""A fault or warning that a report draws. The words stand in `messages/faults.yaml`, in Vietnamese and English."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from shared.text import Fault, Text
from shared.text.figures import number
from shared.text.messages import Messages, load


@dataclass(frozen=True)
class Finding:
    """`cell` is the (element, disaggregation key) it is about, so that a page can show it there."""

    code: str
    pointer: str
    text: Text
    cell: tuple[str, str] | None = None

    def fault(self) -> Fault:
        return Fault(self.code, self.pointer, self.text)


def find(code: str, pointer: str, cell: tuple[str, str] | None = None, **values: object) -> Finding:
    """The finding in words. A value that is a Text is said in the language of its sentence."""
    key = f"fault.{code}"
    vi = _messages().plain("vi", key, **{k: v.vi if isinstance(v, Text) else v for k, v in values.items()})
    en = _messages().plain("en", key, **{k: v.en if isinstance(v, Text) else v for k, v in values.items()})
    return Finding(code, pointer, Text(vi, en), cell)


def figure(value: Decimal) -> Text:
    """A number as each language writes it: 1.234,5 and 1,234.5."""
    return Text(number(value, language="vi"), number(value, language="en"))


@cache
def _messages() -> Messages:
    return load("submissions")

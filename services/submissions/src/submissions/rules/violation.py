"""A fault or warning that a report draws. The words stand in `messages/faults.yaml`, in Vietnamese and English."""

from dataclasses import dataclass
from decimal import Decimal

from shared.text import Fault, Text
from shared.text.figures import number
from shared.text.words import excerpt
from submissions.rules import limits
from submissions.rules.texts import text


@dataclass(frozen=True)
class Violation:
    """`cell` is the (element, disaggregation key) it is about, so that a page can show it there."""

    code: str
    pointer: str
    text: Text
    cell: tuple[str, str] | None = None

    def fault(self) -> Fault:
        return Fault(self.code, self.pointer, self.text)


def violation(code: str, pointer: str, cell: tuple[str, str] | None = None, **values: object) -> Violation:
    """The violation in the words of the message `fault.<code>`."""
    return Violation(code, pointer, text(f"fault.{code}", **values), cell)


def flag_violation(code: str, pointer: str, cell: tuple[str, str] | None = None, **values: object) -> Violation:
    """The same of a field that is answered yes or no, in the words of `fault.<code>.flag`."""
    return Violation(code, pointer, text(f"fault.{code}.flag", **values), cell)


def figure(value: Decimal) -> Text:
    """A number as each language writes it: 1.234,5 and 1,234.5."""
    return Text(number(value, language="vi"), number(value, language="en"))


def shown(wrong: str) -> str:
    """As much of a wrong text as an error repeats."""
    return excerpt(wrong, limits.SHOWN)


def escape(part: str) -> str:
    """A part of a JSON pointer (RFC 6901 section 3)."""
    return shown(part).replace("~", "~0").replace("/", "~1")

"""What a unit says about one cell: a data element by a disaggregation, with a value or the reason for none."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import NotRequired, TypedDict, get_args

from babel.numbers import NumberFormatError, parse_decimal

from shared.events import Status
from shared.text.decimals import WIDE
from shared.text.words import kept

STATUSES: tuple[Status, ...] = get_args(Status)
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Reading a longer text could not end in an allowed number (≤ 10¹² with 6 decimals) and would only cost time.
MAX_TEXT = 40


@dataclass(frozen=True)
class ObservationEntry:
    """An observation as it came in: nothing about it has been checked, not even that a text is a text."""

    measure: object
    value: object
    disaggregation: object = field(default_factory=dict)
    status: object = "final"
    note: object = None
    unknown: tuple[str, ...] = ()  # keys that an observation does not have

    @property
    def has_value(self) -> bool:
        """Also a value of the wrong type; not a blank text."""
        return bool(self.value.strip()) if isinstance(self.value, str) else self.value is not None

    @property
    def kept_note(self) -> str | None:
        """None for a note that shows nothing, and for one that is no text."""
        return (kept(self.note) or None) if isinstance(self.note, str) else None


@dataclass(frozen=True)
class Observation:
    """A checked observation. `key` is the canonical disaggregation ("sex=male"), "" for the total.

    `place`: the index among the entries of the report. `implausible`: outside the bands of the catalogue.
    """

    measure: str
    key: str
    value: Decimal | None
    disaggregation: Mapping[str, str]
    status: Status
    note: str | None = None
    place: int = field(default=0, compare=False)
    implausible: bool = False


class ObservationJson(TypedDict):
    """An observation as it is kept and answered; hashed without `implausible`, which stands there only when true.
    `suppressed`: answered without its value, which its reader may not see."""

    measure: str
    value: str | None
    disaggregation: dict[str, str]
    status: Status
    note: str | None
    implausible: NotRequired[bool]
    suppressed: NotRequired[bool]


NumberReader = Callable[[str], Decimal]


def read_plain(text: str) -> Decimal:
    """A number as JSON and files carry it: `1234.5`. Raises ValueError."""
    if len(text) > MAX_TEXT or not PLAIN.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def read_vietnamese(text: str) -> Decimal:
    """A number as an officer types it: `1.234,5`. `1.5` could be meant either way: ValueError."""
    return _read_local(text, "vi", r"-?[0-9][0-9.]*(,[0-9]+)?")


def read_english(text: str) -> Decimal:
    """As the English pages write it: `1,234.5`. Raises ValueError."""
    return _read_local(text, "en", r"-?[0-9][0-9,]*(\.[0-9]+)?")


def _read_local(text: str, locale: str, form: str) -> Decimal:
    stripped = text.strip()
    if len(stripped) > MAX_TEXT or not re.fullmatch(form, stripped):
        raise ValueError(text)
    try:
        with localcontext(WIDE):  # Babel writes the number again to compare, and refuses what does not fit the context
            return parse_decimal(stripped, locale=locale, strict=True)
    except NumberFormatError as error:
        raise ValueError(text) from error

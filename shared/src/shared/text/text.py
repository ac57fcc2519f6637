"""What people read, in both languages, and one thing that was wrong."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Language = Literal["vi", "en"]


class Text(NamedTuple):
    """A sentence in both languages."""

    vi: str
    en: str

    def in_(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that was wrong.

    `pointer` is an RFC 6901 JSON pointer into the body (`/observations/0/value`). What is not in the body stands under
    `/query/…`, `/path/…` or `/header/…`; in a workbook under `/Sheet!B7`. `""` is the whole body.
    """

    code: str
    pointer: str
    text: Text

"""What stands where on the sheets of a PDF that Chromium made."""

import io
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader


@dataclass(frozen=True)
class PrintedText:
    """`bottom`: points from the lower edge of the sheet to the line's foot."""

    sheet: int
    bottom: float
    text: str


def printed(pdf: bytes) -> list[PrintedText]:
    """Every piece of text, sheet by sheet."""
    found: list[PrintedText] = []
    for number, sheet in enumerate(PdfReader(io.BytesIO(pdf)).pages, 1):
        # pypdf calls back with text, the page's matrix, the text's matrix, font and size
        def keep(
            text: str, page: list[float], place: list[float], _font: Any, _size: Any, number: int = number
        ) -> None:
            if text.strip():
                x, y = place[4], place[5]
                found.append(PrintedText(number, page[1] * x + page[3] * y + page[5], text.strip()))

        sheet.extract_text(visitor_text=keep)
    return found

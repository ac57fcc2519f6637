"""What stands where on the sheets of a PDF that Chromium made."""

import io
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader


@dataclass(frozen=True)
class PrintedText:
    """`bottom`: points from the lower edge of the sheet to the foot of the line."""

    sheet: int
    bottom: float
    text: str


def printed(pdf: bytes) -> list[PrintedText]:
    """Every piece of text, sheet by sheet."""
    found: list[PrintedText] = []
    for number, sheet in enumerate(PdfReader(io.BytesIO(pdf)).pages, 1):
        # pypdf calls back with text, the matrix of the sheet, the matrix of the text, font and size
        def keep(text: str, matrix: list[float], place: list[float], *_: Any, number: int = number) -> None:
            if text.strip():
                bottom = matrix[1] * place[4] + matrix[3] * place[5] + matrix[5]
                found.append(PrintedText(number, bottom, text.strip()))

        sheet.extract_text(visitor_text=keep)
    return found

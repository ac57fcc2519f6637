"""How a document of law is called."""

from dataclasses import replace

import pytest

from aggregation.pages.document import document_name
from shared.catalogue import Catalogue
from shared.text import messages

WORDS = messages.load("aggregation")


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [
        ("28/NQ-CP", "Nghị quyết 28/NQ-CP", "Resolution 28/NQ-CP"),
        ("175/KH-UBND", "Kế hoạch 175/KH-UBND", "Plan 175/KH-UBND"),
        ("7/XX-UBND", "7/XX-UBND", "7/XX-UBND"),
    ],
)
def test_the_kind_is_read_from_the_symbol(catalogue: Catalogue, number: str, vi: str, en: str) -> None:
    document = replace(next(iter(catalogue.documents.values())), number=number)
    assert document_name(WORDS, document, "vi") == vi
    assert document_name(WORDS, document, "en") == en


def test_no_document_has_no_name() -> None:
    assert document_name(WORDS, None, "vi") is None

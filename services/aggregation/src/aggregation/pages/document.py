"""A document of law, as an office names it."""

from shared.catalogue.plan import Document
from shared.text import Language
from shared.text.messages import Messages

DOCUMENT_KINDS = {"NQ": "document.resolution", "QĐ": "document.decision", "KH": "document.plan"}


def document_name(messages: Messages, document: Document | None, spoken: Language) -> str | None:
    """ "Nghị quyết 28/NQ-CP": the kind is the first part of a number's symbol (docs/domain.md 5)."""
    if document is None:
        return None
    kind = DOCUMENT_KINDS.get(document.number.rpartition("/")[2].partition("-")[0])
    return f"{messages.plain(spoken, kind)} {document.number}" if kind else document.number

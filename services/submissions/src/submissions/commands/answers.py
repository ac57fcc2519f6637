"""What the commands answer: a receipt, a decision, the count of what was opened. Kept for a repeated request, too."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from shared.text import Language
from submissions.rules.revision import NewRevision


class Warned(BaseModel):
    pointer: str
    code: str
    message: str


class Receipt(BaseModel):
    id: UUID
    revision: int
    state: str
    content_sha256: str
    received_at: datetime
    trace_id: str
    late: bool
    warnings: list[Warned]
    version: int  # of the obligation: its ETag


@dataclass(frozen=True)
class Submitted:
    """`body` is the receipt as it is sent and, with an idempotency key, kept."""

    id: UUID
    version: int
    body: bytes


class Decided(BaseModel):
    id: UUID
    revision: int
    state: str
    decided_at: datetime
    trace_id: str
    version: int


class Opened(BaseModel):
    opened: int
    existing: int


def receipt(revision: NewRevision, version: int, language: Language) -> Receipt:
    arrival = revision.arrival
    return Receipt(
        id=arrival.id,
        revision=revision.revision,
        state="submitted",
        content_sha256=revision.content.sha256,
        received_at=arrival.received_at,
        trace_id=arrival.trace_id,
        late=revision.late,
        warnings=[Warned(pointer=w.pointer, code=w.code, message=w.text.in_(language)) for w in revision.warnings],
        version=version,
    )


def body_of(answer: BaseModel) -> bytes:
    """The JSON that is sent and, with an idempotency key, kept."""
    return answer.model_dump_json().encode()

"""What the commands answer: a receipt, a decision, the count of what was opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import (
    BaseModel,
)

from shared.text import Language
from submissions.rules.obligation import is_late


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


def receipt(row: Mapping[str, Any], duty: Mapping[str, Any], language: Language) -> Receipt:
    told = [{**warning, "message": warning[language]} for warning in row["warnings"]]
    return Receipt(**_only(Receipt, {**row, "warnings": told}), late=is_late(row["received_at"], duty["due_at"]))


def _only(model: type[BaseModel], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields if name in row}

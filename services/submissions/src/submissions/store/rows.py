"""Rows of the database as the records that rules, commands and pages work with."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from submissions.rules.obligation import ReportingObligation
from submissions.rules.submission import LockedSubmission, SubmissionRecord
from submissions.store.tables import obligation, submission

Record = TypeVar("Record")

# A submission is read with its obligation. Both have `id`, `revision` and `state`: the obligation's carry a prefix.
OBLIGATION = "obligation__"
SUBMISSION_COLUMNS = (*submission.c, *(column.label(OBLIGATION + column.name) for column in obligation.c))
JOINED = submission.join(obligation, obligation.c.id == submission.c.obligation_id)


async def first(
    tx: AsyncConnection, query: sa.Executable, values: Mapping[str, Any] | None = None
) -> RowMapping | None:
    return (await tx.execute(query, values)).mappings().first()


async def every(tx: AsyncConnection, query: sa.Executable) -> Iterable[RowMapping]:
    return (await tx.execute(query)).mappings()


def record(kind: type[Record], row: RowMapping, prefix: str = "", **given: Any) -> Record:
    """The record whose fields are columns of the row, apart from those that are given."""
    names = [field.name for field in fields(kind) if field.name not in given]  # type: ignore[arg-type]
    return kind(**{name: row[prefix + name] for name in names}, **given)


def submission_of(row: RowMapping) -> SubmissionRecord:
    """Of a row with `SUBMISSION_COLUMNS`."""
    return record(SubmissionRecord, row, obligation=record(ReportingObligation, row, OBLIGATION), withheld=False)


def locked_submission_of(row: RowMapping) -> LockedSubmission:
    """Of a row with the obligation's columns and the submission's as `submission__id`, `…revision`, `…state`."""
    return record(LockedSubmission, row, "submission__", obligation=record(ReportingObligation, row))

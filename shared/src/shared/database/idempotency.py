"""`Idempotency-Key`: a creating POST that is sent again gets its first answer again and does nothing twice.

In the command's own transaction (`shared.web.idempotency` reads the attempt and answers the replay):

    async with engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return replay
        …
        await idempotency.finish(tx, attempt, 201, body)

A second request with the same key waits in `begin` until the first one's transaction ends.

Where every statement counts, the key is not claimed first: what is locked anyway is read with `ANSWERED`, the answer
is kept (`keeping`) with what the command writes, and who is refused, or second there, asks `find` before saying so.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database.rights import PASSING
from shared.database.write import Statement, Write, write
from shared.errors import Problem
from shared.loops import pause
from shared.retention import kept
from shared.text import Fault
from shared.text.texts import text

NAME = "idempotency"
KEEP = kept("idempotency")
KEY_REUSED = "idempotency-key-reused"
FORGET_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Attempt:
    key: str
    person: str
    request: str  # method and path
    request_sha256: bytes


@dataclass(frozen=True, slots=True)
class Replay:
    """The first answer to the same attempt: its status and the JSON as sent."""

    status: int
    body: bytes

    @property
    def created_id(self) -> UUID:
        """What a page leads to. Only `id` is read: the version that kept the answer may have had other members."""
        return UUID(json.loads(self.body)["id"])


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("request_sha256", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger),
        sa.Column("body", sa.LargeBinary),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now(), index=True),
    ]


def idempotency_table(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(NAME, metadata, *_columns(), info=PASSING)


def create_idempotency_table(op: Any) -> None:
    """For a migration: `op` is alembic's."""
    op.create_table(NAME, *_columns())


TABLE = idempotency_table(sa.MetaData())
_CLAIM = sa.text(
    f"insert into {NAME} (person, key, request, request_sha256) values (:person, :key, :request, :sha) "
    "on conflict do nothing returning key"
)
_FINISH = Statement(f"update {NAME} set status = :status, body = :body where person = :person and key = :key")
_KEEP = Statement(
    f"insert into {NAME} (person, key, request, request_sha256, status, body) "
    "values (:person, :key, :request, :sha, :status, :body)"
)
ANSWER = "answered.request, answered.request_sha256, answered.status, answered.body"
ANSWERED = f"left join {NAME} answered on answered.person = :person and answered.key = :key"
"""Columns and a join for a statement that reads, beside what it is about, the answer to an attempt: `answer_in`."""


async def begin(tx: AsyncConnection, attempt: Attempt | None) -> Replay | None:
    """Claim the key, or give the stored answer. Problem 422 when the key was used for another request."""
    if attempt is None:
        return None
    values = {"person": attempt.person, "key": attempt.key}
    if (await tx.execute(_CLAIM, {**values, "request": attempt.request, "sha": attempt.request_sha256})).first():
        return None
    return await find(tx, attempt)


async def find(tx: AsyncConnection, attempt: Attempt | None) -> Replay | None:
    """The stored answer. Problem 422 when the key was used for another request."""
    if attempt is None:
        return None
    mine = (TABLE.c.person == attempt.person) & (TABLE.c.key == attempt.key)
    row = (await tx.execute(sa.select(TABLE).where(mine))).mappings().one_or_none()
    return None if row is None else answer_in(row, attempt)


def answer_in(row: sa.RowMapping, attempt: Attempt | None) -> Replay | None:
    """The answer in a row with the columns `ANSWER`. Problem 422 when the key was used for another request."""
    if attempt is None or row["request"] is None:
        return None
    if (row["request"], row["request_sha256"]) != (attempt.request, attempt.request_sha256):
        fault = Fault("reused", "/header/Idempotency-Key", text("fault.key_reused"))
        raise Problem(422, KEY_REUSED, text("problem.key_reused"), [fault])
    if row["status"] is None:
        raise RuntimeError("begin was called twice in one transaction, or an earlier one committed without finish")
    return Replay(row["status"], row["body"])


async def of_page(tx: AsyncConnection, attempt: Attempt, page: str) -> Attempt:
    """The attempt under the key that a page gives it, whose keys all begin with `page`.

    The same content again right after itself is the same press: its key. The same content after another, as after Back
    and Back again, is a new wish, although it was said before.
    """
    rows = (await tx.execute(sa.select(TABLE).where(_answered(attempt, page)).order_by(TABLE.c.created_at))).all()
    if rows and rows[-1].request_sha256 == attempt.request_sha256:
        return replace(attempt, key=rows[-1].key)
    before = sum(row.request_sha256 == attempt.request_sha256 for row in rows)
    return replace(attempt, key=f"{attempt.key}.{before}") if before else attempt


async def count_answered(tx: AsyncConnection, attempt: Attempt, prefix: str) -> int:
    """How many requests like `attempt` the same person has had answered under keys that begin with `prefix`."""
    counted = sa.select(sa.func.count()).select_from(TABLE).where(_answered(attempt, prefix))
    return int(await tx.scalar(counted) or 0)


def _answered(attempt: Attempt, prefix: str) -> sa.ColumnElement[bool]:
    like = (TABLE.c.person == attempt.person) & (TABLE.c.request == attempt.request)
    return like & sa.func.starts_with(TABLE.c.key, prefix) & TABLE.c.status.is_not(None)


async def first_answer(tx: AsyncConnection, attempt: Attempt | None) -> Replay:
    """The answer that is kept for the attempt's key, whatever the request was. LookupError when there is none."""
    mine = (TABLE.c.person == attempt.person) & (TABLE.c.key == attempt.key) if attempt else sa.false()
    row = (await tx.execute(sa.select(TABLE).where(mine, TABLE.c.status.is_not(None)))).one_or_none()
    if row is None:
        raise LookupError("no answer is kept for this key")
    return Replay(row.status, row.body)


async def finish(tx: AsyncConnection, attempt: Attempt | None, status: int, body: bytes) -> None:
    """Keep the answer under the key that `begin` has claimed. `body` is the JSON as sent."""
    if attempt is not None:
        values = {"person": attempt.person, "key": attempt.key, "status": status, "body": body}
        await write(tx, Write(_FINISH, values))


def keeping(attempt: Attempt | None, status: int, body: bytes) -> list[Write]:
    """The answer under a key that was not claimed. IntegrityError where another request has been answered under it."""
    if attempt is None:
        return []
    values = {"person": attempt.person, "key": attempt.key, "status": status, "body": body}
    return [Write(_KEEP, {**values, "request": attempt.request, "sha": attempt.request_sha256})]


async def forget(tx: AsyncConnection, before: datetime) -> int:
    """Delete keys older than `before`; how many."""
    return (await tx.execute(sa.delete(TABLE).where(TABLE.c.created_at < before))).rowcount


def forgetting(engine: AsyncEngine) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop for the service's worker: keys that are kept no longer are forgotten, hourly."""

    async def forget_keys(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            async with engine.begin() as tx:
                await forget(tx, datetime.now(UTC) - KEEP)
            await pause(stopping, FORGET_SECONDS)

    return forget_keys

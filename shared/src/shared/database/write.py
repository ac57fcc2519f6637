"""Changes of several tables sent as one statement: one round trip for all of them, while a row is locked.

PostgreSQL runs the parts of one statement on what stood there before it, in no order: none may build on another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")


@dataclass(frozen=True, eq=False)
class Statement:
    """An insert, update or delete with `:named` parameters, and the types of those that SQLAlchemy must be told of."""

    sql: str
    types: Mapping[str, TypeEngine[Any] | type[TypeEngine[Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Write:
    """A statement with its values."""

    statement: Statement
    values: Mapping[str, Any]


async def write(tx: AsyncConnection, *writes: Write) -> None:
    """All of them or none, whatever their parameters are called."""
    if writes:
        await tx.execute(*joined(*writes))


def joined(*writes: Write) -> tuple[sa.TextClause, dict[str, Any]]:
    """The one statement that `write` sends, and its values; for those who send it another way. At least one."""
    values = {_own(name, part): value for part, one in enumerate(writes) for name, value in one.values.items()}
    return _joined(tuple(one.statement for one in writes)), values


@lru_cache(maxsize=128)
def _joined(statements: tuple[Statement, ...]) -> sa.TextClause:
    *before, last = [_PARAMETER.sub(rf":\1_{part}", one.sql) for part, one in enumerate(statements)]
    parts = ", ".join(f"part_{number} as ({sql})" for number, sql in enumerate(before))
    types = [
        sa.bindparam(_own(name, part), type_=type_)
        for part, one in enumerate(statements)
        for name, type_ in one.types.items()
    ]
    return sa.text(f"with {parts} {last}" if parts else last).bindparams(*types)


def _own(name: str, part: int) -> str:
    return f"{name}_{part}"

"""The rows of `dead_letter`: every statement about letters that already lie there."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.dead_letter.letter import Letter, OpenedList, Outcome, State
from shared.messaging.tables import messaging_tables

TABLE = messaging_tables(sa.MetaData()).dead_letter
_STORED = [TABLE.c[field.name] for field in fields(Letter) if field.name != "size"]
_SIZE = sa.func.octet_length(TABLE.c.value).label("size")
_LETTER = sa.select(*_STORED, _SIZE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters; None leaves a condition out. `reason` is a part of the text, upper and lower case told apart."""

    state: State | None = None
    topic: str | None = None
    type: str | None = None
    reason: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        equal = {"state": self.state, "topic": self.topic, "type": self.type}
        found = [TABLE.c[name] == value for name, value in equal.items() if value is not None]
        if self.reason is not None:
            found.append(sa.func.strpos(TABLE.c.reason, self.reason) > 0)
        return found


async def search(tx: AsyncConnection, wanted: Wanted, before: int | None, limit: int) -> list[Letter]:
    """Newest first, with ids below `before`."""
    conditions = wanted.conditions() + ([TABLE.c.id < before] if before is not None else [])
    return _letters(await tx.execute(_LETTER.where(*conditions).order_by(TABLE.c.id.desc()).limit(limit)))


async def next_letters(
    tx: AsyncConnection, wanted: Wanted, after: int, limit: int, opened: OpenedList | None = None
) -> list[Letter]:
    """Oldest first, with ids above `after`: the order in which they are replayed.

    Of an `opened` list those that were in the wanted state then, also what somebody has decided about since.
    """
    conditions = wanted.conditions()
    if opened is not None:
        conditions = replace(wanted, state=None).conditions()
        conditions += [TABLE.c.id <= opened.newest, _state_at(opened.at) == wanted.state]
    return _letters(await tx.execute(_LETTER.where(*conditions, TABLE.c.id > after).order_by(TABLE.c.id).limit(limit)))


def _state_at(at: datetime) -> sa.ColumnElement[str]:
    """The state at an instant, one decision back: what was discarded keeps its note when it is replayed."""
    since = TABLE.c.resolved_at > at
    was_discarded = (TABLE.c.state == "replayed") & TABLE.c.note.is_not(None)
    return sa.case((since & was_discarded, "discarded"), (since, "open"), else_=TABLE.c.state)


async def newest(tx: AsyncConnection) -> int:
    """The highest id; 0 when there is no letter."""
    return int(await tx.scalar(sa.select(sa.func.max(TABLE.c.id))) or 0)


async def find(tx: AsyncConnection, id_: int, *, lock: bool = False) -> Letter | None:
    query = _LETTER.where(TABLE.c.id == id_)
    found = _letters(await tx.execute(query.with_for_update() if lock else query))
    return found[0] if found else None


async def value_of(tx: AsyncConnection, id_: int) -> bytes | None:
    """The exact bytes of the record's value."""
    value: bytes | None = await tx.scalar(sa.select(TABLE.c.value).where(TABLE.c.id == id_))
    return value


async def topics(tx: AsyncConnection) -> list[str]:
    """Of all letters, for choosing one of them."""
    return list((await tx.execute(sa.select(TABLE.c.topic).distinct().order_by(TABLE.c.topic))).scalars())


async def failed_again(tx: AsyncConnection, id_: int, reason: str) -> None:
    await _change(tx, id_, attempts=TABLE.c.attempts + 1, reason=reason)


async def replayed(tx: AsyncConnection, id_: int, event_id: str, outcome: Outcome, *, at: datetime, by: str) -> None:
    done = {"state": "replayed", "outcome": outcome, "event_id": event_id, "attempts": TABLE.c.attempts + 1}
    await _change(tx, id_, **done, resolved_at=at, resolved_by=by)


async def discarded(tx: AsyncConnection, id_: int, note: str, *, at: datetime, by: str) -> None:
    await _change(tx, id_, state="discarded", note=note, resolved_at=at, resolved_by=by)


async def _change(tx: AsyncConnection, id_: int, **changes: Any) -> None:
    await tx.execute(sa.update(TABLE).where(TABLE.c.id == id_).values(changes))


def _letters(result: sa.CursorResult[Any]) -> list[Letter]:
    return [Letter(**{**row, "headers": [(name, text) for name, text in row["headers"]]}) for row in result.mappings()]

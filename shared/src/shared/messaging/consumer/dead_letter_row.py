"""Writing dead letters: records that could not be applied, with everything that is needed to try them again."""

import base64
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events import label

_QUARANTINE = sa.text(
    """
    insert into dead_letter
      (topic, partition, "offset", timestamp_ms, key, value, headers, event_id, reason, type, source)
    values (:topic, :partition, :offset, :timestamp_ms, :key, :value, :headers, :event_id, :reason, :type, :source)
    on conflict do nothing
    """
).bindparams(sa.bindparam("headers", type_=sa.JSON))


def letter(
    topic: str,
    partition: int,
    offset: int,
    timestamp_ms: int,
    *,
    reason: str,
    key: bytes | None = None,
    value: bytes | None = None,
    headers: Iterable[tuple[str | bytes, bytes | None]] = (),
    event_id: str | None = None,
) -> dict[str, Any]:
    """A row of `dead_letter`. Topic, partition, offset and time say which record it is: written twice, it is one."""
    return {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "timestamp_ms": timestamp_ms,
        "key": key,
        "value": value,
        "headers": [[_name(k), None if v is None else base64.b64encode(v).decode()] for k, v in headers],
        "event_id": event_id,
        "reason": reason.replace("\x00", "\\0"),
        **label(value)._asdict(),
    }


def _name(name: str | bytes) -> str:
    """As escaped ASCII: JSON and PostgreSQL hold neither NUL nor what is not UTF-8."""
    return ascii(name)[1:-1] if isinstance(name, str) else ascii(name)[2:-1]


async def quarantine(tx: AsyncConnection, letters: list[dict[str, Any]]) -> None:
    await tx.execute(_QUARANTINE, letters)

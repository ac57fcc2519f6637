"""Where the events of a rebuild come from."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from aiokafka import ConsumerRecord

Name = Literal["log", "topic"]


@dataclass(frozen=True)
class Told:
    """An event as the consumer takes it. `id` and `time` are None when its bytes are no event."""

    id: str | None
    time: datetime | None
    record: ConsumerRecord


@dataclass(frozen=True)
class Page:
    """`more`: there was more to read when this was read."""

    events: list[Told]
    more: bool


def signature(value: bytes | None) -> tuple[str, datetime] | tuple[None, None]:
    """Id and time of an event, also of one that this program cannot read; nothing when the bytes are no event."""
    try:
        known = json.loads(value or b"")
        return str(known["id"]), datetime.fromisoformat(known["time"])
    except (ValueError, KeyError, TypeError):
        return None, None


class Origin(Protocol):
    """`complete`: it holds every event since the first."""

    name: Name
    complete: bool

    async def read(self) -> Page:
        """What follows the last page; at the end nothing, and later what has come in. Raises `CouldNotCompare`."""

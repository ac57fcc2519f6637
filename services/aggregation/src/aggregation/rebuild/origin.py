"""Where the events of a rebuild come from."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from aiokafka import ConsumerRecord

Name = Literal["log", "topic"]
Signature = tuple[str | None, datetime | None]
_ID = re.compile(r"[!-~]{1,64}")


@dataclass(frozen=True)
class OriginEvent:
    """An event as the consumer takes it. `id` and `time` are None where its bytes do not have them."""

    id: str | None
    time: datetime | None
    record: ConsumerRecord


@dataclass(frozen=True)
class Page:
    """`more`: there was more to read when this was read."""

    events: list[OriginEvent]
    more: bool


def signature(value: bytes | None) -> Signature:
    """Id and time of an event, also of one that this program cannot read; nothing when the bytes are no event."""
    try:
        return signature_of(json.loads(value or b"", parse_int=float))  # an integer may be too long for `int`
    except (ValueError, RecursionError):
        return None, None


def signature_of(members: object) -> Signature:
    """The same of an event's JSON value. Each is None where it is not what an event has, a time without zone too."""
    if not isinstance(members, dict):
        return None, None
    id, written = members.get("id"), members.get("time")
    try:
        time = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        time = None
    aware = time is not None and time.utcoffset() is not None
    return id if isinstance(id, str) and _ID.fullmatch(id) else None, time if aware else None


class Origin(Protocol):
    """`complete`: it holds every event since the first."""

    name: Name
    complete: bool

    async def read(self) -> Page:
        """What follows the last page; at the end nothing, and later what has come in. Raises `CouldNotCompare`."""

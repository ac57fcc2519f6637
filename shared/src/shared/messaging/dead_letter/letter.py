"""A dead letter: a record that could not be applied, kept whole, and what was done about it."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from aiokafka import ConsumerRecord

from shared import telemetry

State = Literal["open", "replayed", "discarded"]
# "duplicate": the event had taken effect in another way meanwhile, so nothing was applied.
Outcome = Literal["applied", "duplicate"]

MAX_ID = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OpenedList:
    """What a person had before them: the letters up to `newest`, in the states that they were in `at`."""

    newest: int
    at: datetime

    @property
    def version(self) -> str:
        """How a page says which list it showed."""
        return f"{self.newest} {self.at.isoformat()}"

    @classmethod
    def read(cls, version: str) -> "OpenedList | None":
        """What a page says it showed; None for what no page says."""
        newest, _, at = version.partition(" ")
        try:
            return cls(max(0, min(int(newest), MAX_ID)), datetime.fromisoformat(at).astimezone(UTC))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Letter:
    """All but the value, of which `size` tells the bytes; None where the record had none or the client lost it.

    `event_id` is set where the event could be read: then its claim in the inbox is this letter's own. `attempts`
    counts replays that were tried. `resolved_by` is the opaque subject of a token, never shown on a page.
    """

    id: int
    state: State
    outcome: Outcome | None
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    headers: list[tuple[str, str | None]]
    event_id: str | None
    type: str | None
    source: str | None
    reason: str
    created_at: datetime
    attempts: int
    resolved_at: datetime | None
    resolved_by: str | None
    note: str | None
    size: int | None

    @property
    def timestamp(self) -> datetime | None:
        """The record's own time; None where its producer gave none that a calendar has."""
        if self.timestamp_ms <= 0:
            return None
        try:
            return _EPOCH + timedelta(milliseconds=self.timestamp_ms)
        except OverflowError:
            return None

    @property
    def version(self) -> str:
        """Changes with every act on the letter, so that whoever acts can say which state they saw."""
        return f"{self.state}-{self.attempts}"

    def was_seen(self, versions: frozenset[str] | None) -> bool:
        """Whether this is one of the versions that a person saw, or of the states; None: whatever they saw."""
        return versions is None or not versions.isdisjoint((self.version, self.state))

    @property
    def place(self) -> str:
        return f"{self.topic}/{self.partition}@{self.offset}"

    @property
    def header_texts(self) -> list[tuple[str, str | None]]:
        """Headers for people to read: what is no UTF-8 is replaced."""
        return [(name, None if value is None else value.decode(errors="replace")) for name, value in self._headers()]

    @property
    def trace_id(self) -> str | None:
        """Of the trace that the record's header names."""
        return telemetry.trace_id_in(dict(self.header_texts).get("traceparent"))

    def record(self, value: bytes) -> ConsumerRecord:
        """The record as Kafka gave it, with its `value`."""
        return ConsumerRecord(
            topic=self.topic,
            partition=self.partition,
            offset=self.offset,
            timestamp=self.timestamp_ms,
            timestamp_type=0,
            key=self.key,
            value=value,
            checksum=None,
            serialized_key_size=len(self.key or b""),
            serialized_value_size=len(value),
            headers=tuple(self._headers()),
        )

    def _headers(self) -> Iterator[tuple[str, bytes | None]]:
        for name, text in self.headers:
            yield name, None if text is None else base64.b64decode(text)

"""`operations.v1`: what operating the system says of itself."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.events import topics
from shared.events.data import ActEvent, Code, Count, EventData


class SourceHeartbeat(EventData):
    """The producer's own word on how far it has sent: shows a lost tail, and by its absence a dead producer.

    It stands outside the chain: its envelope carries no `sequence`, and the audit log does not keep it.
    `sequence` is the last one acknowledged by Kafka (0: none yet), `hash` the SHA-256 of that event's bytes (None: none
    yet, or not known); `pending` counts the rows that wait behind it.
    """

    topic: ClassVar[str] = topics.OPERATIONS
    sources: ClassVar[tuple[str, ...]] = topics.ALL_SOURCES
    type: ClassVar[str] = "vn.tiendo.source.heartbeat.v1"
    sequence: int = Field(ge=0)
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    pending: Count


class DeadLetterHandled(ActEvent):
    """Somebody of ops dealt with a record that could not be applied. Why is told in the service's own database."""

    topic: ClassVar[str] = topics.OPERATIONS
    sources: ClassVar[tuple[str, ...]] = topics.CONSUMING_SOURCES
    consumer: Code
    letter: int = Field(ge=1)
    origin_topic: Code
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    event_id: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")] | None = None
    handled_at: datetime

    def is_of(self, source: str) -> bool:
        """Each service tells of its own."""
        return super().is_of(source) and source == f"/{self.consumer}"


class DeadLetterReplayed(DeadLetterHandled):
    """`duplicate`: the event had taken effect in another way meanwhile, so nothing was applied."""

    type: ClassVar[str] = "vn.tiendo.deadletter.replayed.v1"
    outcome: Literal["applied", "duplicate"]


class DeadLetterDiscarded(DeadLetterHandled):
    type: ClassVar[str] = "vn.tiendo.deadletter.discarded.v1"


class ProjectionRebuilt(ActEvent):
    """Somebody of ops had the state computed anew, compared with the live one. Checksums are SHA-256 in hex."""

    topic: ClassVar[str] = topics.OPERATIONS
    sources: ClassVar[tuple[str, ...]] = ("/aggregation",)
    type: ClassVar[str] = "vn.tiendo.projection.rebuilt.v1"
    rebuild_id: UUID
    projection: Code
    origin: Literal["log", "topic"]
    events: Count
    facts: Count
    live_checksum: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    rebuilt_checksum: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    equal: bool
    swapped: bool
    started_at: datetime
    finished_at: datetime

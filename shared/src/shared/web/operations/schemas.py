"""What a service tells of its operation in one answer."""

from datetime import datetime

from pydantic import BaseModel, Field

from shared.messaging.backlog import LATE_SECONDS
from shared.messaging.dead_letter import Letter
from shared.messaging.relay.heartbeat import COUNTED_AT_MOST

REASON_CHARACTERS = 300


class OutboxState(BaseModel):
    waiting: int = Field(description=f"events that Kafka has not acknowledged yet, counted up to {COUNTED_AT_MOST}")
    oldest_seconds: float
    late: bool = Field(description=f"the oldest waits for more than {LATE_SECONDS} s")


class OpenLetter(BaseModel):
    """`topic`, `partition`, `offset` and `timestamp` say which record it is, in whatever service it was set aside."""

    id: int
    topic: str
    partition: int
    offset: int
    timestamp: datetime | None = Field(description="the record's own time")
    type: str | None = Field(description="as the bytes say, also where they are no event")
    reason: str = Field(description=f"its first {REASON_CHARACTERS} characters")
    created_at: datetime
    trace_id: str | None

    @classmethod
    def of(cls, letter: Letter) -> "OpenLetter":
        given = {name: getattr(letter, name) for name in cls.model_fields if name != "reason"}
        return cls(reason=letter.reason[:REASON_CHARACTERS], **given)


class LettersState(BaseModel):
    open: int = Field(description=f"counted up to {COUNTED_AT_MOST}")
    oldest_at: datetime | None = Field(description="when the oldest open one was set aside")
    newest: list[OpenLetter] = Field(description="newest first; `/api/v1/dead-letters` has them all")


class PartitionLag(BaseModel):
    partition: int
    waiting: int


class TopicLag(BaseModel):
    topic: str
    waiting: int = Field(description="records that the service's consumer group has not committed")
    partitions: list[PartitionLag] = Field(description="those in which a record waits")


class ConsumerState(BaseModel):
    """`topics` is null where the lag is not known: the broker could not be asked, then `fault` says why, or it does not
    know how far its topics go (Tansu)."""

    topics: list[TopicLag] | None
    fault: str | None = None


class SlowTraceItem(BaseModel):
    name: str
    seconds: float
    ended_at: datetime
    trace_id: str


class SetbackItem(BaseModel):
    """What tells that the database is older than what its service has done."""

    side: str = Field(description="consumer, relay, gone (what Kafka does not hold any more) or published (sums)")
    missing: int = Field(description="records or events that the database lacks")
    detail: str
    found_at: datetime


class ServiceOperations(BaseModel):
    service: str
    build: str
    outbox: OutboxState
    dead_letters: LettersState
    setbacks: list[SetbackItem] = Field(default_factory=list, description="empty unless the database went back")
    consumer: ConsumerState | None = Field(description="null for a service that consumes nothing")
    slow_traces: list[SlowTraceItem] = Field(
        description="the slowest of the last hour in the process that answers, of those that are sampled; slowest first"
    )

    @property
    def waits(self) -> bool:
        """Whether somebody has to look at it. A lag alone is work in hand."""
        unanswered = self.consumer is not None and self.consumer.fault is not None
        return self.dead_letters.open > 0 or self.outbox.late or unanswered or bool(self.setbacks)

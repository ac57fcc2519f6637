"""CloudEvents 1.0 in structured JSON: the whole event stands in the Kafka value, headers are for machinery only."""

import re
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Self

import uuid6
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    create_model,
)

from shared.events.data import DATA_TYPES, EventData, check_registered

MAX_EVENT_BYTES = 900_000
CONTENT_TYPE = "application/cloudevents+json"
LOCAL_SCHEMAS = "http://127.0.0.1:8004/schemas"
"""Where `make up` serves the schemas; an installation says where its own are (`ServiceSettings.schemas_url`)."""


class InvalidEvent(ValueError):
    """The bytes are not an event that this program can read. The record belongs into the dead letters."""


def dataschema_of(type_: str, schemas: str = LOCAL_SCHEMAS) -> str:
    """The absolute address of the JSON Schema of the data of an event type (CloudEvents 1.0, `dataschema`)."""
    return f"{schemas}/{type_}.json"


def _read_data(data: Any, info: ValidationInfo) -> EventData:
    if isinstance(data, EventData):
        return data
    model = DATA_TYPES.get(info.data.get("type", ""))
    if model is None:
        raise ValueError("unknown event type")
    return model.model_validate(data)


class Envelope(NamedTuple):
    """What is left of an event without its data: which one it is."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    traceparent: str | None


class Event(BaseModel):
    """`sequence` (gapless per source) and `prevhash` are given by the relay, never by the producer.

    `dataschema` names the schema for others and is never looked up here: events of before December 2026 have the path
    alone, those of an installation that moved have its old address.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
    source: Annotated[str, Field(pattern=r"^/[a-z-]+$")]
    type: Annotated[str, Field(max_length=200)]
    subject: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
    time: Annotated[AwareDatetime, Field(strict=True)]
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Annotated[str, Field(pattern=r"^[!-~]{1,300}$")]
    catalogueversion: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
    traceparent: Annotated[str, Field(pattern=r"^[0-9a-f-]{1,55}$")] | None = None
    sequence: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")] | None = None
    prevhash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    data: Annotated[SerializeAsAny[EventData], BeforeValidator(_read_data)]

    @classmethod
    def of(
        cls,
        data: EventData,
        *,
        source: str,
        subject: str,
        time: datetime,
        catalogue_version: str,
        schemas: str = LOCAL_SCHEMAS,
    ) -> Self:
        """A new event about `subject` (the aggregate's id, also the Kafka key). Raises `EventClassError`.

        `schemas`: where the schemas are served. Who publishes through the outbox leaves it out: `publish` knows it.
        """
        check_registered(data)
        return cls(
            id=str(uuid6.uuid7()),
            source=source,
            type=data.type,
            subject=subject,
            time=time,
            dataschema=dataschema_of(data.type, schemas),
            catalogueversion=catalogue_version,
            data=data,
        )

    def __eq__(self, other: object) -> bool:
        """Whatever way each was read (`_read_typed`)."""
        return isinstance(other, Event) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def envelope(self) -> Envelope:
        return Envelope(self.id, self.source, self.type, self.subject, self.time, self.traceparent)

    def to_bytes(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()


def parse(value: bytes | None) -> Event:
    """Read an event. Raises `InvalidEvent` with everything that is wrong, short enough to store."""
    if value is None:
        raise InvalidEvent("no value")
    if len(value) > MAX_EVENT_BYTES:
        raise InvalidEvent(f"{len(value)} bytes, more than {MAX_EVENT_BYTES}")
    if (event := _read_typed(value)) is not None:
        return event
    try:
        return Event.model_validate_json(value)
    except ValidationError as error:
        faults = [f"{'/'.join(map(str, e['loc'])) or '/'}: {e['msg']}" for e in error.errors(include_input=False)]
        raise InvalidEvent("; ".join(faults)[:2000]) from error


# As producers write it. Elsewhere it may stand for anything: what was read with its help says itself what it is.
_TYPE = re.compile(rb'"type":"([a-z0-9.]{1,200})"')
_TYPE_WITHIN = 500


def _read_typed(value: bytes) -> Event | None:
    """The event read in one go, its data with it; None for what is no event of the type that it seems to be.

    `Event` alone learns what its data is when they are read already, and reads them a second time.
    """
    type_ = _TYPE.search(value, 0, _TYPE_WITHIN)
    model = DATA_TYPES.get(type_[1].decode()) if type_ else None
    if model is None:
        return None
    try:
        event = _typed(model).model_validate_json(value)
    except ValidationError:
        return None
    return event if event.type == model.type else None


@cache
def _typed(model: type[EventData]) -> type[Event]:
    return create_model(model.__name__, __base__=Event, data=(model, ...))

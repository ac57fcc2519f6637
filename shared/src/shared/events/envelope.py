"""CloudEvents 1.0 in structured JSON: the whole event stands in the Kafka value, headers are for machinery only."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

import uuid6
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
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
    data: SerializeAsAny[EventData]

    @field_validator("data", mode="before")
    @classmethod
    def _read_data(cls, data: Any, info: ValidationInfo) -> EventData:
        if isinstance(data, EventData):
            return data
        model = DATA_TYPES.get(info.data.get("type", ""))
        if model is None:
            raise ValueError("unknown event type")
        return model.model_validate(data)

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

    def to_bytes(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()


def parse(value: bytes | None) -> Event:
    """Read an event. Raises `InvalidEvent` with everything that is wrong, short enough to store."""
    if value is None:
        raise InvalidEvent("no value")
    if len(value) > MAX_EVENT_BYTES:
        raise InvalidEvent(f"{len(value)} bytes, more than {MAX_EVENT_BYTES}")
    try:
        return Event.model_validate_json(value)
    except ValidationError as error:
        faults = [f"{'/'.join(map(str, e['loc'])) or '/'}: {e['msg']}" for e in error.errors(include_input=False)]
        raise InvalidEvent("; ".join(faults)[:2000]) from error

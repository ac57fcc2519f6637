"""JSON Schema of events, for readers that are not ours: of the data of each type, and of the whole event."""

from typing import Any

from pydantic import ConfigDict, create_model

from shared.events.data import EventData
from shared.events.envelope import LOCAL_SCHEMAS, Event, dataschema_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_CONTENT_TYPE = "application/schema+json"

Schema = dict[str, Any]


def data_schema(model: type[EventData], schemas: str = LOCAL_SCHEMAS) -> Schema:
    """What `dataschema` of an event names: the schema of its `data`, as a reader must take it.

    A member that the schema does not know is allowed, since an event may get an optional one (docs/design.md 4.2).
    `schemas` is the absolute address below which the schemas are served; `$id` is the address of this one.
    """
    schema = model.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": dataschema_of(model.type, schemas), **schema}


def event_schema(model: type[EventData], schemas: str = LOCAL_SCHEMAS) -> Schema:
    """The envelope with this data, as producers write it: unknown members are forbidden."""
    strict_data = create_model(model.__name__, __base__=model, __config__=None)
    strict_data.model_config = ConfigDict(frozen=True, extra="forbid")
    strict_data.model_rebuild(force=True)
    envelope = create_model(f"{model.__name__}Event", __base__=Event, data=(strict_data, ...))
    envelope.model_config = ConfigDict(frozen=True, extra="forbid")
    envelope.model_rebuild(force=True)
    schema = envelope.model_json_schema(mode="serialization")
    schema["properties"]["type"] = {"const": model.type}
    return schema | {"$schema": DIALECT, "$id": event_schema_id(model.type, schemas)}


def event_schema_id(type_: str, schemas: str = LOCAL_SCHEMAS) -> str:
    """The absolute address of the schema of the whole event."""
    return f"{schemas}/events/{type_}.json"

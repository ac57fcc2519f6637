"""AsyncAPI 3.0 of one service, with Kafka keys and headers as they are in each record.

FastStream's own generator knows neither what the relay sends beside its broker nor several messages on one channel.
"""

from collections.abc import Collection, Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.events import (
    ALL_TOPICS,
    CONTENT_TYPE,
    DATA_TYPES,
    PARTITIONS,
    DeadLetterDiscarded,
    DeadLetterReplayed,
    Event,
    EventData,
    ProjectionRebuilt,
)

BINDING = "0.5.0"
WEEK_MS = 7 * 24 * 3600 * 1000
TRACEPARENT = "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"

Part = dict[str, Any]


def asyncapi(service: str, publishes: Collection[str], hears: Collection[str]) -> Part:
    """`publishes` and `hears` are topics. A channel lists every message of its topic, an operation its own."""
    topics = [topic for topic in ALL_TOPICS if topic in {*publishes, *hears}]
    sent = {topic: sent_types(service, topic, hears) for topic in topics if topic in publishes}
    received = {topic: types_of(topic) for topic in topics if topic in hears}
    models = [model for topic in topics for model in types_of(topic)]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": service,
            "version": "1",
            "description": "Events as CloudEvents 1.0 in structured JSON, whole in the value of a Kafka record.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "kafka": {"host": "kafka:9092", "protocol": "kafka", "description": "The first of KAFKA_BOOTSTRAP_SERVERS."}
        },
        "channels": {topic: _channel(topic) for topic in topics},
        "operations": {
            **{f"send.{topic}": _sending(service, topic, types) for topic, types in sent.items()},
            **{f"receive.{topic}": _receiving(service, topic, types) for topic, types in received.items()},
        },
        "components": {"messages": {model.type: _message(model) for model in models}, "schemas": _schemas(models)},
    }


def types_of(topic: str) -> list[type[EventData]]:
    return [model for _, model in sorted(DATA_TYPES.items()) if model.topic == topic]


def sent_types(service: str, topic: str, hears: Collection[str]) -> list[type[EventData]]:
    """On the topic that all services share each sends what it can tell: who hears nothing has no dead letters."""
    others: list[type[EventData]] = [] if service == "aggregation" else [ProjectionRebuilt]
    if not hears:
        others += [DeadLetterReplayed, DeadLetterDiscarded]
    return [model for model in types_of(topic) if model not in others]


def _channel(topic: str) -> Part:
    kafka = {"topic": topic, "partitions": PARTITIONS, "topicConfiguration": {"retention.ms": WEEK_MS}}
    return {
        "address": topic,
        "messages": {model.type: {"$ref": f"#/components/messages/{model.type}"} for model in types_of(topic)},
        "servers": [{"$ref": "#/servers/kafka"}],
        "bindings": {"kafka": {**kafka, "bindingVersion": BINDING}},
    }


def _sending(service: str, topic: str, types: Sequence[type[EventData]]) -> Part:
    """By the relay of the service, in the order of its numbers."""
    return _operation("send", topic, types, clientId=f"{service}-relay")


def _receiving(service: str, topic: str, types: Sequence[type[EventData]]) -> Part:
    return _operation("receive", topic, types, groupId=service, clientId=service)


def _operation(action: str, topic: str, types: Sequence[type[EventData]], **names: str) -> Part:
    kafka: Part = {name: {"type": "string", "enum": [value]} for name, value in names.items()}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{model.type}"} for model in types],
        "bindings": {"kafka": {**kafka, "bindingVersion": BINDING}},
    }


def _message(model: type[EventData]) -> Part:
    return {
        "name": model.type,
        "title": model.__name__,
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "properties": {
                "content-type": {"type": "string", "const": CONTENT_TYPE},
                "traceparent": {"type": "string", "pattern": TRACEPARENT},
                "signature": {
                    "type": "string",
                    "contentEncoding": "base64",
                    "description": "Who signed this event, verified with the keys that audit serves at "
                    "/event-keys.json (docs/decisions/0029).",
                },
            },
            "required": ["content-type"],
        },
        "payload": {
            "allOf": [
                {"$ref": f"#/components/schemas/{Event.__name__}"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": model.type},
                        "data": {"$ref": f"#/components/schemas/{model.__name__}"},
                    },
                },
            ]
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The event's `subject`: what it is about, in UTF-8."},
                "bindingVersion": BINDING,
            }
        },
    }


def _schemas(models: Sequence[type[EventData]]) -> Part:
    """The envelope and the data of each type, as a reader must take them: unknown members are allowed."""
    named = [(model, "serialization") for model in (Event, *models)]
    schemas: Part = models_json_schema(named, ref_template="#/components/schemas/{model}")[1]["$defs"]  # type: ignore[arg-type]
    del schemas[EventData.__name__], schemas[Event.__name__]["properties"]["data"]
    return schemas

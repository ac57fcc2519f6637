"""What others build on, written down: JSON Schema of each event, AsyncAPI of each service, OpenAPI of each service.

`python -m tests.contracts.schemas` writes `deploy/schemas/`; a test compares it with what stands there.
"""

import importlib
import json
from pathlib import Path
from typing import Any

import yaml
from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI
from pydantic import BaseModel, create_model

from shared import events
from shared.events import DATA_TYPES, Event, EventData, event_schema

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "schemas"
SERVICES = ("submissions", "aggregation", "notifications", "audit")
PUBLISHES = {
    "submissions": (events.SUBMISSIONS, events.OPERATIONS),
    "aggregation": (events.INDICATORS, events.OPERATIONS),
    "notifications": (events.DEADLINES, events.NOTIFICATIONS, events.OPERATIONS),
    "audit": (events.INSPECTIONS, events.OPERATIONS),
}


def _message(model: type[EventData]) -> type[BaseModel]:
    return create_model(f"{model.__name__}Event", __base__=Event, data=(model, ...))


def asyncapi(service: str) -> str:
    """The service's events, from FastStream's own generator."""
    broker = KafkaBroker("kafka:9092")
    for topic in PUBLISHES[service]:
        for model in DATA_TYPES.values():
            if model.topic == topic:
                broker.publisher(topic, schema=_message(model), title=model.type)
    document = AsyncAPI(broker, title=service, version="1", schema_version="3.0.0").to_specification()
    return yaml.safe_dump(json.loads(document.to_json()), allow_unicode=True, sort_keys=True)


def openapi(service: str) -> dict[str, Any]:
    settings_class = next(
        value
        for value in vars(importlib.import_module(f"{service}.settings")).values()
        if isinstance(value, type) and getattr(value, "service", None) == service
    )
    settings = settings_class(database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none", environment="test")
    document: dict[str, Any] = importlib.import_module(f"{service}.app").create_app(settings).openapi()
    return document


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def documents() -> dict[str, str]:
    """File name below `deploy/schemas/` → its content."""
    return {
        **{f"events/{model.type}.json": _text(event_schema(model)) for model in DATA_TYPES.values()},
        **{f"{service}.asyncapi.yaml": asyncapi(service) for service in SERVICES},
        **{f"{service}.openapi.json": _text(openapi(service)) for service in SERVICES},
    }


if __name__ == "__main__":
    for name, content in documents().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

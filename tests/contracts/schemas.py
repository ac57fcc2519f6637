"""What others build on, written down: JSON Schema of each event, AsyncAPI of each service, OpenAPI of each service.

`python -m tests.contracts.schemas` writes `deploy/schemas/`; a test compares it with what stands there.
"""

import importlib
import json
from pathlib import Path
from typing import Any

import yaml

from shared import events
from shared.events import DATA_TYPES, event_schema
from shared.events.topics import PUBLISHED_BY

from .asyncapi.document import asyncapi

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "schemas"
SERVICES = ("submissions", "aggregation", "notifications", "audit")
PUBLISHES = {service: (*own, events.OPERATIONS) for service, own in PUBLISHED_BY.items()}
HEARS: dict[str, tuple[str, ...]] = {
    "submissions": (),
    "aggregation": (events.SUBMISSIONS,),
    "notifications": (events.SUBMISSIONS,),
    "audit": events.ALL_TOPICS,
}


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


def _yaml(document: dict[str, Any]) -> str:
    return yaml.dump(document, Dumper=_WithoutAliases, allow_unicode=True, sort_keys=True, width=120)


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def documents() -> dict[str, str]:
    """File name below `deploy/schemas/` → its content."""
    return {
        **{f"events/{model.type}.json": _text(event_schema(model)) for model in DATA_TYPES.values()},
        **{
            f"{service}.asyncapi.yaml": _yaml(asyncapi(service, PUBLISHES[service], HEARS[service]))
            for service in SERVICES
        },
        **{f"{service}.openapi.json": _text(openapi(service)) for service in SERVICES},
    }


if __name__ == "__main__":
    for name, content in documents().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

"""The AsyncAPI documents say of each topic who sends what on it, who receives it, and how a record looks."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.events import CONTENT_TYPE, DATA_TYPES, OPERATIONS
from shared.messaging import ServiceWorker

from ..conftest import SERVICES
from ..counterparts import MESSAGING, names_used, source_of
from ..schemas import HEARS, PUBLISHES
from .document import asyncapi, types_of

SAMPLES = Path(__file__).parents[1] / "samples"
EVERY_SERVICE = pytest.mark.parametrize("service", SERVICES)


def document(service: str) -> dict[str, Any]:
    return asyncapi(service, PUBLISHES[service], HEARS[service])


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str):
            yield reference
        for below in part.values():
            yield from references(below)
    elif isinstance(part, list):
        for below in part:
            yield from references(below)


def resolved(whole: dict[str, Any], reference: str) -> Any:
    part: Any = whole
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


@EVERY_SERVICE
def test_every_reference_leads_somewhere(service: str) -> None:
    whole = document(service)
    found = set(references(whole))
    assert found and all(resolved(whole, reference) for reference in found)


@EVERY_SERVICE
def test_a_topic_is_one_channel_with_all_its_messages(service: str) -> None:
    channels = document(service)["channels"]
    assert {channel["address"] for channel in channels.values()} == {*PUBLISHES[service], *HEARS[service]}
    for topic, channel in channels.items():
        assert channel["address"] == channel["bindings"]["kafka"]["topic"] == topic
        assert set(channel["messages"]) == {model.type for model in types_of(topic)}


@EVERY_SERVICE
def test_an_operation_for_each_topic_that_is_sent_or_received(service: str) -> None:
    operations = document(service)["operations"].values()
    for action, topics in (("send", PUBLISHES[service]), ("receive", HEARS[service])):
        channels = [one["channel"]["$ref"].rpartition("/")[2] for one in operations if one["action"] == action]
        assert sorted(channels) == sorted(topics)
    for operation in operations:
        kafka = operation["bindings"]["kafka"]
        assert kafka.get("groupId", {}).get("enum") == ([service] if operation["action"] == "receive" else None)


@EVERY_SERVICE
def test_what_is_received_is_what_the_worker_subscribes_to(service: str) -> None:
    settings = SERVICES[service][1](
        database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none", environment="test", kafka_bootstrap_servers="x:1"
    )
    worker: ServiceWorker = importlib.import_module(f"{service}.worker").create_worker(settings)
    subscribed = worker._subscription.broker.subscribers if worker._subscription else []
    assert {topic.name for one in subscribed for topic in one.topics} == set(HEARS[service])  # type: ignore[attr-defined]


@EVERY_SERVICE
def test_what_is_sent_is_what_the_service_makes(service: str) -> None:
    """On the topic that all of them share; on its own a service sends everything (`test_counterparts.py`)."""
    made = names_used(source_of(service))
    sent = {m["$ref"].rpartition("/")[2] for m in document(service)["operations"][f"send.{OPERATIONS}"]["messages"]}
    for model in types_of(OPERATIONS):
        by_all = model.__name__ in names_used(MESSAGING) and (HEARS[service] or "DeadLetter" not in model.__name__)
        assert (model.type in sent) is bool(by_all or model.__name__ in made), model.type


@pytest.mark.parametrize("type_", DATA_TYPES)
def test_an_archived_event_is_as_its_message_says(type_: str) -> None:
    whole = document("audit")  # hears every topic
    message = whole["components"]["messages"][type_]
    assert message["contentType"] == CONTENT_TYPE
    validator = Draft202012Validator({**whole, "$ref": f"#/components/messages/{type_}/payload"})
    event = json.loads((SAMPLES / f"{type_}.json").read_text("utf-8"))
    assert list(validator.iter_errors(event)) == []
    event["data"] = {}
    assert list(validator.iter_errors(event)), "the data are looked at, too"

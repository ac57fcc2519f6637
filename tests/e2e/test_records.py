"""Every record in Kafka is as the AsyncAPI document of its sender says: topic, key, headers, value."""

import asyncio
import json
from typing import Any

import pytest
import yaml
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from jsonschema import Draft202012Validator

from shared.events import ALL_TOPICS, OPERATIONS, PARTITIONS, SUBMISSIONS
from tests.contracts.schemas import FOLDER, SERVICES
from tests.e2e.whole import Whole

pytestmark = pytest.mark.timeout(400)  # it may be the first that waits for the system
DOCUMENTS: dict[str, dict[str, Any]] = {
    f"/{service}": yaml.safe_load((FOLDER / f"{service}.asyncapi.yaml").read_text("utf-8")) for service in SERVICES
}


async def records(bootstrap: str) -> list[ConsumerRecord]:
    """Everything that stands in the topics now."""
    partitions = [TopicPartition(topic, number) for topic in ALL_TOPICS for number in range(PARTITIONS)]
    found: list[ConsumerRecord] = []
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        async with asyncio.timeout(60):
            batches: dict[TopicPartition, list[ConsumerRecord]] = {}
            while batches or not {OPERATIONS, SUBMISSIONS} <= {record.topic for record in found}:
                batches = await consumer.getmany(timeout_ms=1000)
                found += [record for batch in batches.values() for record in batch]
    finally:
        await consumer.stop()
    return found


def faults(record: ConsumerRecord) -> list[str]:
    event = json.loads(record.value)
    document = DOCUMENTS[event["source"]]
    operation = document["operations"][f"send.{record.topic}"]
    message = document["components"]["messages"][event["type"]]
    headers = {name: value.decode() for name, value in record.headers}
    found = [] if record.key.decode() == event["subject"] else [f"key: {record.key!r}"]
    if f"#/channels/{record.topic}/messages/{event['type']}" not in [one["$ref"] for one in operation["messages"]]:
        found.append("is not sent by this service on this topic")
    if headers["content-type"] != message["contentType"] or set(headers) - set(message["headers"]["properties"]):
        found.append(f"headers: {sorted(headers)}")
    for part, value in (("headers", headers), ("payload", event)):
        schema = {**document, "$ref": f"#/components/messages/{event['type']}/{part}"}
        found += [f"{part}{error.json_path[1:]}: {error.message}" for error in _validator(schema).iter_errors(value)]
    return [f"{record.topic} {event['type']}: {fault}" for fault in found]


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


async def test_every_record_is_as_its_sender_describes_it(system: Whole) -> None:
    state = json.loads((system.local / "state.json").read_text("utf-8"))
    found = await records(state["bootstrap"])
    assert [fault for record in found for fault in faults(record)] == []

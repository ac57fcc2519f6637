"""Reads every topic from its beginning with the official CloudEvents SDK and validates each event with jsonschema
against what its dataschema serves. Arguments: bootstrap server, topic..."""

import asyncio
import json
import sys
from functools import cache

import httpx
from aiokafka import AIOKafkaConsumer
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from jsonschema import Draft202012Validator


@cache
def validator_of(address: str) -> Draft202012Validator:
    schema = httpx.get(address).raise_for_status().json()
    if schema["$id"] != address:
        raise ValueError(f"{address} is called {schema['$id']}")
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


async def main(bootstrap: str, topics: list[str]) -> None:
    faults: list[str] = []
    delivered = 0
    async with AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        partitions = consumer.assignment()  # of no group: all of them, from the start
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(one) < ends[one] for one in partitions]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    delivered += 1
                    try:
                        event = from_kafka_event(KafkaMessage(dict(record.headers), record.key, record.value))
                        errors = validator_of(event.get_dataschema()).iter_errors(event.get_data())
                        faults += [f"{event.get_id()}: {error.json_path}: {error.message[:200]}" for error in errors]
                    except Exception as error:
                        faults.append(repr(error)[:300])
    print(json.dumps({"delivered": delivered, "faults": faults}))


asyncio.run(main(sys.argv[1], sys.argv[2:]))

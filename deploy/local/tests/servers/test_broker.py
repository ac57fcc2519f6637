"""The brokers start, carry messages, and keep them as far as they say."""

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tiendo_local.console import LocalFault
from tiendo_local.servers import broker as brokers
from tiendo_local.servers import kafka, tansu, topics
from tiendo_local.servers.broker import Broker, Given, choose
from tiendo_local.servers.kafka import Kafka
from tiendo_local.servers.tansu import WARNING, Tansu
from tiendo_local.workspace import find

TOPIC = "submissions.v1"
needs_kafka = pytest.mark.skipif(brokers._missing_for_kafka() is not None, reason="no Java, or no Kafka jars")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def node(server_folder: Path, said: list[str]) -> Iterator[Kafka]:
    node = Kafka(server_folder / "own-kafka", find(), say=said.append)
    yield node
    node.stop()


async def produce(broker: Broker, *values: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent, acks="all")
    async with producer:
        for value in values:
            await producer.send_and_wait(TOPIC, value, key=value)


async def consume(broker: Broker, count: int) -> set[bytes]:
    """As a group would, from the earliest record."""
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=broker.bootstrap,
        group_id="readers",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    found: set[bytes] = set()
    async with consumer, asyncio.timeout(60):
        while len(found) < count:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found |= {r.value for r in records}
    return found


@needs_kafka
async def test_kafka_keeps_data_over_a_stop_and_a_kill(node: Kafka) -> None:
    node.start()
    topics.create(node.bootstrap, [TOPIC], partitions=12)
    await produce(node, b"1", b"2")
    assert await consume(node, 2) == {b"1", b"2"}
    bootstrap = node.bootstrap
    node.stop()
    assert not node.child.alive
    node.start()
    assert node.bootstrap == bootstrap
    topics.create(node.bootstrap, [TOPIC], partitions=12)
    await produce(node, b"3")
    node.kill()
    node.start()
    topics.create(node.bootstrap, [TOPIC], partitions=12)
    assert await consume(node, 3) == {b"1", b"2", b"3"}


@needs_kafka
async def test_topics_are_as_the_system_needs_them(broker: Broker) -> None:
    topics.create_all(broker.bootstrap)
    topics.create_all(broker.bootstrap)  # a second start
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([TOPIC])
        assert len(described["partitions"]) == 12
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)])
        settings = {entry[0]: entry[1] for entry in answers[0].resources[0][4]}
        assert settings["retention.ms"] == str(7 * 24 * 3600 * 1000)
        assert settings["max.message.bytes"] == str(1024 * 1024)
    finally:
        await admin.close()


async def test_tansu_carries_messages_and_warns(server_folder: Path, said: list[str]) -> None:
    node = Tansu(server_folder / "own-tansu", say=said.append)
    try:
        node.start()
        topics.create(node.bootstrap, [TOPIC], partitions=12)
        await produce(node, b"1", b"2")
        assert await consume(node, 2) == {b"1", b"2"}
        assert said == [WARNING]
    finally:
        node.stop()


def test_a_given_broker_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: list[str]) -> None:
    monkeypatch.delenv("TIENDO_BROKER", raising=False)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    chosen = choose(tmp_path, find(), say=said.append)
    assert isinstance(chosen, Given)
    assert brokers.environment(chosen)["KAFKA_BOOTSTRAP_SERVERS"] == "127.0.0.1:1"
    assert "127.0.0.1:1" in said[0]


def test_without_java_it_is_tansu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: list[str]) -> None:
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "TIENDO_BROKER", "JAVA_HOME", "KAFKA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    chosen = choose(tmp_path, find(), say=said.append)
    assert isinstance(chosen, Tansu)
    assert said == ["Broker: Tansu, since there is no Java 17 or newer."]
    assert brokers.environment(chosen)["KAFKA_IDEMPOTENT"] == "false"


def test_a_wish_overrides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: list[str]) -> None:
    monkeypatch.setenv("TIENDO_BROKER", "tansu")
    assert isinstance(choose(tmp_path, find(), say=said.append), Tansu)
    monkeypatch.setenv("TIENDO_BROKER", "kafka")
    assert isinstance(choose(tmp_path, find(), say=said.append), Kafka)
    monkeypatch.setenv("TIENDO_BROKER", "rabbit")
    with pytest.raises(LocalFault, match="rabbit"):
        choose(tmp_path, find(), say=said.append)


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    ("printed", "major"),
    [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_392"', 8), ('openjdk version "21" 2023', 21)],
)
def test_java_versions(tmp_path: Path, printed: str, major: int) -> None:
    fake = tmp_path / "java"
    fake.write_text(f"#!/bin/sh\necho '{printed}' >&2\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    assert kafka.java_major(str(fake)) == major


def test_the_pom_names_the_version_and_no_address() -> None:
    pom = find().kafka_pom
    assert kafka.pinned_version(pom).startswith("4.")
    assert "<repositor" not in pom.read_text()


def test_tansu_is_executable(tmp_path: Path) -> None:
    found = tansu.binary(tmp_path)
    assert found is not None
    assert found.stat().st_mode & stat.S_IXUSR

"""SIGTERM to real processes: what is in hand is finished, and they end within 30 s whatever is dead."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.events import DEADLINES
from shared.messaging import publish
from tiendo_local import broker as brokers
from tiendo_local import topics as kafka_topics
from tiendo_local.broker import Broker
from tiendo_local.place import find

from .conftest import Probe, an_event
from .workers import until

TINY = Path(__file__).with_name("tiny_service.py")
END_SECONDS = 30


class Tiny:
    """A process of tiny_service.py."""

    def __init__(self, process: asyncio.subprocess.Process, mark: Path) -> None:
        self.process = process
        self._mark = mark

    async def has_a_batch(self) -> bool:
        return self._mark.exists()

    async def end(self) -> tuple[int, float]:
        """SIGTERM; its exit code and the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(END_SECONDS + 5):
            code = await self.process.wait()
        return code, time.monotonic() - started


@asynccontextmanager
async def tiny(
    folder: Path, *, bootstrap: str, database: str, group: str, topic: str = "", seconds: float = 0
) -> AsyncIterator[Tiny]:
    mark = folder / "in-hand"
    environment = os.environ | {
        "ENVIRONMENT": "test",
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_SESSION_TIMEOUT_MS": "6000",
        "TINY_DATABASE_URL": database,
        "TINY_PORT": str(free_port()),
        "TINY_GROUP": group,
        "TINY_TOPIC": topic,
        "TINY_SECONDS": str(seconds),
        "TINY_MARK": str(mark),
    }
    with (folder / "log").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, TINY, "worker", env=environment, stdout=output, stderr=output
        )
    try:
        yield Tiny(process, mark)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        print((folder / "log").read_text())


def free_port() -> int:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        return int(probing.getsockname()[1])


class Proxy:
    """Stands before PostgreSQL; frozen, it takes bytes and passes none on, as a host that vanished."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._open = asyncio.Event()
        self._open.set()
        self.url = ""

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        user = self._to.netloc.rpartition("@")[0]
        self.url = self._to._replace(netloc=f"{user}@127.0.0.1:{port}").geturl()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def freeze(self) -> None:
        self._open.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        await asyncio.gather(self._pass(reader, to_writer), self._pass(to_reader, writer), return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        writer.close()


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


@pytest.fixture
def own_broker(tmp_path: Path) -> object:
    """A broker that this test may kill."""
    server = brokers.choose(tmp_path / "broker", find())
    server.start()
    yield server
    server.kill()


async def ends(bootstrap: str, topic: str, partitions: int = 12) -> int:
    """How many records the topic has."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        return sum((await consumer.end_offsets([TopicPartition(topic, p) for p in range(partitions)])).values())
    finally:
        await consumer.stop()


async def test_the_batch_in_hand_is_finished_and_committed(
    probe: Probe,
    broker: Broker,
    producer: AIOKafkaProducer,
    topics: Callable[..., str],
    unique: Callable[[str], str],
    tmp_path: Path,
) -> None:
    topic, group = topics("drain", partitions=1), unique("tiny")
    events = [an_event() for _ in range(20)]
    for event in events:
        await producer.send(topic, event.to_bytes())
    await producer.flush()
    url = probe.settings.database_url.get_secret_value()
    async with tiny(tmp_path, bootstrap=broker.bootstrap, database=url, group=group, topic=topic, seconds=5) as process:
        await until(process.has_a_batch)
        code, took = await process.end()
    assert code == 0 and took < 15
    done = await probe.effects()
    assert done == [e.id for e in events[: len(done)]] and done
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        assert await consumer.committed(TopicPartition(topic, 0)) == len(done)
    finally:
        await consumer.stop()


async def test_what_the_relay_is_sending_is_acknowledged_and_deleted(
    probe: Probe, broker: Broker, unique: Callable[[str], str], tmp_path: Path
) -> None:
    kafka_topics.create(broker.bootstrap, [DEADLINES], partitions=12)
    before = await ends(broker.bootstrap, DEADLINES)
    async with probe.engine.begin() as tx:
        await publish(tx, *[an_event() for _ in range(20_000)])

    async def left() -> int:
        return int((await probe.rows("select count(*) from outbox"))[0][0])

    async def sending() -> bool:
        return await left() < 20_000

    url = probe.settings.database_url.get_secret_value()
    async with tiny(tmp_path, bootstrap=broker.bootstrap, database=url, group=unique("tiny")) as process:
        await until(sending)
        code, took = await process.end()
    assert code == 0 and took < 15
    assert 0 < await left() < 20_000
    assert await ends(broker.bootstrap, DEADLINES) - before == 20_000 - await left()


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
async def test_with_a_dead_broker_it_ends_in_time(
    probe: Probe, own_broker: Broker, unique: Callable[[str], str], tmp_path: Path, how: signal.Signals
) -> None:
    if own_broker.child is None:
        pytest.skip("the broker is not ours to kill")
    topic = unique("dead")
    kafka_topics.create(own_broker.bootstrap, [topic, DEADLINES], partitions=1)
    producer = AIOKafkaProducer(bootstrap_servers=own_broker.bootstrap)
    await producer.start()
    await producer.send_and_wait(topic, an_event().to_bytes())
    await producer.stop()
    url = probe.settings.database_url.get_secret_value()
    async with tiny(
        tmp_path, bootstrap=own_broker.bootstrap, database=url, group=unique("tiny"), topic=topic, seconds=3
    ) as process:
        await until(process.has_a_batch)
        own_broker.child.process.send_signal(how)  # type: ignore[union-attr]
        async with probe.engine.begin() as tx:
            await publish(tx, *[an_event() for _ in range(10)])
        _, took = await process.end()
    assert took < END_SECONDS
    assert len(await probe.effects()) == 1
    assert len(await probe.rows("select 1 from outbox")) == 10


async def test_with_a_dead_database_it_ends_in_time(
    probe: Probe,
    broker: Broker,
    producer: AIOKafkaProducer,
    topics: Callable[..., str],
    unique: Callable[[str], str],
    tmp_path: Path,
) -> None:
    topic = topics("dead", partitions=1)
    await producer.send_and_wait(topic, an_event().to_bytes())
    async with (
        Proxy(probe.settings.database_url.get_secret_value()) as proxy,
        tiny(
            tmp_path, bootstrap=broker.bootstrap, database=proxy.url, group=unique("tiny"), topic=topic, seconds=2
        ) as process,
    ):
        await until(process.has_a_batch)
        proxy.freeze()
        _, took = await process.end()
    assert took < END_SECONDS
    assert await probe.effects() == []

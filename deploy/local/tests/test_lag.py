"""`tiendo lag` counts what is really waiting."""

from collections.abc import Callable

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tiendo_local.broken_batch import send_broken
from tiendo_local.commands.consumer_lag import consumer_lag
from tiendo_local.commands.lag import Waiting, ask_database, table
from tiendo_local.servers.broker import Broker


def test_outbox_and_dead_letters(database: Callable[..., str]) -> None:
    import sqlalchemy as sa

    from shared.messaging.tables import messaging_tables

    url = database("audit")
    engine = sa.create_engine(url.replace("+asyncpg", "+psycopg"))
    metadata = sa.MetaData()
    messaging_tables(metadata)
    metadata.create_all(engine)
    engine.dispose()
    assert ask_database("audit", url) == Waiting("audit", 0, None, 0)
    with psycopg.connect(url.replace("+asyncpg", ""), autocommit=True) as connection:
        connection.execute(
            "insert into outbox (topic, key, event_id, value, created_at)"
            " select 't', 'k', x::text, 'v', now() - interval '90 s' from generate_series(1, 3) x"
        )
        connection.execute(
            'insert into dead_letter (topic, partition, "offset", timestamp_ms, headers, reason, state)'
            " values ('t', 0, 1, 1, '[]', 'r', 'open'), ('t', 0, 2, 1, '[]', 'r', 'discarded')"
        )
    found = ask_database("audit", url)
    assert (found.outbox, found.dead_letters) == (3, 1)
    assert found.oldest_seconds is not None
    assert 90 <= found.oldest_seconds < 120


def test_a_database_that_is_away_is_told() -> None:
    found = ask_database("audit", "postgresql+asyncpg://a:b@127.0.0.1:1/audit")
    assert found.outbox is None
    assert found.fault is not None
    assert found.fault.startswith("database: ")


async def test_lag_is_what_is_not_committed(
    broker: Broker, topics: Callable[..., str], unique: Callable[[str], str]
) -> None:
    topic, group = topics("submissions", partitions=2), unique("audit")
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent)
    async with producer:
        for n in range(10):
            await producer.send(topic, b"x", partition=n % 2)
        await producer.flush()
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker.bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with consumer:
        first = await consumer.getone()
        if broker.idempotent:  # Tansu does not tell what a group subscribes to
            assert await consumer_lag(broker.bootstrap, [group], True) == {group: {topic: 10}}
        await consumer.commit({TopicPartition(topic, first.partition): 4})
    for trustworthy in (broker.idempotent, False):
        lags = await consumer_lag(broker.bootstrap, [group, unique("nobody")], trustworthy, [topic])
        assert lags[group] == {topic: 6}


async def test_a_record_that_cannot_be_decoded_leaves_the_rest_counted(
    broker: Broker, topics: Callable[..., str], unique: Callable[[str], str]
) -> None:
    hostile, other, group = topics("hostile", partitions=2), topics("other", partitions=2), unique("audit")
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        for topic in (hostile, other):
            for n in range(4):
                await producer.send_and_wait(topic, b"x", partition=n % 2)
        await send_broken(producer, hostile, [b"x"], partition=1, broken=0)
    member = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=group, enable_auto_commit=False)
    async with member:
        places = {TopicPartition(topic, n): 1 for topic in (hostile, other) for n in range(2)}
        member.assign(list(places))
        await member.commit(places)
    lags = await consumer_lag(broker.bootstrap, [group], False, [hostile, other])
    assert lags == {group: {hostile: None, other: 2}}


def test_the_table_has_a_line_per_topic() -> None:
    rows = [
        Waiting("audit", 2, 1.25, 1, {"submissions.v1": 3, "indicators.v1": 0, "operations.v1": None}),
        Waiting("submissions", fault="database: no"),
    ]
    lines = table(rows)
    assert lines[1].split() == ["audit", "2", "1.2", "s", "1", "indicators.v1", "0"]
    assert lines[2].split() == ["operations.v1", "?"]
    assert lines[3].split() == ["submissions.v1", "3"]
    assert lines[4].split()[0] == "submissions"
    assert lines[5].strip() == "database: no"

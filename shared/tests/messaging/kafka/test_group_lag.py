"""What a consumer group has not committed, as the broker knows it."""

from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from shared.messaging.kafka.group_lag import group_lag
from shared.settings import KafkaSettings
from tiendo_local.servers.broker import Broker


async def test_the_lag_of_each_partition(
    broker: Broker, topics: Callable[..., str], unique: Callable[[str], str]
) -> None:
    if not broker.idempotent:
        pytest.skip("Tansu does not tell how far its topics go; a Java 17 is missing")
    topic, untouched, group = topics("submissions", partitions=2), topics("other", partitions=1), unique("audit")
    settings = KafkaSettings(kafka_bootstrap_servers=broker.bootstrap)
    first, second, other = TopicPartition(topic, 0), TopicPartition(topic, 1), TopicPartition(untouched, 0)
    async with AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=group, enable_auto_commit=False) as member:
        member.assign([first])
        await member.commit({first: 0})  # the first group of a broker waits here for its coordinator
        assert await group_lag(settings, group, [topic, untouched]) == {first: 0, second: 0, other: 0}
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
            for n in range(10):
                await producer.send_and_wait(topic, b"x", partition=n % 2)
        assert await group_lag(settings, group, [topic, untouched]) == {first: 5, second: 5, other: 0}
        await member.commit({first: 4})
    assert await group_lag(settings, group, [topic]) == {first: 1, second: 5}


@pytest.mark.usefixtures("outside")
async def test_a_broker_that_is_away_is_an_error_soon() -> None:
    with pytest.raises((KafkaError, OSError)):
        await group_lag(KafkaSettings(kafka_bootstrap_servers="127.0.0.1:1"), "audit", ["submissions.v1"])

"""The lag of a consumer group, by topic."""

from aiokafka import TopicPartition

from shared.web.operations.report import topic_lags


def test_partitions_that_wait_are_named() -> None:
    found = topic_lags({TopicPartition("b", 1): 2, TopicPartition("a", 0): 0, TopicPartition("b", 0): 0})
    assert [one.model_dump() for one in found] == [
        {"topic": "a", "waiting": 0, "partitions": []},
        {"topic": "b", "waiting": 2, "partitions": [{"partition": 1, "waiting": 2}]},
    ]

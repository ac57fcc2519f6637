"""Beside each event class stands all that its readers, its log and its archive need."""

import pytest

from shared.events import ALL_TOPICS, DATA_TYPES, EventData

from .counterparts import missing
from .schemas import PUBLISHES


@pytest.mark.parametrize("model", DATA_TYPES.values(), ids=DATA_TYPES.keys())
def test_an_event_class_has_all_its_counterparts(model: type[EventData]) -> None:
    told = missing(model)
    assert not told, "\n".join(["", *told])


def test_every_topic_has_a_publisher() -> None:
    assert {topic for topics in PUBLISHES.values() for topic in topics} == set(ALL_TOPICS)

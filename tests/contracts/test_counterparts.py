"""Beside each event class stands all that its readers, its log and its archive need."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from shared import events
from shared.events import ALL_TOPICS, DATA_TYPES, SUBMISSIONS, EventData

from .counterparts import missing
from .schemas import PUBLISHES

TYPE = "vn.tiendo.submission.noted.v1"


@pytest.mark.parametrize("model", DATA_TYPES.values(), ids=DATA_TYPES.keys())
def test_an_event_class_has_all_its_counterparts(model: type[EventData]) -> None:
    told = missing(model)
    assert not told, "\n".join(["", *told])


def test_the_door_imports_every_module_of_events() -> None:
    """An event class registers itself when its module is imported, and these tests see what is registered."""
    door = Path(events.__file__)
    modules = {file.stem for file in door.parent.glob("*.py")} - {door.stem}
    unread = [name for name in sorted(modules) if f"from shared.events.{name} import" not in door.read_text("utf-8")]
    assert not unread, f"import in {door}, the one door that services read through: {', '.join(unread)}"


def test_every_topic_has_a_publisher() -> None:
    assert {topic for topics in PUBLISHES.values() for topic in topics} == set(ALL_TOPICS)


@pytest.mark.parametrize("model", DATA_TYPES.values(), ids=DATA_TYPES.keys())
def test_an_event_is_of_services_that_publish_on_its_topic(model: type[EventData]) -> None:
    """Who reads it refuses it from all others."""
    assert set(model.sources) <= {f"/{service}" for service, topics in PUBLISHES.items() if model.topic in topics}


@pytest.fixture
def planted_event() -> Iterator[type[EventData]]:
    """A class right in itself, with nothing beside it."""
    with patch.dict(DATA_TYPES):
        body = {
            "type": TYPE,
            "topic": SUBMISSIONS,
            "sources": ("/submissions",),
            "__module__": "shared.events.submission",
        }
        yield type("SubmissionNoted", (EventData,), body | {"__module__": "shared.events.submission"})


def test_an_event_class_alone_is_told_everything_that_is_missing(planted_event: type[EventData]) -> None:
    regenerate = "run `.venv/bin/python -m tests.contracts.schemas`"
    folder = f"tests/contracts/published/{TYPE}"
    assert missing(planted_event) == [
        "import SubmissionNoted in shared/events/__init__.py: services read through this door only",
        f"{regenerate}: deploy/schemas/events/ has no {TYPE}.json",
        f"{regenerate}: deploy/schemas/submissions.asyncapi.yaml has no {TYPE}",
        f"publish its schema: mkdir -p {folder} && cp deploy/schemas/events/{TYPE}.json {folder}/1.json",
        f"archive the bytes of one event as tests/contracts/samples/{TYPE}.json (`Event.of(…).to_bytes()`)",
        "publish SubmissionNoted in submissions (Event.of(…), then publish), or delete the class",
        "write event.submission.noted in audit/messages.yaml, in vi and en",
        "write type.submission.noted in audit/messages.yaml, in vi and en",
    ]

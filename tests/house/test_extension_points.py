"""Whoever adds something is told what is missing: each test plants an addition without its counterpart.

What mypy refuses (a consumer that leaves an event out, a kind without a strategy) stands in CONTRIBUTING.md.
"""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from shared.events import DATA_TYPES, SUBMISSIONS, EventData
from tests.contracts.counterparts import missing

TYPE = "vn.tiendo.submission.noted.v1"


@pytest.fixture
def planted_event() -> Iterator[type[EventData]]:
    """A class right in itself, with nothing beside it."""
    with patch.dict(DATA_TYPES):
        body = {"type": TYPE, "topic": SUBMISSIONS, "__module__": "shared.events.submission"}
        yield type("SubmissionNoted", (EventData,), body)


def test_an_event_class_alone_is_told_everything_that_is_missing(planted_event: type[EventData]) -> None:
    regenerate = "run `.venv/bin/python -m tests.contracts.schemas`"
    assert missing(planted_event) == [
        "import SubmissionNoted in shared/events/__init__.py: services read through this door only",
        f"{regenerate}: deploy/schemas/events/ has no {TYPE}.json",
        f"{regenerate}: deploy/schemas/submissions.asyncapi.yaml has no {TYPE}",
        f"publish its schema: cp deploy/schemas/events/{TYPE}.json tests/contracts/published/{TYPE}/1.json",
        f"archive the bytes of one event as tests/contracts/samples/{TYPE}.json (`Event.of(…).to_bytes()`)",
        "publish SubmissionNoted in submissions (Event.of(…), then publish), or delete the class",
        "write event.submission.noted in audit/messages.yaml, in vi and en",
        "write type.submission.noted in audit/messages.yaml, in vi and en",
    ]

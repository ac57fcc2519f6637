"""When a source is called silent."""

from datetime import datetime, timedelta

import pytest

from audit.rules.sources.source import SourceState
from services.audit.tests.sample_events import THEN

AFTER = timedelta(seconds=60)


def at(seconds: int | None) -> datetime | None:
    return None if seconds is None else THEN - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("heartbeat", "event", "silent"),
    [(60, None, False), (61, None, True), (61, 1, True), (None, 60, False), (None, 61, True), (None, None, True)],
)
def test_only_a_source_without_any_heartbeat_is_heard_by_its_events(
    heartbeat: int | None, event: int | None, silent: bool
) -> None:
    state = SourceState("/submissions", 1, 1, 0, at(event), at(heartbeat), 0)
    assert state.is_silent(THEN, AFTER) == silent

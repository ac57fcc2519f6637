"""What a dead letter says of itself."""

import base64
from datetime import UTC, datetime

import pytest

from shared.messaging.dead_letter import Letter

TRACE = "0af7651916cd43dd8448eb211c80319c"


def letter(*headers: tuple[str, bytes | None]) -> Letter:
    return Letter(
        id=1,
        state="open",
        outcome=None,
        topic="submissions.v1",
        partition=0,
        offset=7,
        timestamp_ms=1_700_000_000_000,
        key=None,
        headers=[(name, None if value is None else base64.b64encode(value).decode()) for name, value in headers],
        event_id=None,
        type=None,
        source=None,
        reason="no event",
        created_at=datetime(2026, 11, 29, tzinfo=UTC),
        attempts=0,
        resolved_at=None,
        resolved_by=None,
        note=None,
        size=0,
    )


def test_the_trace_that_its_header_names() -> None:
    assert letter(("x", b""), ("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())).trace_id == TRACE


@pytest.mark.parametrize("value", [None, b"", b"nonsense", b"\xff", f"00-{'0' * 32}-{'0' * 16}-01".encode()])
def test_a_header_that_names_none(value: bytes | None) -> None:
    assert letter(("traceparent", value)).trace_id is None
    assert letter().trace_id is None

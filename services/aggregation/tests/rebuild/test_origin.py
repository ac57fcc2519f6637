"""What a rebuild can read in bytes that may be anything."""

from datetime import datetime

import pytest

from aggregation.rebuild.origin import signature
from services.aggregation.tests.drivers.event_writer import NOW

DEEP = b"[" * 100_000
NOTHING = (None, None)


@pytest.mark.parametrize(
    ("value", "known"),
    [
        (None, NOTHING),
        (b"", NOTHING),
        (b"\xff\xfe\x00", NOTHING),
        (DEEP, NOTHING),
        (b'{"a":' * 100_000, NOTHING),
        (b'{"id": "a", "time": ' + b"9" * 5000 + b"}", ("a", None)),
        (b'{"id": "a", "time": 1700000000}', ("a", None)),
        (b'{"id": "a", "time": "2026-11-24T05:00:00"}', ("a", None)),
        (b'{"id": "a"}', ("a", None)),
        (b'{"id": ["a"], "time": "2026-11-24T05:00:00Z"}', (None, NOW)),
        (b'{"id": "\\u0000", "time": "2026-11-24T05:00:00Z"}', (None, NOW)),
        (b'{"id": "\\ud800", "time": "2026-11-24T12:00:00+07:00"}', (None, NOW)),
        (b'["id", "time"]', NOTHING),
    ],
)
def test_every_record_has_a_signature(value: bytes | None, known: tuple[str | None, datetime | None]) -> None:
    assert signature(value) == known

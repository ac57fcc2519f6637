"""Records as the store gives them, for tests of the pure rules."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.submissions.tests.api_client import COMMUNE, NOW
from submissions.rules.obligation import LockedObligation
from submissions.rules.revision import Arrival

ARRIVAL = Arrival(UUID(int=2), NOW, "reporter", COMMUNE, "a" * 32)
OBLIGATION = LockedObligation(
    id=UUID(int=1),
    obligation="annual",
    form="B01-XA",
    unit=COMMUNE,
    period="2026",
    due_at=datetime(2026, 12, 14, 17, tzinfo=UTC),
    state="open",
    revision=0,
    version=1,
    opened_at=NOW,
    previous_timeless_sha256=None,
)


def obligation(**changed: Any) -> LockedObligation:
    return replace(OBLIGATION, **changed)


def arrival(**changed: Any) -> Arrival:
    return replace(ARRIVAL, **changed)

"""Events as the submissions service writes them, without asking it: for putting many into an outbox."""

from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import uuid6

from shared.catalogue import disaggregation_key, load
from shared.events import Event
from submissions.events import received
from submissions.rules.observation import Observation


def received_event(duty: dict[str, Any], version: int, *, boys: int = 112) -> Event:
    """`submission.received` of a complete, valid answer to an opened obligation (as `Subject.duties` gives it)."""
    values = {"n_live_births_male": str(boys), "n_live_births_female": "100", "female_key_leader": "1"}
    observations = [
        Observation(
            measure=field["measure"],
            key=disaggregation_key(field["disaggregation"]),
            value=Decimal(values.get(field["measure"], "10")),
            disaggregation=field["disaggregation"],
            status="final",
        )
        for field in duty["fields"]
        if field["required"]
    ]
    submission = {
        "id": uuid6.uuid7(),
        "revision": version,
        "received_at": datetime.now(UTC),
        "content_sha256": sha256(str(version).encode()).hexdigest(),
        "illustrative": True,
    }
    row = {**duty, "id": UUID(duty["id"]), "due_at": datetime.fromisoformat(duty["due_at"])}
    return received(row, submission, observations, version, load().version)

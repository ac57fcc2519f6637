"""Events as the submissions service writes them, without asking it: for putting many into an outbox."""

from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import uuid6

from shared.catalogue import disaggregation_key, load
from shared.events import Event, acting
from submissions.events import received
from submissions.rules.content import CanonicalContent
from submissions.rules.obligation import ReportingObligation
from submissions.rules.observation import Observation
from submissions.rules.revision import Arrival, NewRevision


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
    now = datetime.now(UTC)
    obligation = ReportingObligation(
        id=UUID(duty["id"]),
        obligation=duty["obligation"],
        form=duty["form"],
        unit=duty["unit"],
        period=duty["period"],
        due_at=datetime.fromisoformat(duty["due_at"]),
        state="open",
        revision=0,
        version=1,
        opened_at=now,
    )
    revision = NewRevision(
        arrival=Arrival(uuid6.uuid7(), now, "reporter", obligation.unit, "0" * 32, "bench"),
        obligation_id=obligation.id,
        revision=version,
        observations=observations,
        content=CanonicalContent((), {}, (), sha256(str(version).encode()).hexdigest(), ""),
        reason=None,
        late=False,
        illustrative=True,
        warnings=(),
    )
    return received(obligation, revision, version, load().version, acting("reporter", obligation.unit))

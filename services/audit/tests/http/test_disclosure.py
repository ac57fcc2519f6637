"""The seventh leak, in the log: `events`, `/raw`, `/batch` and the page tell what aggregation hides."""

from decimal import Decimal
from uuid import uuid4

import pytest

from services.audit.tests.audit_driver import Audit
from services.audit.tests.sample_events import UNIT, received
from shared.access import Role
from shared.events import Event, ObservationValue, SubmissionReceived

SECRET = "n_adolescent_births"


def event() -> Event:
    given = received(uuid4(), 1)
    assert isinstance(given.data, SubmissionReceived)
    observations = [
        ObservationValue(measure=SECRET, value=Decimal(3)),
        ObservationValue(measure="population", value=Decimal(8123)),
    ]
    return given.model_copy(update={"data": given.data.model_copy(update={"observations": observations})})


@pytest.mark.parametrize(("role", "population"), [("leader", "8123"), ("ops", None)])
async def test_who_need_not_know_reads_the_event_without_the_count(
    audit: Audit, role: Role, population: str | None
) -> None:
    """Without the policy: 3, from any of the five answers."""
    told = event()
    await audit.log(told)
    path = f"/api/v1/events/{told.id}"
    [item] = (await audit.get("/api/v1/events", role)).json()["items"]
    detail = (await audit.get(path, role)).json()
    for read in (item, detail):
        assert [o["value"] for o in read["data"]["observations"]] == [None, population]
        assert read["data"]["content_sha256"] is None
    assert detail["sha256"] is None
    for exact in (f"{path}/raw", "/api/v1/events/batch"):
        assert (await audit.get(exact, role)).status_code == 403
    page = (await audit.get(f"/events/{told.id}", role)).text
    assert "&#34;3&#34;" not in page and ("8123" in page) == (population is not None)
    assert (await audit.get("/api/v1/events", role, q="0" * 64)).json()["items"] == [], "a hash confirms a guess"


@pytest.mark.parametrize(("role", "unit"), [("auditor", "DAK_NONG"), ("coordinator", "SO_NOI_VU"), ("reporter", UNIT)])
async def test_who_needs_to_know_reads_all(audit: Audit, role: Role, unit: str) -> None:
    told = event()
    await audit.log(told)
    detail = (await audit.get(f"/api/v1/events/{told.id}", role, unit)).json()
    assert [o["value"] for o in detail["data"]["observations"]] == ["3", "8123"] and len(detail["sha256"]) == 64
    assert (await audit.get(f"/api/v1/events/{told.id}/raw", role, unit)).status_code == 200
    assert len((await audit.get("/api/v1/events", role, unit, q="0" * 64)).json()["items"]) == 1

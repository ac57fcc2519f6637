"""Queries on inspections agree with the rules."""

from datetime import date
from typing import get_args

from audit.rules.inspection import State
from audit.store import inspections
from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, post
from services.audit.tests.sample_events import UNIT


async def test_lists_by_state_agree_with_the_rule(audit: Audit) -> None:
    days: dict[str, dict[str, object]] = {
        "planned": {"started_on": "2027-01-05", "findings": []},
        "in_progress": {},
        "awaiting_conclusion": {"ended_on": "2026-12-02"},
        "concluded": {"ended_on": "2026-12-02", "document_number": "1/KL", "signed_on": "2026-12-09"},
    }
    for changes in (*days.values(), *days.values()):
        assert (await post(audit, "/api/v1/inspections", CASE | changes)).status_code == 201
    for state in get_args(State):
        items = (await audit.get("/api/v1/inspections", state=state)).json()["items"]
        assert [item["state"] for item in items] == [state, state]
    assert (await audit.get("/api/v1/inspections", state="x", unit="y", period="z")).json()["errors"][2][
        "pointer"
    ] == "/query/state"
    first = (await audit.get("/api/v1/inspections", limit="3")).json()
    rest = (await audit.get("/api/v1/inspections", cursor=first["next"])).json()
    # Open ones by age, then the concluded.
    assert [item["number"] for item in first["items"] + rest["items"]] == [2, 3, 6, 7, 1, 5, 4, 8]
    async with audit.engine.connect() as tx:
        day = date(2027, 3, 1)
        for state in get_args(State):
            records = await inspections.search(
                tx, units=[UNIT], period="2026", state=state, today=day, after=None, limit=9
            )
            assert {record.state(day) for record in records} <= {state}

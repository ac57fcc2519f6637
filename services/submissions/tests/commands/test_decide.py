"""Accepting, returning and withdrawing: a random walk over HTTP against a small model, and many at once."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.submissions.tests.api_client import COMMUNE, OTHER, ApiClient
from services.submissions.tests.reports import commune_report
from shared.events import SubmissionDecided
from tests.support.databases import owner

ACTS = st.lists(st.sampled_from(["submit", "accept", "return", "withdraw"]), min_size=1, max_size=8)


@given(acts=ACTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_events_tell_exactly_what_happened(api_client: ApiClient, acts: list[str]) -> None:
    """One event per act that succeeded, versions without a gap, states as the model says."""
    await api_client.open("2025")
    units = [u for u in api_client.catalogue.units if u.endswith("@2025-07-01")]
    async with owner(api_client.engine) as tx:
        await tx.execute(sa.text("delete from review"))
        await tx.execute(sa.text("delete from submission"))
        await tx.execute(sa.text("delete from outbox"))
        await tx.execute(sa.text("update obligation set state = 'open', revision = 0, version = 1"))
    unit = units[len(acts) % len(units)]
    obligation_id = await api_client.obligation_id(unit=unit, period="2025")
    ids: list[str] = []
    states: list[str] = []
    happened: list[tuple[str, int]] = []
    for act in acts:
        if act == "submit":
            answer = await api_client.submit(obligation_id, commune_report() | {"reason": "đính chính"}, unit)
            assert answer.status_code == 201, answer.text
            ids.append(answer.json()["id"])
            states.append("submitted")
            happened.append(("received", len(ids)))
            continue
        if not ids:
            continue
        if act == "withdraw":
            answer = await api_client.withdraw(ids[-1], unit=unit)
        else:
            answer = await api_client.decide(ids[-1], act, "lý do")
        if states[-1] == "submitted" or (states[-1] == "accepted" and act == "return"):
            assert answer.status_code == 200, answer.text
            states[-1] = {"accept": "accepted", "return": "returned", "withdraw": "withdrawn"}[act]
            happened.append((states[-1], len(ids)))
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, f"already_{states[-1]}")
    events = await api_client.events(obligation_id)
    assert [e.type.split(".")[3] for e in events] == [word for word, _ in happened]
    assert [e.data.revision for e in events] == [n for _, n in happened]  # type: ignore[attr-defined]
    assert [e.data.version for e in events] == list(range(2, len(events) + 2))  # type: ignore[attr-defined]
    item = (await api_client.get(f"/api/v1/obligations/{obligation_id}")).json()
    assert (item["state"], item["revision"]) == (states[-1] if states else "open", len(ids))
    kept = (await api_client.get("/api/v1/submissions", params={"obligation": obligation_id})).json()["items"]
    assert [s["state"] for s in reversed(kept)] == states


async def test_a_return_needs_a_reason_and_keeps_it_private(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    silent = await api_client.decide(receipt["id"], "return", " ")
    assert (silent.status_code, silent.json()["errors"][0]["code"]) == (422, "reason_required")
    answer = await api_client.decide(receipt["id"], "return", "Kiểm tra dân số")
    assert answer.json()["state"] == "returned"
    kept = (await api_client.get(f"/api/v1/submissions/{receipt['id']}", "reporter", COMMUNE)).json()
    assert [(r["act"], r["reason"]) for r in kept["reviews"]] == [("return", "Kiểm tra dân số")]
    event = (await api_client.events())[-1]
    assert isinstance(event.data, SubmissionDecided)
    assert "dân số".encode() not in event.to_bytes()


async def test_only_the_latest_revision_is_decided(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    first = (await api_client.submit(obligation_id, report)).json()["id"]
    await api_client.submit(obligation_id, {**report, "reason": "đính chính"})
    answer = await api_client.decide(first, "accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_latest")


async def test_who_may_decide(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path = f"/api/v1/submissions/{receipt['id']}/decision"
    for role in ("reporter", "head", "leader", "auditor", "ops"):
        assert (await api_client.post(path, {"decision": "accept"}, role, COMMUNE)).status_code == 403
    assert (await api_client.withdraw(receipt["id"], unit=OTHER)).status_code == 403
    assert (await api_client.decide(str(uuid4()), "accept")).status_code == 404
    assert (await api_client.withdraw(receipt["id"])).json()["state"] == "withdrawn"


async def test_a_decision_about_what_has_changed_is_refused(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    receipt = (await api_client.submit(obligation_id, report)).json()
    seen = (await api_client.get(f"/api/v1/submissions/{receipt['id']}")).headers["etag"]
    await api_client.decide(receipt["id"], "accept")
    stale = await api_client.decide(receipt["id"], "return", "x", headers={"If-Match": seen})
    assert stale.status_code == 412
    fresh = (await api_client.get(f"/api/v1/obligations/{obligation_id}")).headers["etag"]
    assert (await api_client.decide(receipt["id"], "return", "x", headers={"If-Match": fresh})).status_code == 200


@pytest.mark.parametrize("rounds", range(3))
async def test_accept_return_withdraw_at_once_leave_one_story(
    api_client: ApiClient, report: dict[str, Any], rounds: int
) -> None:
    obligation_id = await api_client.obligation_id()
    receipt = (await api_client.submit(obligation_id, report)).json()
    answers = await asyncio.gather(
        api_client.decide(receipt["id"], "return", "a"),
        api_client.withdraw(receipt["id"]),
        api_client.decide(receipt["id"], "return", "b"),
        api_client.submit(obligation_id, {**report, "reason": "mới"}),
    )
    won = [a for a in answers if a.status_code in (200, 201)]
    assert len(won) + sum(a.status_code == 409 for a in answers) == 4
    versions = [e.data.version for e in await api_client.events(obligation_id)]  # type: ignore[attr-defined]
    assert versions == list(range(1, len(won) + 3))
    assert sum(a.status_code == 200 for a in answers) <= 1


async def test_a_decision_costs_seven_statements(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    api_client.statements.clear()
    assert (await api_client.decide(receipt["id"], "accept", headers={"Idempotency-Key": "d"})).status_code == 200
    assert len(api_client.statements) == 7, api_client.statements


async def test_a_decision_answers_with_the_new_etag(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    key = {"Idempotency-Key": "decided"}
    first, second = [await api_client.decide(receipt["id"], "accept", headers=key) for _ in range(2)]
    assert first.headers["etag"] == second.headers["etag"] == '"3"'
    stale = await api_client.decide(receipt["id"], "return", "x", headers={"If-Match": '"2"'})
    assert stale.status_code == 412
    done = await api_client.decide(receipt["id"], "return", "x", headers={"If-Match": first.headers["etag"]})
    assert (done.status_code, done.headers["etag"]) == (200, '"4"')

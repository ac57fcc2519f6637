import asyncio
import json
from datetime import date
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest

from audit.rules.inspection import State
from audit.store import inspections
from services.audit.tests.conftest import UNIT, Audit
from shared.events import FindingRecorded, InspectionLogged, parse

SECRET = "Bà N.T.H., số 0987654321"
FINDING = {
    "measure": "4.1",
    "criteria": f"Tiêu chí {SECRET}",
    "condition": f"Thực trạng {SECRET}",
    "cause": f"Nguyên nhân {SECRET}",
    "effect": f"Hậu quả {SECRET}",
    "severity": "high",
}
CASE = {
    "unit": UNIT,
    "period": "2026",
    "kind": "kiem_tra",
    "obligation": "O12",
    "basis_document": "12/QĐ-SNV",
    "started_on": "2026-12-01",
    "ended_on": None,
    "scope": f"Phạm vi {SECRET}",
    "findings": [FINDING, FINDING | {"severity": "low", "measure": None}],
}


async def post(audit: Audit, path: str, body: Any, role: str = "auditor", **headers: str) -> httpx.Response:
    return await audit.client.post(path, json=body, headers=audit.as_(role) | headers)


async def published(audit: Audit) -> list[Any]:
    return await audit.rows("select topic, key, value from outbox order by id")


async def test_an_inspection_is_kept_and_told_in_counts_and_codes(audit: Audit) -> None:
    answer = await post(audit, "/api/v1/inspections", CASE)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/inspections/{made['id']}"
    assert (made["state"], made["age_days"]) == ("in_progress", 15)
    assert made["by_severity"] == {"high": 1, "medium": 0, "low": 1}
    assert (await audit.get(answer.headers["location"])).json() == made
    assert [finding["effect"] for finding in made["findings"]] == [FINDING["effect"]] * 2

    rows = await published(audit)
    assert {(row.topic, row.key) for row in rows} == {("inspections.v1", made["id"])}
    events = [parse(row.value) for row in rows]
    logged, first, second = (event.data for event in events)
    assert isinstance(logged, InspectionLogged) and isinstance(first, FindingRecorded)
    assert (logged.findings, logged.by_severity) == (2, {"high": 1, "medium": 0, "low": 1})
    assert (first.measure, first.severity, first.unit, first.period) == ("4.1", "high", UNIT, "2026")
    assert isinstance(second, FindingRecorded) and second.measure is None
    assert events[0].source == "/audit" and events[0].catalogueversion == audit.app.state.catalogue.version


async def test_events_carry_no_free_text(audit: Audit) -> None:
    made = (await post(audit, "/api/v1/inspections", CASE | {"basis_document": f"QĐ của {SECRET}"})).json()
    await post(audit, f"/api/v1/inspections/{made['id']}/findings", FINDING)
    rows = await published(audit)
    assert len(rows) == 4
    everything = "".join(json.dumps(json.loads(row.value), ensure_ascii=False) for row in rows)
    for word in ("N.T.H", "0987654321", "Tiêu chí", "Phạm vi", "QĐ", "local:auditor"):
        assert word not in everything


async def test_our_own_events_come_back_into_the_log_and_read_as_a_case(audit: Audit) -> None:
    made = (await post(audit, "/api/v1/inspections", CASE)).json()
    await audit.log(*(parse(row.value) for row in await published(audit)))
    items = await audit.items(subject=made["id"], order="asc")
    assert [item["type"].split(".")[2:4] for item in items] == [
        ["inspection", "logged"],
        *[["finding", "recorded"]] * 2,
    ]
    page = await audit.get(f"/subjects/{made['id']}")
    assert "Ghi nhận cuộc kiểm tra tại Xã Quảng Trực về năm 2026: 2 phát hiện" in page.text


async def test_all_faults_at_once_and_nothing_is_kept(audit: Audit) -> None:
    bad = CASE | {"unit": "nowhere", "kind": "x", "document_number": "1/KL", "findings": [{"severity": "x"}], "more": 1}
    answer = await post(audit, "/api/v1/inspections", bad)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "/unit", "/kind", "/document_number", "/more", "/findings/0/criteria", "/findings/0/condition",
        "/findings/0/cause", "/findings/0/effect", "/findings/0/severity",
    }  # fmt: skip
    assert await published(audit) == [] and await audit.rows("select id from inspection") == []


@pytest.mark.parametrize("body", [None, [], "x", 7, {}])
async def test_bodies_of_another_shape(audit: Audit, body: Any) -> None:
    assert (await post(audit, "/api/v1/inspections", body)).status_code == 422
    headers = audit.as_("auditor") | {"Content-Type": "application/json"}
    broken = await audit.client.post("/api/v1/inspections", content=b"{", headers=headers)
    assert broken.status_code == 400


async def test_the_same_key_makes_one_inspection(audit: Audit) -> None:
    first, second = await asyncio.gather(
        *(post(audit, "/api/v1/inspections", CASE, **{"Idempotency-Key": "k1"}) for _ in range(2))
    )
    assert first.json() == second.json() and first.status_code == second.status_code == 201
    assert len(await audit.rows("select id from inspection")) == 1 and len(await published(audit)) == 3
    other = await post(audit, "/api/v1/inspections", CASE | {"period": "2025"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422


async def test_a_finding_is_added_to_an_open_case(audit: Audit) -> None:
    made = (await post(audit, "/api/v1/inspections", CASE)).json()
    path = f"/api/v1/inspections/{made['id']}/findings"
    answer = await post(audit, path, FINDING, **{"Idempotency-Key": "f"})
    assert answer.status_code == 201 and answer.json()["position"] == 3
    assert (await post(audit, path, FINDING, **{"Idempotency-Key": "f"})).json() == answer.json()
    assert len((await audit.get(f"/api/v1/inspections/{made['id']}")).json()["findings"]) == 3
    assert len(await published(audit)) == 4
    assert (await post(audit, path, {})).json()["errors"][0]["pointer"] == "/criteria"


async def test_findings_at_the_same_time_get_their_own_places(audit: Audit) -> None:
    made = (await post(audit, "/api/v1/inspections", CASE | {"findings": []})).json()
    path = f"/api/v1/inspections/{made['id']}/findings"
    answers = await asyncio.gather(*(post(audit, path, FINDING) for _ in range(6)))
    assert sorted(answer.json()["position"] for answer in answers) == [1, 2, 3, 4, 5, 6]


async def test_no_finding_where_none_can_be(audit: Audit) -> None:
    signed = CASE | {"document_number": "3/KL-SNV", "signed_on": "2026-12-10"}
    made = (await post(audit, "/api/v1/inspections", signed)).json()
    assert made["state"] == "concluded"
    assert (await post(audit, f"/api/v1/inspections/{made['id']}/findings", FINDING)).status_code == 409
    planned = (await post(audit, "/api/v1/inspections", CASE | {"started_on": "2027-01-05", "findings": []})).json()
    assert planned["state"] == "planned"
    answer = await post(audit, f"/api/v1/inspections/{planned['id']}/findings", FINDING)
    assert answer.json()["errors"][0]["code"] == "findings-before-start"
    assert (await post(audit, f"/api/v1/inspections/{uuid4()}/findings", FINDING)).status_code == 404
    full = (await post(audit, "/api/v1/inspections", CASE | {"findings": [FINDING] * 50})).json()
    answer = await post(audit, f"/api/v1/inspections/{full['id']}/findings", FINDING)
    assert answer.json()["errors"][0]["code"] == "too-many-findings"


async def test_who_may_do_what(audit: Audit) -> None:
    for role, status in {
        "auditor": 201,
        "coordinator": 201,
        "leader": 403,
        "ops": 403,
        "reporter": 403,
        "head": 403,
    }.items():
        assert (await post(audit, "/api/v1/inspections", CASE, role)).status_code == status
        reads = 403 if role in ("reporter", "head") else 200
        assert (await audit.get("/api/v1/inspections", role)).status_code == reads
        assert (await audit.get("/inspections", role)).status_code == reads


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
                tx, unit=UNIT, period="2026", state=state, today=day, after=None, limit=9
            )
            assert {record.state(day) for record in records} <= {state}

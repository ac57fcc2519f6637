"""A finding is added to an inspection that can take one."""

import asyncio
from uuid import uuid4

from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, FINDING, FINDING_ALONE, post, published


async def test_a_finding_is_added_to_an_open_case(audit: Audit) -> None:
    made = (await post(audit, "/api/v1/inspections", CASE)).json()
    path = f"/api/v1/inspections/{made['id']}/findings"
    answer = await post(audit, path, FINDING_ALONE, **{"Idempotency-Key": "f"})
    assert answer.status_code == 201 and answer.json()["position"] == 3
    assert (await post(audit, path, FINDING_ALONE, **{"Idempotency-Key": "f"})).json() == answer.json()
    assert len((await audit.get(f"/api/v1/inspections/{made['id']}")).json()["findings"]) == 3
    assert len(await published(audit)) == 4
    assert (await post(audit, path, {})).json()["errors"][0]["pointer"] == "/criteria"


async def test_findings_at_the_same_time_get_their_own_places(audit: Audit) -> None:
    made = (await post(audit, "/api/v1/inspections", CASE | {"findings": []})).json()
    path = f"/api/v1/inspections/{made['id']}/findings"
    answers = await asyncio.gather(*(post(audit, path, FINDING_ALONE) for _ in range(6)))
    assert sorted(answer.json()["position"] for answer in answers) == [1, 2, 3, 4, 5, 6]


async def test_no_finding_where_none_can_be(audit: Audit) -> None:
    signed = CASE | {"document_number": "3/KL-SNV", "signed_on": "2026-12-10"}
    made = (await post(audit, "/api/v1/inspections", signed)).json()
    assert made["state"] == "concluded"
    assert (await post(audit, f"/api/v1/inspections/{made['id']}/findings", FINDING_ALONE)).status_code == 409
    planned = (await post(audit, "/api/v1/inspections", CASE | {"started_on": "2027-01-05", "findings": []})).json()
    assert planned["state"] == "planned"
    answer = await post(audit, f"/api/v1/inspections/{planned['id']}/findings", FINDING_ALONE)
    assert answer.json()["errors"][0]["code"] == "findings-before-start"
    assert (await post(audit, f"/api/v1/inspections/{uuid4()}/findings", FINDING_ALONE)).status_code == 404
    full = (await post(audit, "/api/v1/inspections", CASE | {"findings": [FINDING] * 50})).json()
    answer = await post(audit, f"/api/v1/inspections/{full['id']}/findings", FINDING_ALONE)
    assert answer.json()["errors"][0]["code"] == "too-many-findings"

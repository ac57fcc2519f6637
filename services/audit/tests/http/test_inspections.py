"""POST and GET inspections: what is answered, to whom."""

from typing import Any

import pytest

from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, post, published


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

"""An inspection and a finding as a client sends them, and what is published of them."""

from typing import Any

import httpx

from services.audit.tests.audit_driver import Audit
from services.audit.tests.sample_events import UNIT

SECRET = "Bà N.T.H., số 0987654321"


FINDING = {
    "measure": "4.1",
    "criteria": f"Tiêu chí {SECRET}",
    "condition": f"Thực trạng {SECRET}",
    "cause": f"Nguyên nhân {SECRET}",
    "effect": f"Hậu quả {SECRET}",
    "severity": "high",
}

# A finding alone confirms for itself; those of an inspection are confirmed once.
FINDING_ALONE = FINDING | {"confirmed": ["personal_data"]}


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
    "confirmed": ["personal_data"],
}


async def post(audit: Audit, path: str, body: Any, role: str = "auditor", **headers: str) -> httpx.Response:
    return await audit.client.post(path, json=body, headers=audit.as_(role) | headers)


async def published(audit: Audit) -> list[Any]:
    return await audit.rows("select topic, key, value from outbox order by id")

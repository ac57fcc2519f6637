"""The form of an inspection as a browser sends it."""

import httpx

from services.audit.tests.audit_driver import Audit
from services.audit.tests.sample_events import UNIT

FORM = {
    "boxes": "2",
    "key": "page-1",
    "action": "save",
    "unit": UNIT,
    "period": "2026",
    "kind": "giam_sat",
    "obligation": "O13",
    "started_on": "2026-12-01",
    "scope": "Dòng một\r\nDòng hai",
    "findings-1-criteria": "Điều 5",
    "findings-1-condition": "Không <b>đúng</b>",
    "findings-1-cause": "Thiếu người",
    "findings-1-effect": "Số liệu sai",
    "findings-1-severity": "medium",
}


async def send(audit: Audit, path: str, form: dict[str, str], role: str = "auditor") -> httpx.Response:
    return await audit.client.post(path, data=form, headers=audit.as_(role) | {"Accept": "text/html"})

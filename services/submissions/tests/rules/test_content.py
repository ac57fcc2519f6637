"""The hash of a report."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from services.submissions.tests.api_client import ApiClient
from services.submissions.tests.records import obligation
from submissions.rules.content import canonical_content
from submissions.rules.observation import Observation

Report = dict[str, Any]


async def test_the_hash_can_be_recomputed_by_anyone(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    narrative, evidence = {"results": "Đã họp 3 lần"}, ["12/BC-UBND"]
    receipt = (await api_client.submit(obligation_id, {**report, "narrative": narrative, "evidence": evidence})).json()
    kept = (await api_client.get(f"/api/v1/submissions/{receipt['id']}")).json()
    content = {name: kept[name] for name in ("form", "unit", "period", "observations", "narrative", "evidence")}
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(plain).hexdigest() == receipt["content_sha256"] == kept["content_sha256"]


def test_the_order_in_which_cells_were_typed_changes_no_hash() -> None:
    boys = Observation("a", "sex=male", Decimal("1.50"), {"sex": "male"}, "final")
    girls = Observation("a", "sex=female", None, {"sex": "female"}, "missing", "x")
    content = canonical_content(obligation(), [boys, girls], {}, [])
    assert content == canonical_content(obligation(), [girls, boys], {}, [])
    kept = [(o["value"], o["status"], o["note"]) for o in content.observations]
    assert kept == [(None, "missing", "x"), ("1.5", "final", None)]


def test_the_hash_holds_form_unit_and_period_and_the_timeless_one_does_not() -> None:
    content = canonical_content(obligation(), [], {}, [])
    before = canonical_content(obligation(period="2025"), [], {}, [])
    assert content.sha256 != before.sha256
    assert content.timeless_sha256 == before.timeless_sha256
    assert content.sha256 == canonical_content(obligation(revision=7), [], {}, []).sha256
    assert content.timeless_sha256 != canonical_content(obligation(), [], {"results": "x"}, []).timeless_sha256

"""Sending a report over HTTP: receipts, faults, idempotency, corrections, who may."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.submissions.tests.conftest import COMMUNE, OTHER, ApiClient, commune_report
from shared.events import SubmissionReceived

Report = dict[str, Any]


async def test_a_report_gets_a_receipt_and_becomes_an_event(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    answer = await api_client.submit(obligation_id, report)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert set(told) == {
        "id", "revision", "state", "content_sha256", "received_at", "trace_id", "late", "warnings",
    }  # fmt: skip
    assert (told["revision"], told["state"], told["late"], told["warnings"]) == (1, "submitted", False, [])
    assert answer.headers["location"] == f"/api/v1/submissions/{told['id']}"
    opened, event = await api_client.events(obligation_id)
    assert opened.type == "vn.tiendo.obligation.opened.v1"
    data = event.data
    assert isinstance(data, SubmissionReceived)
    assert (str(data.submission_id), data.revision, data.version) == (told["id"], 1, 2)
    assert (data.unit, data.form, data.period, data.content_sha256) == (
        COMMUNE,
        "B01-XA",
        "2026",
        told["content_sha256"],
    )
    assert {o.measure: str(o.value) for o in data.observations} == {
        o["measure"]: o["value"] for o in report["observations"]
    }
    assert event.catalogueversion == api_client.catalogue.version


async def test_the_hash_can_be_recomputed_by_anyone(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    narrative, evidence = {"results": "Đã họp 3 lần"}, ["12/BC-UBND"]
    told = (await api_client.submit(obligation_id, {**report, "narrative": narrative, "evidence": evidence})).json()
    kept = (await api_client.get(f"/api/v1/submissions/{told['id']}")).json()
    content = {name: kept[name] for name in ("form", "unit", "period", "observations", "narrative", "evidence")}
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(plain).hexdigest() == told["content_sha256"] == kept["content_sha256"]


async def test_free_text_stays_out_of_events(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    report["observations"][0]["note"] = "bí-mật-một"
    body = {**report, "narrative": {"results": "bí-mật-hai"}, "evidence": ["bí-mật-ba"], "reason": "bí-mật-bốn"}
    assert (await api_client.submit(obligation_id, body)).status_code == 201
    assert not any(b"b\xc3\xad-m" in event.to_bytes() for event in await api_client.events())


async def test_values_are_exact(api_client: ApiClient) -> None:
    obligation_id = await api_client.obligation_id("B06-KT", "SO_TAI_CHINH")
    detail = (await api_client.get(f"/api/v1/obligations/{obligation_id}")).json()
    values = {"hours": "38640.100001", "persons": 2400}
    observations = [{"measure": f["measure"], "value": values.get(f["kind"], 7)} for f in detail["fields"]]
    answer = await api_client.submit(obligation_id, {"observations": observations}, "SO_TAI_CHINH")
    assert answer.status_code == 201, answer.text
    event = (await api_client.events(obligation_id))[-1]
    hours = [o for o in event.to_bytes().decode().split('"measure":') if "hours" in o]
    assert hours and all('"value":"38640.100001"' in text for text in hours)


async def test_a_report_with_faults_leaves_nothing_behind(api_client: ApiClient) -> None:
    obligation_id = await api_client.obligation_id()
    before = len(await api_client.events())
    body = commune_report(n_live_births_male="-1", population="52%", n_orgs_total=None)
    body["observations"].append({"measure": "4.1", "value": "111"})
    answer = await api_client.submit(obligation_id, body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [e["code"] for e in answer.json()["errors"]] == [
        "negative", "percentage_instead_of_counts", "ratio_instead_of_counts", "missing_field",
    ]  # fmt: skip
    english = await api_client.submit(obligation_id, body, headers={"Accept-Language": "en"})
    assert "cannot be negative" in english.json()["errors"][0]["message"]
    assert "không thể âm" in answer.json()["errors"][0]["message"]
    assert await api_client.count("submission") == await api_client.count("idempotency") == 0
    assert len(await api_client.events()) == before
    again = await api_client.submit(obligation_id, commune_report(), headers={"Idempotency-Key": "k"})
    assert again.status_code == 201, "a refused report does not use its key up"


async def test_a_body_of_the_wrong_shape_is_refused(api_client: ApiClient) -> None:
    obligation_id = await api_client.obligation_id()
    body = commune_report(population=True, n_live_births_male="-1")
    body["observations"][0] |= {"status": "done", "colour": "red"}
    body |= {"extra": 1, "narrative": {"results": 7}, "evidence": "12/BC", "reason": 3}
    errors = (await api_client.submit(obligation_id, body)).json()["errors"]
    assert {(e["code"], e["pointer"]) for e in errors} == {
        ("value_type", "/observations/6/value"), ("negative", "/observations/1/value"),
        ("unknown_status", "/observations/0/status"), ("unknown_key", "/observations/0/colour"),
        ("unknown_key", "/extra"), ("text_expected", "/narrative/results"), ("evidence_expected", "/evidence"),
        ("text_expected", "/reason"),
    }  # fmt: skip
    wrong: list[dict[str, Any]] = [{}, {"observations": 3, "narrative": []}, {"observations": [3, None, []]}]
    for raw in wrong:
        assert (await api_client.submit(obligation_id, raw)).status_code == 422
    assert await api_client.count("submission") == 0


async def test_sending_again_with_the_key_does_nothing_twice(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    key = {"Idempotency-Key": str(uuid4())}
    first = await api_client.submit(obligation_id, report, headers=key)
    second = await api_client.submit(obligation_id, report, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert await api_client.count("submission") == 1
    other = await api_client.submit(obligation_id, commune_report(population="9000"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_correction_needs_its_reason(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    await api_client.submit(obligation_id, report)
    silent = await api_client.submit(obligation_id, report)
    assert [e["code"] for e in silent.json()["errors"]] == ["reason_missing"]
    told = (await api_client.submit(obligation_id, {**report, "reason": "Nhập nhầm"})).json()
    assert told["revision"] == 2
    kept = (await api_client.get("/api/v1/submissions", params={"obligation": obligation_id})).json()["items"]
    assert [(s["revision"], s["latest"], s["state"]) for s in kept] == [(2, True, "submitted"), (1, False, "submitted")]


async def test_who_may_send(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    path = f"/api/v1/obligations/{obligation_id}/submissions"
    assert (await api_client.submit(obligation_id, report, OTHER)).status_code == 403
    assert (await api_client.post(path, report, "coordinator", "SO_NOI_VU")).status_code == 403
    assert (await api_client.post(path, report, "leader", COMMUNE)).status_code == 403
    assert (await api_client.client.post(path, json=report)).status_code == 401
    assert (await api_client.submit(str(uuid4()), report)).status_code == 404
    assert (await api_client.get(f"/api/v1/obligations/{obligation_id}", "reporter", OTHER)).status_code == 403
    assert await api_client.count("submission") == 0
    assert (await api_client.post(path, report, "head", COMMUNE)).status_code == 201


async def test_a_late_report_is_taken_and_marked(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    api_client.clock.at = datetime(2026, 12, 14, 16, 59, 59, tzinfo=UTC)
    assert not (await api_client.submit(obligation_id, report)).json()["late"]
    api_client.clock.at = datetime(2026, 12, 14, 17, tzinfo=UTC)  # 15 December 00:00 in Vietnam
    told = (await api_client.submit(obligation_id, {**report, "reason": "bổ sung"})).json()
    assert told["late"]
    assert [w["code"] for w in told["warnings"]] == ["late"]


async def test_a_period_takes_reports_from_its_window_to_its_close(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    for at, expected in (
        (datetime(2025, 12, 14, 16, 59, tzinfo=UTC), ["period_not_started"]),
        (datetime(2027, 12, 31, 17, 0, tzinfo=UTC), ["period_closed"]),
    ):
        api_client.clock.at = at
        assert [e["code"] for e in (await api_client.submit(obligation_id, report)).json()["errors"]] == expected
    api_client.clock.at = datetime(2027, 12, 31, 16, 59, tzinfo=UTC)
    assert (await api_client.submit(obligation_id, report)).status_code == 201


async def test_trap_18_last_years_report_sent_again_is_remarked(api_client: ApiClient, report: Report) -> None:
    before = await api_client.obligation_id(period="2025")
    assert (await api_client.submit(before, report)).status_code == 201
    told = (await api_client.submit(await api_client.obligation_id(), report)).json()
    assert [w["code"] for w in told["warnings"]] == ["same_as_previous_year"]
    assert "2025" in told["warnings"][0]["message"]
    changed = commune_report(population="8200") | {"reason": "số mới"}
    assert (await api_client.submit(await api_client.obligation_id(), changed)).json()["warnings"] == []


async def test_a_sex_ratio_below_104_is_remarked(api_client: ApiClient) -> None:
    told = (await api_client.submit(await api_client.obligation_id(), commune_report(n_live_births_male="50"))).json()
    assert [w["code"] for w in told["warnings"]] == ["ratio_below_floor"]
    assert "90,9" in told["warnings"][0]["message"]


async def test_illustrative_reports_are_marked_and_may_pretend_a_moment(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id(period="2024", unit="24736@2021-01-01")
    moment = "2024-12-01T08:00:00+07:00"
    headers = {"X-Tiendo-Illustrative": moment}
    answer = await api_client.submit(obligation_id, report, "24736@2021-01-01", headers=headers)
    assert answer.status_code == 201, answer.text
    assert datetime.fromisoformat(answer.json()["received_at"]) == datetime.fromisoformat(moment)
    data = (await api_client.events(obligation_id))[-1].data
    assert isinstance(data, SubmissionReceived) and data.illustrative
    assert (await api_client.submit(obligation_id, {**report, "reason": "x"}, "24736@2021-01-01")).status_code == 422, (
        "closed"
    )
    future = {"X-Tiendo-Illustrative": "2030-01-01T00:00:00+07:00"}
    assert (await api_client.submit(obligation_id, report, "24736@2021-01-01", headers=future)).status_code == 422
    for impossible in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+00:00"):
        told = await api_client.submit(
            obligation_id, report, "24736@2021-01-01", headers={"X-Tiendo-Illustrative": impossible}
        )
        assert told.status_code == 422, told.text


async def test_a_submission_costs_five_statements(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    api_client.statements.clear()
    answer = await api_client.submit(obligation_id, report, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 201
    assert len(api_client.statements) == 5, api_client.statements

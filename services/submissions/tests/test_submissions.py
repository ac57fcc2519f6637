"""Sending a report over HTTP: receipts, faults, idempotency, corrections, who may."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.submissions.tests.conftest import COMMUNE, OTHER, Office, commune_report
from shared.events import SubmissionReceived

Report = dict[str, Any]


async def test_a_report_gets_a_receipt_and_becomes_an_event(office: Office, report: Report) -> None:
    duty = await office.duty()
    answer = await office.submit(duty, report)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert set(told) == {
        "id", "revision", "state", "content_sha256", "received_at", "trace_id", "late", "warnings",
    }  # fmt: skip
    assert (told["revision"], told["state"], told["late"], told["warnings"]) == (1, "submitted", False, [])
    assert answer.headers["location"] == f"/api/v1/submissions/{told['id']}"
    opened, event = await office.events(duty)
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
    assert event.catalogueversion == office.catalogue.version


async def test_the_hash_can_be_recomputed_by_anyone(office: Office, report: Report) -> None:
    duty = await office.duty()
    narrative, evidence = {"results": "Đã họp 3 lần"}, ["12/BC-UBND"]
    told = (await office.submit(duty, {**report, "narrative": narrative, "evidence": evidence})).json()
    kept = (await office.get(f"/api/v1/submissions/{told['id']}")).json()
    content = {name: kept[name] for name in ("form", "unit", "period", "observations", "narrative", "evidence")}
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(plain).hexdigest() == told["content_sha256"] == kept["content_sha256"]


async def test_free_text_stays_out_of_events(office: Office, report: Report) -> None:
    duty = await office.duty()
    report["observations"][0]["note"] = "bí-mật-một"
    body = {**report, "narrative": {"results": "bí-mật-hai"}, "evidence": ["bí-mật-ba"], "reason": "bí-mật-bốn"}
    assert (await office.submit(duty, body)).status_code == 201
    assert not any(b"b\xc3\xad-m" in event.to_bytes() for event in await office.events())


async def test_values_are_exact(office: Office) -> None:
    duty = await office.duty("B06-KT", "SO_TAI_CHINH")
    detail = (await office.get(f"/api/v1/obligations/{duty}")).json()
    values = {"hours": "38640.100001", "persons": 2400}
    observations = [{"measure": f["measure"], "value": values.get(f["kind"], 7)} for f in detail["fields"]]
    answer = await office.submit(duty, {"observations": observations}, "SO_TAI_CHINH")
    assert answer.status_code == 201, answer.text
    event = (await office.events(duty))[-1]
    hours = [o for o in event.to_bytes().decode().split('"measure":') if "hours" in o]
    assert hours and all('"value":"38640.100001"' in text for text in hours)


async def test_a_report_with_faults_leaves_nothing_behind(office: Office) -> None:
    duty = await office.duty()
    before = len(await office.events())
    body = commune_report(n_live_births_male="-1", population="52%", n_orgs_total=None)
    body["observations"].append({"measure": "4.1", "value": "111"})
    answer = await office.submit(duty, body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [e["code"] for e in answer.json()["errors"]] == [
        "negative", "percentage_instead_of_counts", "ratio_instead_of_counts", "missing_field",
    ]  # fmt: skip
    english = await office.submit(duty, body, headers={"Accept-Language": "en"})
    assert "cannot be negative" in english.json()["errors"][0]["message"]
    assert "không thể âm" in answer.json()["errors"][0]["message"]
    assert await office.count("submission") == await office.count("idempotency") == 0
    assert len(await office.events()) == before
    again = await office.submit(duty, commune_report(), headers={"Idempotency-Key": "k"})
    assert again.status_code == 201, "a refused report does not use its key up"


async def test_a_body_of_the_wrong_shape_is_refused(office: Office) -> None:
    duty = await office.duty()
    body = commune_report(population=True, n_live_births_male="-1")
    body["observations"][0] |= {"status": "done", "colour": "red"}
    body |= {"extra": 1, "narrative": {"results": 7}, "evidence": "12/BC", "reason": 3}
    errors = (await office.submit(duty, body)).json()["errors"]
    assert {(e["code"], e["pointer"]) for e in errors} == {
        ("value_type", "/observations/6/value"), ("negative", "/observations/1/value"),
        ("unknown_status", "/observations/0/status"), ("unknown_key", "/observations/0/colour"),
        ("unknown_key", "/extra"), ("text_expected", "/narrative/results"), ("evidence_expected", "/evidence"),
        ("text_expected", "/reason"),
    }  # fmt: skip
    wrong: list[dict[str, Any]] = [{}, {"observations": 3, "narrative": []}, {"observations": [3, None, []]}]
    for raw in wrong:
        assert (await office.submit(duty, raw)).status_code == 422
    assert await office.count("submission") == 0


async def test_sending_again_with_the_key_does_nothing_twice(office: Office, report: Report) -> None:
    duty = await office.duty()
    key = {"Idempotency-Key": str(uuid4())}
    first = await office.submit(duty, report, headers=key)
    second = await office.submit(duty, report, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert await office.count("submission") == 1
    other = await office.submit(duty, commune_report(population="9000"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_correction_needs_its_reason(office: Office, report: Report) -> None:
    duty = await office.duty()
    await office.submit(duty, report)
    silent = await office.submit(duty, report)
    assert [e["code"] for e in silent.json()["errors"]] == ["reason_missing"]
    told = (await office.submit(duty, {**report, "reason": "Nhập nhầm"})).json()
    assert told["revision"] == 2
    kept = (await office.get("/api/v1/submissions", params={"obligation": duty})).json()["items"]
    assert [(s["revision"], s["latest"], s["state"]) for s in kept] == [(2, True, "submitted"), (1, False, "submitted")]


async def test_who_may_send(office: Office, report: Report) -> None:
    duty = await office.duty()
    path = f"/api/v1/obligations/{duty}/submissions"
    assert (await office.submit(duty, report, OTHER)).status_code == 403
    assert (await office.post(path, report, "coordinator", "SO_NOI_VU")).status_code == 403
    assert (await office.post(path, report, "leader", COMMUNE)).status_code == 403
    assert (await office.client.post(path, json=report)).status_code == 401
    assert (await office.submit(str(uuid4()), report)).status_code == 404
    assert (await office.get(f"/api/v1/obligations/{duty}", "reporter", OTHER)).status_code == 403
    assert await office.count("submission") == 0
    assert (await office.post(path, report, "head", COMMUNE)).status_code == 201


async def test_a_late_report_is_taken_and_marked(office: Office, report: Report) -> None:
    duty = await office.duty()
    office.watch.at = datetime(2026, 12, 14, 16, 59, 59, tzinfo=UTC)
    assert not (await office.submit(duty, report)).json()["late"]
    office.watch.at = datetime(2026, 12, 14, 17, tzinfo=UTC)  # 15 December 00:00 in Vietnam
    told = (await office.submit(duty, {**report, "reason": "bổ sung"})).json()
    assert told["late"]
    assert [w["code"] for w in told["warnings"]] == ["late"]


async def test_a_period_takes_reports_from_its_window_to_its_close(office: Office, report: Report) -> None:
    duty = await office.duty()
    for at, expected in (
        (datetime(2025, 12, 14, 16, 59, tzinfo=UTC), ["period_not_started"]),
        (datetime(2027, 12, 31, 17, 0, tzinfo=UTC), ["period_closed"]),
    ):
        office.watch.at = at
        assert [e["code"] for e in (await office.submit(duty, report)).json()["errors"]] == expected
    office.watch.at = datetime(2027, 12, 31, 16, 59, tzinfo=UTC)
    assert (await office.submit(duty, report)).status_code == 201


async def test_trap_18_last_years_report_sent_again_is_remarked(office: Office, report: Report) -> None:
    before = await office.duty(period="2025")
    assert (await office.submit(before, report)).status_code == 201
    told = (await office.submit(await office.duty(), report)).json()
    assert [w["code"] for w in told["warnings"]] == ["same_as_previous_year"]
    assert "2025" in told["warnings"][0]["message"]
    changed = commune_report(population="8200") | {"reason": "số mới"}
    assert (await office.submit(await office.duty(), changed)).json()["warnings"] == []


async def test_a_sex_ratio_below_104_is_remarked(office: Office) -> None:
    told = (await office.submit(await office.duty(), commune_report(n_live_births_male="50"))).json()
    assert [w["code"] for w in told["warnings"]] == ["ratio_below_floor"]
    assert "90,9" in told["warnings"][0]["message"]


async def test_illustrative_reports_are_marked_and_may_pretend_a_moment(office: Office, report: Report) -> None:
    duty = await office.duty(period="2024", unit="24736@2021-01-01")
    moment = "2024-12-01T08:00:00+07:00"
    headers = {"X-Tiendo-Illustrative": moment}
    answer = await office.submit(duty, report, "24736@2021-01-01", headers=headers)
    assert answer.status_code == 201, answer.text
    assert datetime.fromisoformat(answer.json()["received_at"]) == datetime.fromisoformat(moment)
    data = (await office.events(duty))[-1].data
    assert isinstance(data, SubmissionReceived) and data.illustrative
    assert (await office.submit(duty, {**report, "reason": "x"}, "24736@2021-01-01")).status_code == 422, "closed"
    future = {"X-Tiendo-Illustrative": "2030-01-01T00:00:00+07:00"}
    assert (await office.submit(duty, report, "24736@2021-01-01", headers=future)).status_code == 422
    for impossible in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+00:00"):
        told = await office.submit(duty, report, "24736@2021-01-01", headers={"X-Tiendo-Illustrative": impossible})
        assert told.status_code == 422, told.text


async def test_a_submission_costs_five_statements(office: Office, report: Report) -> None:
    duty = await office.duty()
    office.statements.clear()
    answer = await office.submit(duty, report, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 201
    assert len(office.statements) == 5, office.statements

"""Taking a report: receipts, faults, idempotency, corrections, who may."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.submissions.tests.api_client import COMMUNE, OTHER, ApiClient
from services.submissions.tests.reports import commune_report
from shared.events import SubmissionReceived
from submissions.rules.revision import revise

Report = dict[str, Any]


async def test_a_report_gets_a_receipt_and_becomes_an_event(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    answer = await api_client.submit(obligation_id, report)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert set(receipt) == {
        "id", "revision", "state", "content_sha256", "received_at", "trace_id", "late", "warnings", "version",
    }  # fmt: skip
    assert (receipt["revision"], receipt["state"], receipt["late"], receipt["warnings"]) == (1, "submitted", False, [])
    assert answer.headers["location"] == f"/api/v1/submissions/{receipt['id']}"
    opened, event = await api_client.events(obligation_id)
    assert opened.type == "vn.tiendo.obligation.opened.v1"
    data = event.data
    assert isinstance(data, SubmissionReceived)
    assert (str(data.submission_id), data.revision, data.version) == (receipt["id"], 1, 2)
    assert (data.unit, data.form, data.period, data.content_sha256) == (
        COMMUNE,
        "B01-XA",
        "2026",
        receipt["content_sha256"],
    )
    assert {o.measure: str(o.value) for o in data.observations} == {
        o["measure"]: o["value"] for o in report["observations"]
    }
    assert event.catalogueversion == api_client.catalogue.version


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


async def test_sending_again_with_the_key_does_nothing_twice(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    key = {"Idempotency-Key": str(uuid4())}
    first = await api_client.submit(obligation_id, report, headers=key)
    second = await api_client.submit(obligation_id, report, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    for header in ("location", "etag"):
        assert first.headers[header] == second.headers[header]
    assert first.headers["etag"] == '"2"'
    assert await api_client.count("submission") == 1
    other = await api_client.submit(obligation_id, commune_report(population="9000"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_correction_needs_its_reason(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    await api_client.submit(obligation_id, report)
    silent = await api_client.submit(obligation_id, report)
    assert [e["code"] for e in silent.json()["errors"]] == ["reason_missing"]
    receipt = (await api_client.submit(obligation_id, {**report, "reason": "Nhập nhầm"})).json()
    assert receipt["revision"] == 2
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


async def test_a_report_to_what_has_changed_is_refused(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    seen = (await api_client.get(f"/api/v1/obligations/{obligation_id}")).headers["etag"]
    assert (await api_client.submit(obligation_id, report, headers={"If-Match": seen})).status_code == 201
    stale = await api_client.submit(obligation_id, {**report, "reason": "x"}, headers={"If-Match": seen})
    assert stale.status_code == 412
    assert await api_client.count("submission") == 1


async def test_a_late_report_is_taken_and_marked(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    api_client.clock.at = datetime(2026, 12, 14, 16, 59, 59, tzinfo=UTC)
    assert not (await api_client.submit(obligation_id, report)).json()["late"]
    api_client.clock.at = datetime(2026, 12, 14, 17, tzinfo=UTC)  # 15 December 00:00 in Vietnam
    receipt = (await api_client.submit(obligation_id, {**report, "reason": "bổ sung"})).json()
    assert receipt["late"]
    assert [w["code"] for w in receipt["warnings"]] == ["late"]


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
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    assert [w["code"] for w in receipt["warnings"]] == ["same_as_previous_year"]
    assert "2025" in receipt["warnings"][0]["message"]
    changed = commune_report(population="8200") | {"reason": "số mới"}
    assert (await api_client.submit(await api_client.obligation_id(), changed)).json()["warnings"] == []


async def test_a_sex_ratio_below_104_is_remarked(api_client: ApiClient) -> None:
    receipt = (
        await api_client.submit(await api_client.obligation_id(), commune_report(n_live_births_male="50"))
    ).json()
    assert [w["code"] for w in receipt["warnings"]] == ["ratio_below_floor"]
    assert "90,9" in receipt["warnings"][0]["message"]


async def test_a_submission_costs_two_statements(api_client: ApiClient, report: Report) -> None:
    assert (await api_client.submit(await api_client.obligation_id(period="2025"), report)).status_code == 201
    obligation_id = await api_client.obligation_id()
    api_client.statements.clear()
    answer = await api_client.submit(obligation_id, report, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 201
    assert len(api_client.statements) == 2, api_client.statements


async def test_a_large_figure_without_one_of_last_year_costs_one_more(api_client: ApiClient, report: Report) -> None:
    """Like units are asked for then; a first report of small figures asks nobody."""
    obligation_id = await api_client.obligation_id()
    small = commune_report(population="499", n_people_reached="1")
    for number, (cost, body) in enumerate(((3, report), (2, small))):
        api_client.statements.clear()
        posted, headers = {**body, "reason": "đính chính"}, {"Idempotency-Key": str(number)}
        answer = await api_client.submit(obligation_id, posted, headers=headers)
        assert answer.status_code == 201, answer.text
        assert len(api_client.statements) == cost, api_client.statements


async def test_two_reports_at_once_become_two_revisions(api_client: ApiClient) -> None:
    obligation_id = await api_client.obligation_id()
    bodies = [commune_report(population=str(9000 + n)) | {"reason": "đính chính"} for n in range(8)]
    answers = await asyncio.gather(*(api_client.submit(obligation_id, body) for body in bodies))
    assert sorted(a.json()["revision"] for a in answers) == list(range(1, 9))
    events = (await api_client.events(obligation_id))[1:]
    assert [e.data.version for e in events] == list(range(2, 10))  # type: ignore[attr-defined]
    by_revision = {a.json()["revision"]: a.json()["id"] for a in answers}
    for event in events:
        assert isinstance(event.data, SubmissionReceived)
        assert by_revision[event.data.revision] == str(event.data.submission_id)


async def test_one_key_at_once_is_one_report(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    headers = {"Idempotency-Key": "same"}
    answers = await asyncio.gather(*(api_client.submit(obligation_id, report, headers=headers) for _ in range(6)))
    assert {(a.status_code, a.json()["id"]) for a in answers} == {(201, answers[0].json()["id"])}
    assert await api_client.count("submission") == 1


async def test_one_key_at_once_is_one_report_also_where_it_changes_what_was_seen(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    obligation_id = await api_client.obligation_id()
    headers = {"Idempotency-Key": "same", "If-Match": '"1"'}
    answers = await asyncio.gather(*(api_client.submit(obligation_id, report, headers=headers) for _ in range(6)))
    assert {(a.status_code, a.json()["id"]) for a in answers} == {(201, answers[0].json()["id"])}
    assert sum("idempotency-replayed" in a.headers for a in answers) == 5
    assert await api_client.count("submission") == 1


async def test_one_key_at_once_for_two_obligations_is_one_report(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligations = [await api_client.obligation_id(period=period) for period in ("2025", "2026")]
    headers = {"Idempotency-Key": "same"}
    answers = await asyncio.gather(*(api_client.submit(one, report, headers=headers) for one in obligations))
    assert sorted((a.status_code, a.json().get("code")) for a in answers) == [
        (201, None), (422, "idempotency-key-reused"),
    ]  # fmt: skip
    assert await api_client.count("submission") == await api_client.count("idempotency") == 1


async def test_a_report_of_many_words_is_judged_beside_the_loop(
    api_client: ApiClient, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """400 kB of words that look like addresses are read for a second, in which nobody else would be answered."""
    threads: list[bool] = []

    def seen(*given: Any) -> Any:
        threads.append(threading.current_thread() is threading.main_thread())
        return revise(*given)

    monkeypatch.setattr("submissions.commands.submit.revise", seen)
    long = {"narrative": {f"part_{n}": "Viết cho a@b.vn. " * 200 for n in range(12)}}
    obligation = await api_client.obligation_id()
    assert (await api_client.submit(obligation, {**report, **long})).json()["errors"][0]["code"] == "personal_data"
    assert (await api_client.submit(obligation, report)).status_code == 201
    assert threads == [False, True], "what is as short as most is not worth a thread"

"""Reports of a demonstration."""

from datetime import datetime
from typing import Any

from services.submissions.tests.api_client import COMMUNE, ApiClient
from shared.events import SubmissionReceived

Report = dict[str, Any]


async def test_illustrative_reports_are_marked_and_may_pretend_a_moment(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id(period="2024", unit="24736@2021-01-01")
    instant = "2024-12-01T08:00:00+07:00"
    headers = {"X-Tiendo-Illustrative": instant}
    answer = await api_client.submit(obligation_id, report, COMMUNE, headers=headers)
    assert answer.status_code == 201, answer.text
    assert datetime.fromisoformat(answer.json()["received_at"]) == datetime.fromisoformat(instant)
    data = (await api_client.events(obligation_id))[-1].data
    assert isinstance(data, SubmissionReceived) and data.illustrative
    assert (await api_client.submit(obligation_id, {**report, "reason": "x"}, COMMUNE)).status_code == 422, "closed"
    future = {"X-Tiendo-Illustrative": "2030-01-01T00:00:00+07:00"}
    assert (await api_client.submit(obligation_id, report, COMMUNE, headers=future)).status_code == 422
    for impossible in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+00:00"):
        refused = await api_client.submit(obligation_id, report, COMMUNE, headers={"X-Tiendo-Illustrative": impossible})
        assert refused.status_code == 422, refused.text


async def test_openings_and_decisions_may_pretend_a_moment_too(api_client: ApiClient, report: Report) -> None:
    unit = "24736@2021-01-01"
    opened, sent, decided = (f"2024-{day}T08:00:00+07:00" for day in ("01-02", "12-02", "12-05"))
    at = [{"X-Tiendo-Illustrative": moment} for moment in (opened, sent, decided)]
    answer = await api_client.post("/api/v1/obligations/opening", {"period": "2024"}, "ops", "DAK_NONG", headers=at[0])
    assert answer.status_code == 200, answer.text
    obligation_id = await api_client.obligation_id(period="2024", unit=unit)
    submission = (await api_client.submit(obligation_id, report, COMMUNE, headers=at[1])).json()["id"]
    future = {"X-Tiendo-Illustrative": "2030-01-01T00:00:00+07:00"}
    assert (await api_client.decide(submission, "accept", headers=future)).status_code == 422
    answer = await api_client.decide(submission, "accept", headers=at[2])
    assert answer.status_code == 200, answer.text
    events = await api_client.events(obligation_id)
    assert [event.time for event in events] == [datetime.fromisoformat(moment) for moment in (opened, sent, decided)]

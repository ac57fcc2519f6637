"""What the events of this service say, and what they do not."""

from typing import Any

from services.submissions.tests.api_client import ApiClient

Report = dict[str, Any]


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

"""The same person under another role or of another unit: what the token says now counts, not what it said before."""

from typing import Any, Literal

import pytest

from services.submissions.tests.api_client import COMMUNE, OTHER, ApiClient
from shared.events import ActEvent

WHO = "4f1c-person"
KEY = {"Idempotency-Key": "once"}


@pytest.mark.parametrize("word", ["accept", "return"])
async def test_who_reported_may_not_decide(
    api_client: ApiClient, report: dict[str, Any], word: Literal["accept", "return"]
) -> None:
    """Without it somebody who collects for the province takes in the figures that they sent themselves."""
    sent = await api_client.submit(await api_client.obligation_id(), report, subject=WHO)
    refused = await api_client.decide(sent.json()["id"], word, "Sai", subject=WHO)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "tự xem xét" in refused.json()["title"]
    assert await api_client.count("review") == 0
    assert (await api_client.decide(sent.json()["id"], word, "Sai", subject="somebody-else")).status_code == 200


async def test_who_moved_to_another_unit_gets_no_answer_again(api_client: ApiClient, report: dict[str, Any]) -> None:
    """Without it the key of before still opens the receipt of a unit that is not theirs any more."""
    path = f"/api/v1/obligations/{await api_client.obligation_id()}/submissions"
    first = await api_client.post(path, report, "reporter", COMMUNE, subject=WHO, headers=KEY)
    assert first.status_code == 201
    moved = await api_client.post(path, report, "reporter", OTHER, subject=WHO, headers=KEY)
    assert moved.status_code == 403 and first.json()["content_sha256"] not in moved.text
    again = await api_client.post(path, report, "head", COMMUNE, subject=WHO, headers=KEY)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")

    path, body = f"/api/v1/submissions/{first.json()['id']}/withdrawal", {"reason": "Nhầm kỳ"}
    key = {"Idempotency-Key": "twice"}
    withdrawn = await api_client.post(path, body, "reporter", COMMUNE, subject=WHO, headers=key)
    assert withdrawn.json()["state"] == "withdrawn"
    assert (await api_client.post(path, body, "reporter", OTHER, subject=WHO, headers=key)).status_code == 403
    assert (await api_client.post(path, body, "reporter", COMMUNE, subject=WHO, headers=key)).status_code == 200


async def test_who_lost_the_role_gets_no_answer_again(api_client: ApiClient, report: dict[str, Any]) -> None:
    sent = await api_client.submit(await api_client.obligation_id(), report)
    path, body = f"/api/v1/submissions/{sent.json()['id']}/decision", {"decision": "accept"}
    accepted = await api_client.post(path, body, "coordinator", "SO_NOI_VU", subject=WHO, headers=KEY)
    assert accepted.status_code == 200
    for role, unit in (("leader", "UBND_TINH"), ("reporter", "SO_NOI_VU"), ("coordinator", "SO_Y_TE")):
        refused = await api_client.post(path, body, role, unit, subject=WHO, headers=KEY)  # type: ignore[arg-type]
        assert refused.status_code == 403, role


async def test_who_acted_is_kept_by_the_providers_id(api_client: ApiClient, report: dict[str, Any]) -> None:
    sent = await api_client.submit(await api_client.obligation_id(), report, subject=WHO)
    await api_client.decide(sent.json()["id"], "accept", subject="who-decided")
    assert await api_client.value("select submitted_by from submission") == WHO
    assert await api_client.value("select decided_by from review") == "who-decided"


async def test_events_carry_one_pseudonym_and_never_the_providers_id(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    """An auditor sees that two acts were one person's; nobody reads who that is."""
    obligation_id = await api_client.obligation_id()
    who = "nguyen.thi.a@daknong.gov.vn"
    sent = await api_client.submit(obligation_id, report, subject=who)
    path, body = f"/api/v1/submissions/{sent.json()['id']}/withdrawal", {"reason": "Nhầm kỳ"}
    await api_client.post(path, body, "head", COMMUNE, subject=who)
    _, received, withdrawn = await api_client.events(obligation_id)
    assert isinstance(received.data, ActEvent) and isinstance(withdrawn.data, ActEvent)
    assert received.data.acting_subject == withdrawn.data.acting_subject is not None
    assert "nguyen" not in received.to_bytes().decode() + withdrawn.to_bytes().decode()

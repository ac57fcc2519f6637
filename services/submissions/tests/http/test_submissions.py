"""The lists of submissions."""

from typing import Any

from services.submissions.tests.api_client import COMMUNE, OTHER, ApiClient


async def test_submissions_are_listed_newest_first_and_narrowed(api_client: ApiClient, report: dict[str, Any]) -> None:
    path = "/api/v1/submissions"
    receipts = []
    for unit in (COMMUNE, OTHER):
        sent = await api_client.submit(await api_client.obligation_id(unit=unit), report, unit)
        receipts.append(sent.json()["id"])
    await api_client.decide(receipts[0], "accept")
    first = (await api_client.get(path, params={"limit": 1})).json()
    second = (await api_client.get(path, params={"limit": 1, "cursor": first["next"]})).json()
    assert [item["id"] for page in (first, second) for item in page["items"]] == receipts[::-1]
    assert second["next"] is None
    accepted = (await api_client.get(path, params={"state": "accepted", "unit": COMMUNE})).json()["items"]
    assert [(item["id"], item["latest"], item["late"]) for item in accepted] == [(receipts[0], True, False)]
    own = (await api_client.get(path, "reporter", OTHER)).json()["items"]
    assert [item["id"] for item in own] == receipts[1:]
    assert (await api_client.get(path, "reporter", OTHER, params={"unit": COMMUNE})).status_code == 403

"""The page of what a unit owes."""

from typing import Any

from services.submissions.tests.api_client import ApiClient
from services.submissions.tests.browser import browse, inputs, press


async def test_a_unit_sees_what_it_owes(api_client: ApiClient) -> None:
    assert (await browse(api_client, "/tasks")).headers["location"] == "/obligations"
    empty = await browse(api_client, "/obligations")
    assert empty.status_code == 200 and "Không có biểu nào cần gửi" in empty.text
    await api_client.open("2025")
    await api_client.open("2026")
    answer = await browse(api_client, "/obligations")
    assert answer.status_code == 200
    assert answer.text.index("14/12/2025") < answer.text.index("14/12/2026"), "overdue first"
    assert "Quá hạn" in answer.text and "quá hạn 345 ngày" in answer.text
    assert "còn 20 ngày (14 ngày làm việc)" in answer.text
    english = await browse(api_client, "/obligations", lang="en")
    assert "2 forms to send" in english.text and "Overdue" in english.text


async def test_pages_are_guarded(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    assert (await api_client.client.get("/obligations", headers={"Accept": "text/html"})).status_code == 401
    assert (await browse(api_client, f"/obligations/{obligation_id}", "reporter", "SO_Y_TE")).status_code == 403
    forged = await press(api_client, f"/obligations/{obligation_id}", {}, Origin="http://elsewhere.test")
    assert forged.status_code == 403
    assert (await press(api_client, f"/obligations/{obligation_id}", {}, "coordinator", "SO_NOI_VU")).status_code == 403
    period = {"period": "2026-Q2"}
    shown = await press(api_client, "/obligations/opening", period | {"kept-resumed": "1"}, "ops", "DAK_NONG")
    assert shown.status_code == 200 and inputs(shown).values["period"] == "2026-Q2", "not opened yet"
    opened = await press(api_client, "/obligations/opening", period, "ops", "DAK_NONG")
    assert opened.status_code == 303

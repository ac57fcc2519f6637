"""The page of what everybody owes."""

import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from services.submissions.tests.api_client import ApiClient
from services.submissions.tests.browser import browse, inputs


async def test_the_coordinator_sees_who_is_missing(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    await api_client.submit(obligation_id, report)
    answer = await browse(api_client, "/obligations", "coordinator", "SO_NOI_VU")
    assert answer.status_code == 200
    assert "1 trong 28 đã gửi" in answer.text
    missing = await browse(api_client, "/obligations?period=2026&form=B01-XA&state=pending", "coordinator", "SO_NOI_VU")
    assert missing.text.count('href="/obligations/0') == 27
    inputs(missing)


async def test_the_coordinator_starts_with_the_year_that_is_worked_on(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    async def chosen() -> str:
        page = await browse(api_client, "/obligations", "coordinator", "SO_NOI_VU")
        selected = re.search(r'<option value="([^"]*)" selected', page.text)
        return selected[1] if selected else ""

    await api_client.open("2026-Q4")
    assert await chosen() == "2026-Q4"
    await api_client.open("2026")
    await api_client.open("2028")
    assert await chosen() == "2026", "2028 has not begun"
    api_client.clock.at = datetime(2026, 12, 20, tzinfo=UTC)
    assert await chosen() == "2026", "the year, not the quarter that sorts after it"
    await api_client.open("2027")
    assert await chosen() == "2026", "some of it is missing"
    await api_client.submit(await api_client.obligation_id(period="2027"), report)
    assert await chosen() == "2027", "the new year has begun"
    async with api_client.engine.begin() as tx:
        await tx.execute(sa.text("update obligation set revision = 0 where period = '2027'"))
        await tx.execute(sa.text("update obligation set state = 'accepted' where period = '2026'"))
    assert await chosen() == "2027", "nothing of the old year is missing"


async def test_who_sees_the_buttons_of_the_coordinator(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    for unit, seen in (("SO_NOI_VU", True), ("DAK_NONG", True), ("SO_Y_TE", False)):
        assert ("Mở kỳ" in (await browse(api_client, "/obligations", "coordinator", unit)).text) is seen
        page = await browse(api_client, f"/submissions/{receipt['id']}", "coordinator", unit)
        assert ('name="decision"' in page.text) is seen

"""The page of what everybody owes."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from services.submissions.tests.api_client import OTHER, ApiClient
from services.submissions.tests.browser import browse, inputs
from services.submissions.tests.reports import commune_report


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


async def test_what_is_overdue_stands_on_top_whatever_its_period_and_every_count_leads_to_what_it_counts(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    for period in ("2026", "2026-Q1", "2026-Q2"):
        await api_client.open(period)
    await api_client.submit(await api_client.obligation_id(), report)

    async def page(address: str) -> str:
        answer = await browse(api_client, html.unescape(address), "coordinator", "SO_NOI_VU")
        assert answer.status_code == 200
        return answer.text

    start = await page("/obligations")
    assert start.index("Quá hạn, chưa có báo cáo") < start.index("Lọc danh sách") < start.index("Tiến độ gửi theo biểu")
    overdue = start[start.index("Quá hạn, chưa có báo cáo") : start.index("Lọc danh sách")]
    assert overdue.index("quý I/2026") < overdue.index("quý II/2026")
    assert "năm 2026" not in overdue, "its time is not over"
    counts = re.findall(r'<td class="num"[^>]*>(?:<a href="([^"]*)"[^>]*>)?([0-9.]+)', start)
    assert [count for address, count in counts if not address and count != "0"] == [], "a count that leads nowhere"
    for address, count in counts:
        if address:
            assert (await page(address)).count('href="/obligations/0') == int(count), address
    api_client.clock.at = datetime(2026, 12, 20, tzinfo=UTC)
    assert overdue_periods(await page("/obligations")) == ["quý I/2026", "quý II/2026", "năm 2026"]


async def test_a_form_that_left_the_catalogue_is_listed_by_its_code(api_client: ApiClient) -> None:
    await api_client.open("2026")
    async with api_client.engine.begin() as tx:
        await tx.execute(sa.text("update obligation set form = 'B99-XA' where form = 'B01-XA'"))
    answer = await browse(api_client, "/obligations", "coordinator", "SO_NOI_VU")
    assert answer.status_code == 200 and "B99-XA" in answer.text
    own = await browse(api_client, "/obligations")
    assert own.status_code == 200 and "B99-XA" in own.text


def overdue_periods(page: str) -> list[str]:
    table = page[page.index("Quá hạn, chưa có báo cáo") : page.index("Lọc danh sách")]
    return list(dict.fromkeys(re.findall(r'data-column="Kỳ">([^<]*)<', table)))


async def test_reports_with_unusual_figures_stand_on_top_until_they_are_decided(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    noted = commune_report(n_live_births_male="120000000", n_live_births_female="20")
    noted["observations"] = [o | {"note": "đang xác minh"} for o in noted["observations"]]
    obligation_id = await api_client.obligation_id()
    assert (await api_client.submit(obligation_id, noted)).status_code == 201
    usual = await api_client.obligation_id(unit=OTHER)
    assert (await api_client.submit(usual, report, OTHER)).status_code == 201

    async def page(address: str = "/obligations") -> str:
        return (await browse(api_client, address, "coordinator", "SO_NOI_VU")).text

    start = await page()
    [address] = re.findall(r'<a href="([^"]*)">1 báo cáo chờ xem xét có số liệu khác thường', start)
    assert start.count(">Cần kiểm tra<") == 2, "on top and in its row"
    listed = await page(html.unescape(address))
    assert listed.count('href="/obligations/0') == 1 and "Xã Quảng Trực</th>" in listed
    await api_client.submit(obligation_id, report | {"reason": "đã sửa"})
    assert ">Cần kiểm tra<" not in await page(), "the latest revision is usual"
    again = (await api_client.submit(obligation_id, noted | {"reason": "vẫn thế"})).json()
    assert (await page()).count(">Cần kiểm tra<") == 2
    await api_client.decide(again["id"], "accept")
    assert ">Cần kiểm tra<" not in await page()
    assert 'href="/obligations/0' not in await page(html.unescape(address))

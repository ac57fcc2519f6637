"""The form and the decision in a real browser: two people, Back, double clicks, an ended session, a pasted block.

With scripts and without, where a page allows it. Skipped where no Chromium is installed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, Route

from services.submissions.tests.api_client import COMMUNE, ApiClient
from services.submissions.tests.reports import RIGHT, commune_report
from shared.access import Role
from submissions.app import create_app
from submissions.rules.form import FormRules

SEND = "form#observations button.button >> nth=-1"
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
PASTE = """text => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
    document.activeElement.dispatchEvent(paste);
}"""
OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def address(api_client: ApiClient) -> AsyncIterator[str]:
    """The service on a port of its own, with the local sign-in."""
    settings = api_client.settings.model_copy(update={"local_issuer_key_file": api_client.issuer.key_file})
    app = create_app(settings, clock=api_client.clock, catalogue=api_client.catalogue)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def open_page(browser: Browser, api_client: ApiClient, address: str) -> AsyncIterator[OpenPage]:
    """`await open_page(path, role, unit, scripts=…)`: a page of somebody's own browser, signed in."""
    made: list[BrowserContext] = []

    async def open_signed_in(path: str, role: Role = "reporter", unit: str = COMMUNE, *, scripts: bool = True) -> Page:
        context = await browser.new_context(java_script_enabled=scripts, locale="vi-VN")
        made.append(context)
        token = api_client.issuer.token(role, unit)
        await context.add_cookies([{"name": "tiendo_token", "value": token, "url": address}])
        page = await context.new_page()
        await page.goto(address + path)
        return page

    yield open_signed_in
    for context in made:
        await context.close()


@pytest.fixture
async def form(api_client: ApiClient) -> str:
    return f"/obligations/{await api_client.obligation_id()}"


def places(rules: FormRules) -> dict[str, str]:
    """Input by element, of the totals."""
    return {f.element.id: f'[name="value.{index}"]' for index, f in enumerate(rules.fields) if not f.key}


async def fill(page: Page, rules: FormRules, **changed: str) -> None:
    for element, place in places(rules).items():
        value = changed.get(element, RIGHT[element])
        if rules.elements[element].kind == "flag":
            await page.select_option(place, value)
        else:
            await page.fill(place, value)


async def send(page: Page) -> None:
    async with page.expect_navigation():
        await page.click(SEND)


async def kept(api_client: ApiClient) -> dict[str, str]:
    """The totals of the latest revision."""
    items = (await api_client.get("/api/v1/submissions")).json()["items"]
    one = (await api_client.get(f"/api/v1/submissions/{items[0]['id']}")).json()
    return {o["measure"]: o["value"] for o in one["observations"] if not o["disaggregation"]}


@SCRIPTS
async def test_two_officers_on_one_form(
    api_client: ApiClient, open_page: OpenPage, form: str, commune: FormRules, scripts: bool
) -> None:
    await api_client.submit(form.rpartition("/")[2], commune_report())
    first, second = await open_page(form, scripts=scripts), await open_page(form, "head", scripts=scripts)
    boys, girls = places(commune)["n_live_births_male"], places(commune)["n_live_births_female"]
    await first.fill(boys, "100")
    await first.fill("#reason", "sửa số bé trai")
    await second.fill(girls, "90")
    await second.fill("#reason", "sửa số bé gái")
    await send(first)
    await send(second)
    assert (await second.title()).startswith("Lỗi: Biểu B01-XA năm 2026")
    seen = await second.inner_text("[role=alert]")
    assert "gửi bản 2" in seen and "sửa số bé trai" in seen
    if scripts:
        assert await second.evaluate("document.activeElement.getAttribute('aria-labelledby')") == "outdated"
    assert [await second.input_value(place) for place in (boys, girls, "#reason")] == ["100", "90", "sửa số bé gái"]
    assert "Hiện nay: 55" in await second.inner_text("td:has(" + girls + ")")
    await send(second)
    assert "/submissions/" in second.url
    figures = await kept(api_client)
    assert (figures["n_live_births_male"], figures["n_live_births_female"]) == ("100", "90")


@SCRIPTS
async def test_two_coordinators_on_one_report(
    api_client: ApiClient, open_page: OpenPage, form: str, report: dict[str, Any], scripts: bool
) -> None:
    path = f"/submissions/{(await api_client.submit(form.rpartition('/')[2], report)).json()['id']}"
    first, second = [await open_page(path, "coordinator", "SO_NOI_VU", scripts=scripts) for _ in range(2)]
    async with first.expect_navigation():
        await first.click("button[value=accept]")
    await second.fill("#reason", "Sai dân số")
    async with second.expect_navigation():
        await second.click("button[value=return]")
    assert "chấp nhận bản 1" in await second.inner_text("[role=alert]")
    assert (await api_client.get(f"/api/v1{path}")).json()["state"] == "accepted"
    assert await second.input_value("#reason") == "Sai dân số"
    async with second.expect_navigation():
        await second.click("button[value=return]")
    assert (await api_client.get(f"/api/v1{path}")).json()["state"] == "returned"


@SCRIPTS
async def test_back_one_number_corrected_sent_again(
    api_client: ApiClient, open_page: OpenPage, form: str, commune: FormRules, scripts: bool
) -> None:
    page = await open_page(form, scripts=scripts)
    await fill(page, commune)
    await send(page)
    await page.go_back()
    await page.fill(places(commune)["population"], "9000")
    await page.fill("#reason", "gõ nhầm")
    await send(page)
    assert "/submissions/" in page.url
    assert (await kept(api_client))["population"] == "9000" and await api_client.count("submission") == 2


async def test_back_to_the_very_page_that_was_sent(
    api_client: ApiClient, open_page: OpenPage, form: str, commune: FormRules
) -> None:
    """As the back-forward cache keeps it, which a headless browser does not have: the answer to the sending is taken
    away, so that the page stays, and it is told that it is shown again."""
    page = await open_page(form)
    await page.wait_for_selector("table[data-grid=ready]")
    await fill(page, commune)

    async def sent_and_gone(route: Route) -> None:
        await route.fetch(max_redirects=0)
        await route.fulfill(status=204)

    await page.route("**/obligations/*", sent_and_gone, times=1)
    async with page.expect_response("**/obligations/*"):
        await page.click(SEND)
    assert await api_client.count("submission") == 1
    await page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert "đã được gửi từ trang này" in await page.inner_text("form#observations [role=status] >> nth=-1")
    await page.fill(places(commune)["population"], "9000")
    await page.fill("#reason", "gõ nhầm")
    await send(page)
    assert "/submissions/" in page.url and (await kept(api_client))["population"] == "9000"


@SCRIPTS
async def test_a_double_click_sends_once(
    api_client: ApiClient, open_page: OpenPage, form: str, commune: FormRules, scripts: bool
) -> None:
    page = await open_page(form, scripts=scripts)
    await fill(page, commune)
    await page.dblclick(SEND, no_wait_after=True)
    await page.wait_for_url("**/submissions/*")
    assert await api_client.count("submission") == 1


@SCRIPTS
async def test_a_session_that_ended_loses_nothing(
    api_client: ApiClient, open_page: OpenPage, form: str, commune: FormRules, scripts: bool
) -> None:
    page = await open_page(form, scripts=scripts)
    await fill(page, commune)
    words = 'Đã tập huấn "hai" lớp\n<b>&amp; một</b>'
    await page.fill("#narrative-general", words)
    await page.context.clear_cookies()
    await send(page)
    assert "Những gì đã nhập vẫn còn" in await page.inner_text("main") and await api_client.count("submission") == 0
    async with page.expect_navigation():
        await page.click("main form button")
    assert "Chọn một đơn vị" in await page.inner_text("main"), "a slip at signing in loses nothing either"
    await page.select_option("#unit", COMMUNE)
    async with page.expect_navigation():
        await page.click("main form button")
    async with page.expect_navigation():
        await page.click("main form button")
    assert "xem lại rồi gửi" in await page.inner_text("main") and await page.input_value("#narrative-general") == words
    assert await api_client.count("submission") == 0, "it is shown first"
    await send(page)
    assert "/submissions/" in page.url
    one = (await api_client.get(f"/api/v1{page.url[page.url.index('/submissions/') :]}")).json()
    assert one["narrative"] == {"general": words} and (await kept(api_client))["population"] == RIGHT["population"]


async def test_a_block_with_words_and_labels_is_pasted(
    api_client: ApiClient, open_page: OpenPage, form: str, commune: FormRules
) -> None:
    page = await open_page(form)
    await page.wait_for_selector("table[data-grid=ready]")
    names = {element: commune.elements[element].name.vi for element in commune.elements}
    place = places(commune)
    await page.fill(place["population"], "7")
    rows = [
        ("STT", "Chỉ số", "Đơn vị tính", "Số liệu năm 2026", ""),
        ("1", names["female_key_leader"].upper(), "", "Có", ""),
        ("2", names["n_live_births_male"], "bé trai", "1.061", "Ước thực hiện"),
        ("3", f'"{names["n_live_births_female"]}"', "bé gái", "55", "Chính thức"),
        ("4", names["n_adolescent_births"], "ca", "Chưa có số liệu", ""),
        ("5", names["n_orgs_total"], "tổ chức", "12 tổ chức", ""),
        ("6", "Một chỉ số khác", "", "99", ""),
    ]
    await page.focus(place["female_key_leader"])
    await page.evaluate(PASTE, "\r\n".join("\t".join(row) for row in rows))
    values = {element: await page.input_value(at) for element, at in place.items()}
    pasted = {"female_key_leader": "1", "n_live_births_male": "1.061", "n_live_births_female": "55", "population": "7"}
    assert {element: value for element, value in values.items() if value} == pasted
    statuses = [await page.input_value(f'[name="status.{index}"]') for index in range(4)]
    assert statuses == ["final", "estimate", "final", "missing"]
    said = await page.inner_text("#pasted [role=status]")
    assert said == "Đã dán vào 4 ô. Bỏ qua 3 cột chữ. Bỏ qua 2 dòng không thuộc biểu. Không nhận: “12 tổ chức”."
    await page.click("#pasted button")
    assert {element: await page.input_value(at) for element, at in place.items() if element != "population"} == {
        element: "" for element in place if element != "population"
    }
    assert await page.input_value('[name="status.1"]') == "final" and "như trước khi dán" in await page.inner_text(
        "#pasted"
    )


@pytest.mark.parametrize(
    ("start", "block", "expected"),
    [
        ("n_live_births_male", "61\n55\n", {"n_live_births_male": "61", "n_live_births_female": "55"}),
        ("n_live_births_male", "Số liệu\n61\n55", {"n_live_births_male": "61", "n_live_births_female": "55"}),
        ("n_live_births_male", "bé trai\t61\nbé gái\t55", {"n_live_births_male": "61", "n_live_births_female": "55"}),
        ("n_live_births_male", "61\n\n3", {"n_live_births_male": "61", "n_adolescent_births": "3"}),
        ("n_orgs_total", "12\n13\n14", {"n_orgs_total": "12"}),
        ("female_key_leader", "No", {"female_key_leader": "0"}),
        ("female_key_leader", "yes\n61", {"female_key_leader": "1", "n_live_births_male": "61"}),
        ("n_live_births_male", "Có\tkhông rõ\n5%\tx", {"n_live_births_female": "5%"}),
        ("n_people_reached", "5200\t2500\t2700", {"n_people_reached": "5200"}),
        ("n_live_births_male", "Missing", {}),
        ("n_orgs_total", "constructor\t61\n__proto__\t5", {"n_orgs_total": "61"}),
    ],
)  # fmt: skip
async def test_a_block_goes_where_the_cursor_stands(
    open_page: OpenPage, form: str, commune: FormRules, start: str, block: str, expected: dict[str, str]
) -> None:
    page = await open_page(form)
    await page.wait_for_selector("table[data-grid=ready]")
    place = places(commune)
    await page.focus(place[start])
    await page.evaluate(PASTE, block)
    values = {element: await page.input_value(at) for element, at in place.items()}
    assert {element: value for element, value in values.items() if value} == expected
    assert "Đã dán vào" in await page.inner_text("#pasted [role=status]")

"""The shell in a real browser: what HTML alone does not show. Skipped where no Chromium is installed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page

Contexts = Callable[..., Awaitable[BrowserContext]]
BLOCK = "1.234,5\t2\n3\t4\n"


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
async def contexts(browser: Browser) -> AsyncIterator[Contexts]:
    """`await contexts(…)`: a context of the shared browser, closed after the test."""
    made: list[BrowserContext] = []

    async def make(**options: Any) -> BrowserContext:
        made.append(await browser.new_context(**options))
        return made[-1]

    yield make
    for context in made:
        await context.close()


async def signed_in(
    contexts: Contexts, address: str, width: int, *, scheme: str = "light", scripts: bool = True
) -> Page:
    context = await contexts(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    page = await context.new_page()
    await page.goto(f"{address}/tasks?bad=1")
    await page.select_option("#unit", "MTTQ_TINH")
    await page.click("main button")
    await page.wait_for_url("**/tasks?bad=1")
    return page


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "dark"), (320, "light")])
async def test_no_violation_and_no_sideways_scroll(contexts: Contexts, address: str, width: int, scheme: str) -> None:
    page = await signed_in(contexts, address, width, scheme=scheme)
    for path in ("/tasks?bad=1", "/sign-in", "/nothing"):
        await page.goto(address + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


async def test_sign_in_and_pages_without_scripts(contexts: Contexts, address: str) -> None:
    page = await signed_in(contexts, address, 1280, scripts=False)
    assert await page.locator(".who strong").inner_text() == "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh"
    await page.click(".top-person a")
    await page.wait_for_selector("html[lang=en]")
    await page.click("text=Sign out")
    await page.wait_for_url("**/sign-in")


async def test_on_paper_the_head_says_what_the_foot_says_on_a_screen(contexts: Contexts, address: str) -> None:
    page = await signed_in(contexts, address, 1280)
    head, foot = page.locator("header .on-paper"), page.locator("footer")
    assert (await head.is_visible(), await foot.is_visible()) == (False, True)
    assert (await head.text_content() or "").split() == (await foot.text_content() or "").split()
    await page.emulate_media(media="print")
    assert (await head.is_visible(), await foot.is_visible()) == (True, False)


async def test_errors_take_focus_and_a_table_is_filled_like_a_sheet(contexts: Contexts, address: str) -> None:
    page = await signed_in(contexts, address, 1280)
    await page.wait_for_function("document.activeElement.className === 'error-summary'")
    await page.wait_for_selector("table[data-grid=ready]")
    await page.focus("#m1")
    for key, name in (("ArrowDown", "m2"), ("ArrowRight", "f2"), ("Shift+Enter", "f1"), ("Enter", "f2")):
        await page.keyboard.press(key)
        assert await page.evaluate("document.activeElement.name") == name
    await page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector('#m1').dispatchEvent(paste);
        }""",
        BLOCK,
    )
    values = await page.eval_on_selector_all("td input", "fields => fields.map(field => field.value)")
    assert values == ["1.234,5", "2", "3", "4", "12", ""]

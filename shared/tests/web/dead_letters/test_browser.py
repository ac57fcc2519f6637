"""The pages in a real browser: no violation, no sideways scroll, and every act without scripts."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from ...messaging.conftest import an_event
from .conftest import Office

SHOTS = os.environ.get("TIENDO_SCREENSHOTS")


@pytest.fixture
async def address(office: Office) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(office.app, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")], ids=str)
async def browsing(
    request: pytest.FixtureRequest, browser: Browser, office: Office, address: str
) -> AsyncIterator[Page]:
    """Somebody of ops, with scripts off in the dark."""
    width, scheme = request.param
    context = await browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        java_script_enabled=scheme == "light",
        locale="vi-VN",
    )
    await context.add_cookies([{"name": "tiendo_token", "value": office.token("ops"), "url": address}])
    yield await context.new_page()
    await context.close()


async def seen(page: Page, name: str) -> None:
    """Fits the window; with scripts, axe finds nothing. A picture is kept where TIENDO_SCREENSHOTS says."""
    width = (page.viewport_size or {"width": 0})["width"]
    scheme = "light" if await page.evaluate("matchMedia('(prefers-color-scheme: light)').matches") else "dark"
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
    if scheme == "light":
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


async def test_a_letter_from_the_list_to_its_end(office: Office, browsing: Page) -> None:
    page, events = browsing, [an_event() for _ in range(4)]
    ids = await office.set_aside(*(event.to_bytes() for event in events), b"\xff\xfe{", None)
    await page.goto("/dead-letters")
    await seen(page, "list")
    await page.click(f"a[href='/dead-letters/{ids[0]}']")
    await page.wait_for_url(f"**/dead-letters/{ids[0]}")
    await seen(page, "letter")
    await page.click("form[action$='/replay'] button")
    await page.wait_for_selector(".error-summary")
    await seen(page, "failed")
    office.fault = None
    await page.click("form[action$='/replay'] button")
    await page.wait_for_selector(".badge-accent")
    await seen(page, "replayed")
    assert office.applied == [events[0].id]
    await page.goto(f"/dead-letters/{ids[4]}")
    await page.fill("#reason", "Bản ghi thử của đơn vị, không phải sự kiện")
    await page.click("form[action$='/discard'] button")
    await page.wait_for_selector("text=Đã bỏ qua")
    await seen(page, "discarded")
    await page.goto(f"/dead-letters/{ids[5]}")
    await seen(page, "no-value")
    await page.goto("/dead-letters")
    await page.click("form[action$='/replay'] button")
    await page.wait_for_selector("#results")
    await seen(page, "results")
    assert office.applied == [event.id for event in events]
    await page.goto("/dead-letters?state=")
    await seen(page, "all")

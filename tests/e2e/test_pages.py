"""Every page of every service, on a desk, on a phone and on paper. After the journey, before the system ends."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser

from tests.e2e.journey import Journey, Urls
from tests.e2e.page_walk import CHROMIUM, PROVINCE, UNIT, PageWalk, chromium
from tests.e2e.paper import printed
from tests.e2e.whole import Whole
from tiendo_local.issuer import Issuer

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium"),
]
FOUND = {"measure": "4.1", "severity": "high", "criteria": "Đúng kỳ", "condition": "Muộn", "cause": "?", "effect": "?"}
CASE = {
    "period": "2026", "kind": "kiem_tra", "obligation": "O12", "basis_document": "12/QĐ-SNV", "scope": "Số liệu",
    "started_on": "2026-12-01", "ended_on": None, "document_number": None, "signed_on": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def walk(system: Whole, urls: Urls) -> PageWalk:
    """With a report of estimates, whose mark is the longest, and a case, which the pages of both need."""
    journey = Journey(urls)
    owed = journey.unreported(journey.token("coordinator", "DAK_NONG"))
    reporter = journey.token("reporter", owed["unit"])
    detail = journey.get(urls.submissions, f"/api/v1/obligations/{owed['id']}", reporter)
    submission = journey.submit(reporter, detail, boys=112, girls=100, status="estimate")
    body: dict[str, Any] = {**CASE, "unit": owed["unit"], "findings": [FOUND] * 9}
    headers = {"Authorization": f"Bearer {journey.token('auditor', 'DAK_NONG')}", "Idempotency-Key": str(uuid4())}
    case = httpx.post(f"{urls.audit}/api/v1/inspections", json=body, headers=headers)
    assert case.status_code == 201, case.text
    first = (
        f"{urls.submissions}/submissions/{submission['id']}",
        f"{urls.submissions}/obligations/{owed['id']}",
        f"{urls.audit}/inspections/{case.json()['id']}",
    )
    return PageWalk(urls, Issuer(system.local / "issuer"), unit=owed["unit"], first=first)


@pytest.fixture(scope="module")
def browser(outside: None) -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_every_page_on_a_desk_and_on_a_phone(walk: PageWalk, browser: Browser) -> None:
    walk.run(browser)
    assert not walk.faults, "\n".join(walk.faults)
    services = {kind.split(" ")[0] for kind in walk.seen}
    assert services == set(vars(walk.urls))
    assert len(walk.seen) > 40


def test_days_left_and_state_are_in_sight_on_a_phone(walk: PageWalk, browser: Browser) -> None:
    for role in ("coordinator", "reporter"):
        page = walk.page_of(browser, role)
        for width in (320, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{walk.urls.submissions}/obligations")
            rows = page.locator("table:has(td[data-column='Thời gian còn lại']) tbody tr")
            assert rows.count() > 0
            for cell in ("td[data-column='Thời gian còn lại']", ".state"):
                box = rows.first.locator(cell).bounding_box()
                assert box is not None
                assert box["x"] >= 0, (role, width, cell)
                assert box["x"] + box["width"] <= width, (role, width, cell)
        page.context.close()


def test_every_sheet_of_paper_holds_something_and_the_first_says_where_it_is_from(
    walk: PageWalk, browser: Browser
) -> None:
    """Build, catalogue and trace stand once, in the head; no heading or label is the last line of a sheet, and no
    sheet holds but the repeated head of a table."""
    submission, obligation, case = walk.first
    sheets = {
        f"{walk.urls.submissions}/obligations": "coordinator",
        submission: "coordinator",
        obligation: "reporter",
        case: "auditor",
        f"{walk.urls.aggregation}/indicators?period=2026": "leader",
        f"{walk.urls.aggregation}/indicators/4.1?period=2026": "leader",
        f"{walk.urls.audit}/log": "auditor",
        f"{walk.urls.notifications}/deadlines": "coordinator",
    }
    for address, role in sheets.items():
        page = walk.page_of(browser, role)  # type: ignore[arg-type]
        page.goto(address)
        headings = page.locator("main :is(h1, h2, h3, caption, .field > label)").all_inner_texts()
        heads = " ".join(page.locator("main th[scope=col]").all_inner_texts()).split()
        lines = printed(page.pdf(prefer_css_page_size=True))
        last = max(line.sheet for line in lines)
        assert [line.sheet for line in lines if line.text.startswith("Bản dựng")] == [1], address
        for sheet in range(1, last + 1):
            of_it = [line for line in lines if line.sheet == sheet]
            assert {word for line in of_it for word in line.text.split()} - set(heads), (address, sheet)
            end = min(of_it, key=lambda line: line.bottom)
            assert sheet == last or end.text not in headings, (address, sheet, end)
        page.emulate_media(media="print")
        hidden = "all => all.filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 80))"
        screen_only = "main .button, main button, nav, form[method=get], footer"
        assert page.eval_on_selector_all(screen_only, hidden) == [], address
        page.context.close()


@pytest.mark.parametrize(
    ("place", "role", "home"),
    [
        ("submissions", "coordinator", "submissions"),
        ("aggregation", "coordinator", "submissions"),
        ("notifications", "leader", "aggregation"),
        ("audit", "reporter", "submissions"),
        ("submissions", "auditor", "audit"),
    ],
)
def test_signing_in_leads_to_where_the_role_has_its_work(
    walk: PageWalk, browser: Browser, place: str, role: str, home: str
) -> None:
    """Wherever one signs in: a browser holds the redirect to another service against the page of the form."""
    page = browser.new_page()
    page.goto(f"{vars(walk.urls)[place]}/")
    page.check(f"input[name=role][value={role}]")
    page.select_option("#unit", UNIT if role == "reporter" else PROVINCE)
    page.locator("main form button").first.click()
    page.wait_for_url(f"{vars(walk.urls)[home]}/**")
    assert "/sign-in" not in page.url and "Đăng xuất" in page.inner_text("header")
    page.close()

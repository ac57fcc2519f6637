"""Every page of every service in a real browser, as each role: what no page may show, wherever a link leads.

Against a running system: `.venv/bin/python -m tests.e2e.page_walk FOLDER`, and `tiendo --local FOLDER up`.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from shared.access import ROLES, Role
from shared.auth import COOKIE
from tests.e2e.journey import Urls
from tiendo_local.issuer import Issuer
from tiendo_local.workspace import read_json

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
WIDTHS = (1280, 320)
WALKERS: tuple[Role, ...] = ("coordinator", "reporter", "auditor", "ops", "leader")
PROVINCE, UNIT = "DAK_NONG", "24736@2025-07-01"
PLACES = {
    "submissions": ("/", "/obligations", "/nothing", "/submissions/nothing"),
    "aggregation": ("/indicators", "/nothing", "/indicators?period=20x6", "/rebuilds", "/dead-letters"),
    "notifications": ("/deadlines", "/deadlines?month=20x6", "/contacts", "/nothing", "/dead-letters"),
    "audit": (
        "/log",
        "/log?period=20x6&from=1",
        "/sources",
        "/operations",
        "/inspections",
        "/inspections/new",
        "/dead-letters",
    ),
    "mailbox": ("/", "/nothing"),
}
OURS = {
    "a JSON pointer": re.compile(r"(?<![\w.])/(query|path|header|cookie|body)/\w"),
    "a regular expression": re.compile(r"\^\[|\[0-9\]|\[a-z|\\d"),
    "the code of an obligation": re.compile(r"\bO\d{1,2}\b"),
}
FORM = "main form[method=post]"
RAW = ("/events/", "/dead-letters/")
"""Pages that show bytes as they are, to those who know them."""
NAMES = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27,}"), "{}"),
    (re.compile(r"(?<=/)\d+(?=/|$)"), "{}"),
    (re.compile(r"(?<=/indicators/)[^/]+"), "{}"),
    (re.compile(r"(?<=/events/)[^/]+"), "{}"),
    (re.compile(r"(?<=/subjects/).+"), "{}"),
    (re.compile(r"(?<=/mails/)[^/.]+"), "{}"),
    (re.compile(r"(?<=/trace/)[^/]+"), "{}"),
)
OUTLINE = """() => ({
  wide: document.documentElement.scrollWidth,
  dates: document.querySelectorAll('input[type=date], input[type=month]').length,
  text: document.body.innerText,
  lang: document.documentElement.lang,
  links: [...document.querySelectorAll('a[href]:not([download])')].map(a => a.href),
})"""
SPILT = """() => {
  const range = document.createRange()
  const spills = (part, box) => {
    range.selectNode(part)
    return [...range.getClientRects()].some(it => it.width && (it.right > box.right + 1 || it.left < box.left - 1))
  }
  return [...document.querySelectorAll('main :is(td, th)')].filter(cell => {
    const words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
    while (words.nextNode())
      if (!words.currentNode.parentElement.closest('.visually-hidden')
          && spills(words.currentNode, cell.getBoundingClientRect())) return true
  }).map(cell => cell.innerText.slice(0, 60))
}"""
"""Cells whose words stand in a neighbour's place."""
SHEET = 642
"""Between the margins of A4, in px."""


@dataclass
class PageWalk:
    """`faults`: what is wrong, by role and address; `seen`: the kinds of pages that were looked at.

    A kind of page is looked at once; what a unit and the province have to do are two kinds.
    """

    urls: Urls
    issuer: Issuer
    demonstration: bool = False
    unit: str = UNIT
    first: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def run(self, browser: Browser, roles: tuple[Role, ...] = WALKERS) -> None:
        for role in roles:
            page = self.page_of(browser, role)
            for address in self._addresses(page, role):
                answer = page.goto(address)
                assert answer is not None
                self._check(page, f"{role} {address}", answer.status)
                if re.search(r"/obligations/[0-9a-f]|/inspections/new", address) and page.locator(FORM).count():
                    self._refused(page, f"{role} {address}")
            page.context.close()
        page = browser.new_page(locale="en-US")
        page.goto(f"{self.urls.submissions}/")
        self._check(page, f"nobody {page.url}", 200)
        self._refused(page, f"nobody {page.url}")
        page.close()

    def page_of(self, browser: Browser, role: Role) -> Page:
        token = self.issuer.token(role, self.unit if role in ("reporter", "head") else PROVINCE)
        context = browser.new_context(locale="en-US", timezone_id="Asia/Ho_Chi_Minh")
        for url in vars(self.urls).values():
            context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        return context.new_page()

    def _refused(self, page: Page, name: str) -> None:
        """The same page, after its form was sent with nothing in it."""
        page.eval_on_selector_all(FORM, "all => all.forEach(one => one.noValidate = true)")
        with page.expect_navigation():
            page.locator(f"{FORM} .button:not(.button-secondary)").first.click()
        if not page.locator(".error-summary").count():
            self.faults.append(f"{name}, sent empty, has no summary of its faults")
        self._check(page, f"{name}, sent empty,", 422)

    def _addresses(self, page: Page, role: Role) -> Iterator[str]:
        """Where each service begins, then each kind of page that a link leads to: one address of a kind."""
        waiting = [base + path for name, base in vars(self.urls).items() for path in PLACES[name]] + [*self.first]
        while waiting:
            address = waiting.pop(0)
            kind = self._kind(address)
            if kind is None:
                continue
            if kind.startswith(("submissions ", "notifications /contacts")) and role in ("reporter", "head"):
                kind += " of the unit"
            if kind in self.seen:
                continue
            self.seen.add(kind)
            yield address
            waiting += [urljoin(address, link) for link in page.evaluate(OUTLINE)["links"]]

    def _kind(self, address: str) -> str | None:
        """The address without what names one of many or narrows a list; None for what is no page of the system."""
        parts = urlsplit(address)
        service = next((n for n, url in vars(self.urls).items() if urlsplit(url).netloc == parts.netloc), None)
        if service is None or parts.path.startswith(("/api/", "/static/")) or parts.path.endswith((".eml", "/html")):
            return None
        if "lang=" in parts.query or "cursor=" in parts.query:
            return None
        path = parts.path
        for pattern, name in NAMES:
            path = pattern.sub(name, path)
        refused = f"{parts.path}?{parts.query}" in PLACES[service]
        return f"{service} {path}?{parts.query}" if refused else f"{service} {path}"

    def _check(self, page: Page, name: str, status: int) -> None:
        """What stands in the browser now."""
        found = [f"answers {status}"] if status >= 500 else []
        axe = Axe()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            outline = page.evaluate(OUTLINE)
            if outline["wide"] > width:
                found.append(f"is {outline['wide']} px wide on {width}")
            found += [f"at {width} px a cell is too small for {said!r}" for said in page.evaluate(SPILT)[:2]]
            violations = axe.run(page).response["violations"]
            axe = Axe("")  # the page has the script now
            found += [
                f"at {width} px, {one['id']}: {node['html'][:200]}" for one in violations for node in one["nodes"][:2]
            ]
        page.set_viewport_size({"width": SHEET, "height": 800})
        page.emulate_media(media="print")
        found += [f"on paper a cell is too small for {said!r}" for said in page.evaluate(SPILT)[:2]]
        page.emulate_media(media="screen")
        if outline["dates"]:
            found.append("has a field for a date that each browser writes as it likes")
        if outline["lang"] != "vi":
            found.append(f"is in {outline['lang'] or 'no language'} although nobody chose it")
        if self.demonstration and "Dữ liệu minh họa" not in outline["text"]:
            found.append("does not say that its data are illustrative")
        if not any(raw in page.url for raw in RAW):
            found += [
                f"shows {what}: {match[0]!r}" for what, form in OURS.items() if (match := form.search(outline["text"]))
            ]
        self.faults += [f"{name} {what}" for what in found]
        print(name, *found, sep="\n  ", flush=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def main() -> None:
    folder = Path(sys.argv[1])
    roles = tuple(role for role in ROLES if role in sys.argv[2:]) or WALKERS
    walk = PageWalk(Urls(**read_json(folder / "state.json")["urls"]), Issuer(folder / "issuer"), True)
    with chromium() as browser:
        walk.run(browser, roles)
    print(f"{len(walk.seen)} pages, {len(walk.faults)} faults")


if __name__ == "__main__":
    main()

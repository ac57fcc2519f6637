"""Pages as a browser without JavaScript uses them."""

import html
import re
from html.parser import HTMLParser
from typing import Any

import httpx

from services.submissions.tests.api_client import COMMUNE, ApiClient
from services.submissions.tests.reports import commune_report
from shared.access import Role
from submissions.rules.form import FormRules

ORIGIN = {"Origin": "http://submissions.test", "Accept": "text/html"}


class Inputs(HTMLParser):
    """What a browser would send of the page's forms: name → value, for inputs, selects and text areas."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""
        self._area = ""
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "input":
            self.values[attributes["name"]] = attributes.get("value", "")
        elif tag == "select":
            self._select = attributes["name"]
        elif tag == "textarea":
            self._area = attributes["name"]
            self.values[self._area] = ""
        elif tag == "option" and ("selected" in attributes or self._select not in self.values):
            self.values[self._select] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def inputs(answer: httpx.Response) -> Inputs:
    parser = Inputs()
    parser.feed(answer.text)
    assert len(parser.ids) == len(set(parser.ids)), "an id stands twice"
    return parser


async def browse(
    api_client: ApiClient,
    path: str,
    role: Role = "reporter",
    unit: str = COMMUNE,
    lang: str = "vi",
    *,
    subject: str | None = None,
    **options: Any,
) -> httpx.Response:
    cookie = {"Cookie": f"tiendo_token={api_client.issuer.token(role, unit, subject=subject)}; lang={lang}"}
    headers = {**ORIGIN, **cookie, **options.pop("headers", {})}
    return await api_client.client.get(path, headers=headers, **options)


async def press(
    api_client: ApiClient,
    path: str,
    data: dict[str, str],
    role: Role = "reporter",
    unit: str = COMMUNE,
    lang: str = "vi",
    **headers: str,
) -> httpx.Response:
    cookie = {"Cookie": f"tiendo_token={api_client.issuer.token(role, unit)}; lang={lang}"}
    return await api_client.client.post(path, data=data, headers={**ORIGIN, **cookie, **headers})


def filled(rules: FormRules, page: httpx.Response, **changed: str) -> dict[str, str]:
    values = inputs(page).values
    right = {o["measure"]: o["value"] for o in commune_report()["observations"]} | changed
    for index, field in enumerate(rules.fields):
        if not field.key:
            values[f"value.{index}"] = right[field.element.id]
    return values


def words_of(answer: httpx.Response) -> str:
    """What a reader sees of a page, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split()).replace(" ,", ",").replace(" )", ")")

"""The pages behind one number: every report in it, and what it was before."""

import html
import re
from datetime import date
from decimal import Decimal

import httpx
import pytest

from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.history import NEW, some_data
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.access import ROLES
from shared.catalogue import Catalogue

PAGES = ("explanation", "history")


def links(text: str, word: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'href="([^"]+)"', text) if word in one]


def following(text: str) -> str | None:
    found = re.search(r'rel="next" href="([^"]+)"', text)
    return html.unescape(found[1]) if found else None


async def test_every_measure_has_both_pages_and_no_page_links_to_json(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue
) -> None:
    await some_data(projection, catalogue)
    for code in catalogue.indicators:
        text = (await web.get(f"/indicators/{code}", params={"period": "2025"})).text
        assert "/api/" not in text
        found = [one for word in PAGES for one in links(text, f"/{word}?")]
        assert len(found) == 2 * sum(m.indicator == code for m in catalogue.measures.values())
        for address in found:
            answer = await web.get(address)
            assert answer.status_code == 200 and "/api/" not in answer.text, address
            assert "2025" in re.findall(r"<title>(.*)</title>", answer.text)[0]


async def test_every_figure_once_over_all_pages(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    await some_data(projection, catalogue)
    headers = reading_as(settings, "coordinator")
    query = {"period": "2025"}
    answer = await web.get("/api/v1/indicators/4.1/explanation", params=query, headers=headers)
    (explained,) = answer.json()["items"]
    address: str | None = "/indicators/4.1/explanation?period=2025&limit=20"
    receipts: list[str] = []
    pages = 0
    while address:
        text = (await web.get(address, headers=headers)).text
        receipts += [one.rsplit("/", 1)[1] for one in links(text, "/submissions/")]
        address = following(text)
        pages += 1
    assert receipts == [one["submission_id"] for one in explained["contributions"]] and len(receipts) == 54
    assert pages == 3


async def test_the_history_newest_first(web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", NEW, "2026")
    for event in (opened, writer.submit(o, commune_answer()), writer.submit(o, commune_answer(n_people_reached=77))):
        await projection.deliver([event])
    text = html.unescape((await web.get("/indicators/6.1/history", params={"period": "2026", "limit": 1})).text)
    assert "77,0" in text and "40,0" not in text and "đang dùng" in text
    older = html.unescape((await web.get(str(following(text)))).text)
    assert "40,0" in older and "77,0" not in older and "đang dùng" not in older


@pytest.mark.parametrize("role", ROLES)
async def test_what_the_api_withholds_the_pages_withhold(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue, role: str
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026", ["B01-XA"]))
    sent = [writer.submit(o, commune_answer(n_adolescent_births=7031 + n)) for n, o in enumerate(writer.obligations)]
    await projection.deliver(sent[:-1])
    small = writer.submit(writer.find("B01-XA", NEW, "2026"), commune_answer(n_adolescent_births=3))
    await projection.deliver([small])
    headers = reading_as(settings, role)  # type: ignore[arg-type]
    for path in PAGES:
        for unit in ("DAK_NONG", NEW):
            query = {"period": "2026", "unit": unit, "limit": "200"}
            text = html.unescape((await web.get(f"/indicators/4.3/{path}", params=query, headers=headers)).text)
            query |= {"limit": "500"}
            if path == "explanation":  # told whole, up to a limit of its own
                del query["limit"]
            items = (await web.get(f"/api/v1/indicators/4.3/{path}", params=query, headers=headers)).json()["items"]
            rows = [row for one in items for row in one.get("contributions", [])] or items
            told = {row.get("numerator", row.get("value")) for row in rows} - {None}
            for count in (*range(7031, 7031 + len(sent)), sum(range(7031, 7031 + len(sent)))):
                written = f"{Decimal(count):,.0f}".replace(",", ".")
                seen = f">{written}<" in text
                assert seen == (str(count) in told), (role, path, unit, count)
            if unit == NEW:
                assert ">3<" not in text or role in ("coordinator", "auditor")


async def test_a_receipt_is_linked_for_those_who_may_open_it(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    await some_data(projection, catalogue)
    one = next(u.key for u in catalogue.units.values() if u.key.endswith("@2025-07-01") and u.key != NEW)
    query = {"period": "2025", "limit": "200"}
    own = await web.get("/indicators/6.1/explanation", params=query, headers=reading_as(settings, "reporter", one))
    everybody = await web.get("/indicators/6.1/explanation", params=query)
    assert len(links(own.text, "/submissions/")) == 2 and len(links(everybody.text, "/submissions/")) == 54


async def test_who_answers_for_an_ended_unit_opens_its_receipts_from_both_pages(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2024", ["B01-XA"]))
    communes = (u.key for u in catalogue.units.values() if u.key.endswith("@2025-07-01"))
    successor = next(key for key in communes if catalogue.predecessors(key))
    ended = set(catalogue.inherited(successor, date(2026, 1, 1)))
    doubted = {o.id: ["population"] if o.unit in ended else [] for o in writer.obligations}
    await projection.deliver(
        [writer.submit(o, commune_answer(), implausible=doubted[o.id]) for o in writer.obligations]
    )
    theirs = {str(o.ids[-1]) for o in writer.obligations if o.unit in ended}
    for unit, expected in ((successor, theirs), ("MTTQ_TINH", set())):
        headers = reading_as(settings, "reporter", unit)
        for path in ("/indicators/6.1/explanation?period=2024&limit=200", "/indicators/6.1?period=2024"):
            answer = await web.get(path, headers=headers)
            told = {one.rsplit("/", 1)[1] for one in links(answer.text, "/submissions/")}
            assert (answer.status_code, told) == (200, expected), (path, unit)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("query", "status"), [("cursor=x", 400), ("limit=0", 422), ("limit=9999", 422),
                                              ("period=20x6", 422), ("cursor=WyJhIiwiYiIsImMiXQ", 400)])  # fmt: skip
async def test_a_wrong_query_is_a_problem(web: httpx.AsyncClient, path: str, query: str, status: int) -> None:
    assert (await web.get(f"/indicators/4.1/{path}?{query}")).status_code == status
    assert (await web.get(f"/indicators/9.9/{path}")).status_code == 404


@pytest.mark.parametrize("path", PAGES)
async def test_without_any_report(web: httpx.AsyncClient, settings: AggregationSettings, path: str) -> None:
    """To whoever may read it: to others, none and withheld are the same."""
    headers = reading_as(settings, "coordinator")
    answer = await web.get(f"/indicators/3.2/{path}", params={"period": "2026"}, headers=headers)
    assert answer.status_code == 200 and 'class="card">Chưa có' in answer.text
    assert links(answer.text, f"/indicators/3.2b/{path}")

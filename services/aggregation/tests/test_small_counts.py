"""Counts about victims and the like are read by who needs to know them: API, pages, events, differences of two sums."""

import httpx
import pytest

from aggregation.commands.publish import publish_once
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.access import ROLES, Role
from shared.catalogue import Catalogue
from shared.clock import Clock

NUMBERS = ("value", "numerator", "denominator")
NEED_TO_KNOW = ("coordinator", "auditor")
UNIT, DISTRICT = "24736@2021-01-01", "667@2021-01-01"
SECRET = "n_adolescent_births"


@pytest.mark.parametrize("role", ROLES)
async def test_a_communes_count_is_read_by_who_needs_to_know(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue, role: Role
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2024", ["B01-XA"]))
    first = commune_answer(n_adolescent_births=3, n_adolescent_women=1237)
    await projection.deliver([writer.submit(writer.find("B01-XA", UNIT, "2024"), first)])
    headers, knows = reading_as(settings, role), role in NEED_TO_KNOW
    for place in (UNIT, DISTRICT):
        query = {"period": "2024", "unit": place}
        answers = [
            await web.get(f"/api/v1/indicators{path}", params=query | more, headers=headers)
            for path, more in (
                ("", {}),
                ("", {"as_of": "2099-01-01T00:00:00Z"}),
                ("/4.3/history", {}),
                ("/4.3/explanation", {}),
            )
        ]
        for answer in answers:
            items = [i["indicator"] if "cells" in i else i for i in answer.json()["items"]]
            item = next((i for i in items if i["measure"] == "4.3"), None)
            if item is None:  # a history of what is withheld has no lines
                assert not knows and "history" in answer.url.path
                continue
            hidden = [item[name] for name in (*NUMBERS, "as_of")] == [None] * 4 and item["suppressed"]
            assert hidden != knows, answer.url
        (explained,) = answers[-1].json()["items"]
        assert [c["value"] for c in explained["cells"] if c["element"] == SECRET] == (["3"] if knows else [None])
        page = await web.get("/indicators/4.3/history", params=query, headers=headers)
        assert ("chỉ đơn vị ấy, cơ quan điều phối" in page.text) != knows and "Chưa có kết quả" not in page.text
        for path in ("/indicators", "/indicators/4.3"):
            answer = await web.get(path, params=query, headers=headers)
            assert answer.status_code == 200
            if not knows:
                assert "2,4" not in answer.text and "Không hiện (số nhạy cảm)" in answer.text, path


async def test_a_unit_reads_its_own_count(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    writer, unit = EventWriter(catalogue), "24736@2025-07-01"
    await projection.deliver(writer.open_period("2026", ["B01-XA"]))
    answer = commune_answer(n_adolescent_births=3, n_adolescent_women=1237)
    await projection.deliver([writer.submit(writer.find("B01-XA", unit, "2026"), answer)])
    own = reading_as(settings, "reporter", unit)
    read = await web.get("/api/v1/indicators/4.3/explanation", params={"period": "2026"}, headers=own)
    (explained,) = read.json()["items"]
    assert {c["value"] for c in explained["contributions"]} == {"3", "1237"}
    read = await web.get("/api/v1/indicators", params={"period": "2026", "unit": unit}, headers=own)
    assert next(i["numerator"] for i in read.json()["items"] if i["measure"] == "4.3") == "3"


async def test_a_sum_is_told_when_it_is_published(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    """Events and readers without need to know get the number of the last batch; the others the live one."""
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026", ["B01-XA"]))
    *some, last = [writer.submit(o, commune_answer(n_adolescent_births=7)) for o in writer.obligations]
    await projection.deliver(some)
    assert await told(projection) == [], "an event would say that a report has changed the sum"
    await publish_once(projection.engine, projection.aggregator.plan, Clock())
    assert (await told(projection))[-1]["numerator"] == str(7 * 27)
    await projection.deliver([last])
    await publish_once(projection.engine, projection.aggregator.plan, Clock())
    for role in ROLES:
        headers, count = reading_as(settings, role), 28 if role in NEED_TO_KNOW else 27
        for path, more in (("/4.3/history", {}), ("", {}), ("", {"as_of": "2099-01-01T00:00:00Z"})):
            answer = await web.get(f"/api/v1/indicators{path}", params={"period": "2026"} | more, headers=headers)
            item = next(i for i in answer.json()["items"] if i["measure"] == "4.3")
            assert (item["numerator"], item["reported"]) == (str(7 * count), count), (role, path)


async def told(projection: Projection) -> list[dict[str, object]]:
    """What the events said of the sum."""
    events = [e["data"] for e in await projection.published() if e["subject"].startswith("4.3|")]
    figures = [{k: v for k, v in e["values"]["received"].items() if v is not None} for e in events]
    return [{k: v for k, v in one.items() if k != "needs_check"} for one in figures]

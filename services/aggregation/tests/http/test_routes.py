"""The JSON API, on real values."""

from datetime import datetime
from typing import Any

import httpx
import sqlalchemy as sa
from fastapi import FastAPI

from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.history import NEW, some_data
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue


async def test_every_measure_is_listed_even_without_data(web: httpx.AsyncClient, catalogue: Catalogue) -> None:
    answer = await web.get("/api/v1/indicators", params={"period": "2026"})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [i["measure"] for i in items] == list(catalogue.measures) and answer.json()["next"] is None
    assert {i["assessment"] for i in items} == {"not_assessed"}
    first = items[0]
    assert (first["measure"], first["unit"], first["basis"], first["value"]) == ("1.1", "DAK_NONG", "received", None)
    assert first["target"] == {
        "op": ">=", "value": "75", "year": 2030, "approximate": False, "confirmed": True, "binding": False,
        "tolerance": None, "tolerance_confirmed": False,
    }  # fmt: skip


async def test_a_value_comes_with_its_sums_and_coverage(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue
) -> None:
    writer = await some_data(projection, catalogue)
    answer = await web.get("/api/v1/indicators", params={"period": "2025"})
    item = next(i for i in answer.json()["items"] if i["measure"] == "6.1")
    assert (item["value"], item["numerator"], item["denominator"]) == ("40", "1080", "2700")
    assert (item["reported"], item["expected"], item["assessment"]) == (27, 28, "not_assessed")
    assert item["target"]["binding"] is True
    before = datetime.fromisoformat(item["as_of"])

    await projection.deliver([writer.submit(writer.find("B01-XA", NEW, "2025"), commune_answer(n_people_reached=90))])
    now = await web.get("/api/v1/indicators", params={"period": "2025", "unit": NEW})
    assert next(i for i in now.json()["items"] if i["measure"] == "6.1")["value"] == "90"
    then = await web.get("/api/v1/indicators", params={"period": "2025", "as_of": before.isoformat()})
    assert next(i for i in then.json()["items"] if i["measure"] == "6.1")["value"] == "40"
    history = (await web.get("/api/v1/indicators/6.1/history", params={"period": "2025", "limit": 1})).json()
    assert history["items"][0]["reported"] == 28 and history["next"]
    second = await web.get("/api/v1/indicators/6.1/history", params={"period": "2025", "cursor": history["next"]})
    assert second.json()["items"][0]["reported"] == 27


async def test_explanation_names_the_submissions(
    web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue
) -> None:
    writer = await some_data(projection, catalogue)
    answer = await web.get("/api/v1/indicators/4.1/explanation", params={"period": "2025"})
    (explained,) = answer.json()["items"]
    assert {c["element"]: c["value"] for c in explained["cells"]} == {
        "n_live_births_male": str(27 * 113),
        "n_live_births_female": str(27 * 50),
    }
    assert len(explained["contributions"]) == 54
    submission_ids = {str(id) for o in writer.obligations for id in o.ids}
    assert {c["submission_id"] for c in explained["contributions"]} <= submission_ids


async def test_coverage(web: httpx.AsyncClient, projection: Projection, catalogue: Catalogue) -> None:
    await some_data(projection, catalogue)
    answer = (await web.get("/api/v1/coverage", params={"period": "2025"})).json()
    total = next(t for t in answer["totals"] if t["form"] == "B01-XA")
    assert total == {"form": "B01-XA", "expected": 28, "received": 27, "accepted": 0}
    assert next(i for i in answer["items"] if i["unit"] == NEW)["received"] is False


async def test_what_can_still_be_met_is_asked_once_for_all_measures(
    web: httpx.AsyncClient, app: FastAPI, projection: Projection, catalogue: Catalogue
) -> None:
    await projection.deliver(EventWriter(catalogue).open_period("2026-Q1"))
    engine, query = app.state.context.engine.sync_engine, {"period": "2026"}
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "p.unit, p.period, f.element, f.basis" in statement:
            asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        answer = await web.get("/api/v1/indicators/3.2/explanation", params=query)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert len(answer.json()["items"]) == 2 and len(asked) == 1

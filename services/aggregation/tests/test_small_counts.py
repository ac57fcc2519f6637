"""Small counts about victims and the like are seen nowhere: API, pages, events, differences of two sums."""

from decimal import Decimal

import httpx
import pytest

from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.access import ROLES, Role
from shared.catalogue import Catalogue

NUMBERS = ("value", "numerator", "denominator")


@pytest.mark.parametrize("role", ROLES)
async def test_small_counts_of_a_commune_are_seen_nowhere(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue, role: Role
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2024", ["B01-XA"]))
    unit, district = "24736@2021-01-01", "667@2021-01-01"
    first = commune_answer(n_adolescent_births=3, n_adolescent_women=1237)
    await projection.deliver([writer.submit(writer.find("B01-XA", unit, "2024"), first)])
    headers = reading_as(settings, role)
    for place in (unit, district):
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
            item = next(i for i in items if i["measure"] == "4.3")
            assert [item[name] for name in NUMBERS] == [None] * 3 and item["suppressed"], answer.url
        (explained,) = answers[-1].json()["items"]
        assert all(cell["value"] is None and cell["suppressed"] for cell in explained["cells"])
        for path in ("/indicators", "/indicators/4.3"):
            answer = await web.get(path, params=query, headers=headers)
            text = answer.text
            assert answer.status_code == 200 and "1.237" not in text and "2,4" not in text, path
    text = (await web.get("/indicators/4.3", params={"period": "2024"}, headers=headers)).text
    assert "Không hiện (số nhỏ)" in text
    (explained,) = (
        await web.get("/api/v1/indicators/4.3/explanation", params={"period": "2024"}, headers=headers)
    ).json()["items"]
    (births,) = [c for c in explained["contributions"] if c["element"] == "n_adolescent_births"]
    assert births["value"] == ("3" if role in ("coordinator", "auditor") else None)
    ended = reading_as(settings, "reporter", unit)
    refused = await web.get("/api/v1/indicators/4.3/explanation", params={"period": "2024"}, headers=ended)
    assert (refused.status_code, refused.json()["code"]) == (403, "unit-ended")


async def test_two_past_sums_do_not_tell_a_single_commune(
    web: httpx.AsyncClient, settings: AggregationSettings, projection: Projection, catalogue: Catalogue
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026", ["B01-XA"]))
    answers = {o.unit: writer.submit(o, commune_answer(n_adolescent_births=7)) for o in writer.obligations}
    *some, last = answers.values()
    await projection.deliver(some)
    (event,) = [e["data"] for e in await projection.published() if e["subject"].startswith("4.3|")][-1:]
    assert event["values"]["received"].get("numerator") is None
    assert event["values"]["received"]["value"] == "70.0"
    assert {e["data"]["unit"] for e in await projection.published()} == {"DAK_NONG"}
    for role in ROLES:
        headers = reading_as(settings, role)
        for path, more in (("/4.3/history", {}), ("", {"as_of": "2099-01-01T00:00:00Z"})):
            answer = await web.get(f"/api/v1/indicators{path}", params={"period": "2026"} | more, headers=headers)
            item = next(i for i in answer.json()["items"] if i["measure"] == "4.3")
            shown = role in ("coordinator", "auditor")
            assert (item["numerator"] == str(7 * 27)) == shown and Decimal(item["value"]) == 70, (role, path)
    await projection.deliver([last])
    answer = await web.get("/api/v1/indicators/4.3/history", params={"period": "2026"})
    assert [i["numerator"] for i in answer.json()["items"][:2]] == [str(7 * 28), None]

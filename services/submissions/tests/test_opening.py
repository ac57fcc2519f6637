"""Opening a period, and the lists of what is owed."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.submissions.tests.conftest import COMMUNE, OTHER, ApiClient


async def test_a_year_opens_for_everybody_who_owes_on_its_last_day(api_client: ApiClient) -> None:
    told = await api_client.open("2026")
    from shared.calendar import Period

    owed = api_client.catalogue.forms_owed(Period.parse("2026"))
    assert told == {"opened": len(owed), "existing": 0}
    events = await api_client.events()
    assert len(events) == len(owed)
    assert {(e.data.form, e.data.unit, e.data.version) for e in events} == {  # type: ignore[attr-defined]
        (d.form, d.unit, 1) for d in owed
    }
    assert await api_client.open("2026") == {"opened": 0, "existing": len(owed)}
    assert len(await api_client.events()) == len(owed)


async def test_a_quarter_opens_its_own_forms(api_client: ApiClient) -> None:
    told = await api_client.open("2026-Q3")
    assert told["opened"] == 28
    assert {e.data.form for e in await api_client.events()} == {"B02-XA-Q"}  # type: ignore[attr-defined]


async def test_many_opening_at_once_open_each_once(api_client: ApiClient) -> None:
    answers = await asyncio.gather(*(api_client.open("2025") for _ in range(6)))
    total = answers[0]["opened"] + answers[0]["existing"]
    assert sum(a["opened"] for a in answers) == total == await api_client.count("obligation")
    subjects = [e.subject for e in await api_client.events()]
    assert len(subjects) == len(set(subjects)) == total


async def test_who_may_open_and_what(api_client: ApiClient) -> None:
    path = "/api/v1/obligations/opening"
    assert (await api_client.post(path, {"period": "2026"}, "reporter", COMMUNE)).status_code == 403
    assert (await api_client.post(path, {"period": "2026-Q5"}, "ops", "DAK_NONG")).json()["errors"][0][
        "pointer"
    ] == "/period"
    assert (await api_client.post(path, {"period": "2026-Q1"}, "ops", "DAK_NONG")).status_code == 200


async def test_only_the_plans_coordinator_and_operations_open(api_client: ApiClient) -> None:
    path, body = "/api/v1/obligations/opening", {"period": "2026-Q1"}
    for unit in (COMMUNE, "SO_Y_TE", "SO_LDTBXH", "BO_NOI_VU", "nowhere"):
        refused = await api_client.post(path, body, "coordinator", unit)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "Sở Nội vụ" in refused.json()["title"]
    assert await api_client.count("obligation") == 0
    for role, unit in (("coordinator", "SO_NOI_VU"), ("coordinator", "DAK_NONG"), ("ops", COMMUNE)):
        assert (await api_client.post(path, body, role, unit)).status_code == 200  # type: ignore[arg-type]
    api_client.clock.at = datetime(2025, 2, 28, 16, 59, tzinfo=UTC)
    assert (await api_client.post(path, body, "coordinator", "SO_LDTBXH")).status_code == 200
    assert (await api_client.post(path, body, "coordinator", "SO_NOI_VU")).status_code == 403


@pytest.mark.parametrize("period", ["2000", "2020", "2021-Q1", "2031", "2031-Q1", "2099"])
async def test_a_period_outside_the_plan_is_not_opened(api_client: ApiClient, period: str) -> None:
    answer = await api_client.post("/api/v1/obligations/opening", {"period": period}, "ops", "DAK_NONG")
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == ("period_outside_plan", "/period")
    assert "từ 06/04/2021 đến 31/12/2030" in error["message"]
    assert await api_client.count("obligation") == 0


@pytest.mark.parametrize("period", ["2021", "2021-Q2", "2030", "2030-Q4"])
async def test_the_first_and_last_periods_of_the_plan_are_opened(api_client: ApiClient, period: str) -> None:
    answer = await api_client.post("/api/v1/obligations/opening", {"period": period}, "ops", "DAK_NONG")
    assert answer.status_code == 200


async def test_lists_are_paged_and_narrowed(api_client: ApiClient) -> None:
    await api_client.open("2026")
    await api_client.open("2026-Q1")
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 17, "period": "2026", **({"cursor": cursor} if cursor else {})}
        page = (await api_client.get("/api/v1/obligations", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        if not (cursor := page["next"]):
            break
    assert len(seen) == len(set(seen)) == await api_client.count("obligation") - 28
    own = (await api_client.get("/api/v1/obligations", "reporter", COMMUNE)).json()["items"]
    assert {(i["unit"], i["form"]) for i in own} == {(COMMUNE, "B01-XA"), (COMMUNE, "B02-XA-Q")}
    assert (await api_client.get("/api/v1/obligations", "reporter", COMMUNE, params={"unit": OTHER})).status_code == 403
    none = (await api_client.get("/api/v1/obligations", params={"state": "accepted"})).json()
    assert none == {"items": [], "next": None}


async def test_an_obligation_says_its_fields_in_both_languages(api_client: ApiClient) -> None:
    answer = await api_client.get(f"/api/v1/obligations/{await api_client.obligation_id('B11-GD', 'SO_GDDT')}")
    assert answer.headers["etag"] == '"1"'
    told = answer.json()
    assert told["title"]["vi"].startswith("Biểu giáo dục")
    cohort = [f for f in told["fields"] if f["measure"] == "n_em_primary_cohort"]
    assert [(f["disaggregation"], f["required"]) for f in cohort] == [
        ({"sex": "male"}, True),
        ({"sex": "female"}, True),
    ]
    assert cohort[1]["label"]["vi"].endswith("(Nữ)") and cohort[1]["label"]["en"].endswith("(Female)")
    assert not any(f["may_be_not_applicable"] for f in told["fields"])
    assert set(told["fields"][0]) >= {"measure", "disaggregation", "kind", "required"}

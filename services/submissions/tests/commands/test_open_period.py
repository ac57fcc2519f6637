"""Opening a period."""

import asyncio

import pytest

from services.submissions.tests.api_client import ApiClient
from shared.catalogue import Period


async def test_a_year_opens_for_everybody_who_owes_on_its_last_day(api_client: ApiClient) -> None:
    opened = await api_client.open("2026")
    owed = api_client.catalogue.forms_owed(Period.parse("2026"))
    assert opened == {"opened": len(owed), "existing": 0}
    events = await api_client.events()
    assert len(events) == len(owed)
    assert {(e.data.form, e.data.unit, e.data.version) for e in events} == {  # type: ignore[attr-defined]
        (d.form, d.unit, 1) for d in owed
    }
    assert await api_client.open("2026") == {"opened": 0, "existing": len(owed)}
    assert len(await api_client.events()) == len(owed)


async def test_a_quarter_opens_its_own_forms(api_client: ApiClient) -> None:
    opened = await api_client.open("2026-Q3")
    assert opened["opened"] == 28
    assert {e.data.form for e in await api_client.events()} == {"B02-XA-Q"}  # type: ignore[attr-defined]


async def test_many_opening_at_once_open_each_once(api_client: ApiClient) -> None:
    answers = await asyncio.gather(*(api_client.open("2025") for _ in range(6)))
    total = answers[0]["opened"] + answers[0]["existing"]
    assert sum(a["opened"] for a in answers) == total == await api_client.count("obligation")
    subjects = [e.subject for e in await api_client.events()]
    assert len(subjects) == len(set(subjects)) == total


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

"""What a query says and the route does not understand, all at once."""

from datetime import datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel

from shared.access import Person
from shared.auth import require
from shared.web.cursor import Cursor, Limit, decode
from shared.web.query.check import QueryFaults
from shared.web.query.known import OneOf
from shared.web.query.parameters import Day, FormCode, Given, Id, Instant, ReportingPeriod, Unit

from ..conftest import DemoSettings, demo_app

Anyone = Annotated[Person, Depends(require())]
PATH = "/api/v1/answers"


class AnswerQuery(BaseModel, frozen=True):
    unit: Unit = None
    period: ReportingPeriod = None
    form: FormCode = None
    state: list[str] | None = None
    limit: Limit = 10


@pytest.fixture(scope="module")
def app(settings: DemoSettings) -> FastAPI:
    app = demo_app(settings)

    @app.get(PATH)
    async def answers(
        person: Anyone,
        query: Annotated[AnswerQuery, Query()],
        day: Day = None,
        as_of: Instant = None,
        id_: Annotated[Id, Query(alias="id")] = None,
        kind: Annotated[Given[str], OneOf(("a", "b"))] = None,
    ) -> dict[str, Any]:
        return {**query.model_dump(), "day": day, "as_of": as_of, "id": id_, "kind": kind}

    @app.get(f"{PATH}/plain")
    async def plain(limit: Limit = 10, cursor: Cursor = None) -> list[Any]:
        return [limit, decode(cursor, str)]

    @app.get("/answers")
    async def page(person: Anyone, unread: QueryFaults, unit: Unit = None) -> list[str]:
        return [fault.pointer for fault in unread]

    return app


@pytest.fixture
async def signed_in(client: httpx.AsyncClient, token: str) -> httpx.AsyncClient:
    client.headers["Authorization"] = f"Bearer {token}"
    return client


async def faults_of(client: httpx.AsyncClient, **query: Any) -> dict[str, str]:
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 422, answer.text
    return {fault["pointer"].removeprefix("/query/"): fault["code"] for fault in answer.json()["errors"]}


async def test_everything_that_was_not_understood_is_named_at_once(signed_in: httpx.AsyncClient) -> None:
    query = {
        "perod": "2026", "unit": "SO_Y_TEE", "period": "2026-Q9", "form": "B1", "limit": "0", "day": "20261128",
        "as_of": "2026", "id": "x", "kind": ["a", "b"],
    }  # fmt: skip
    assert await faults_of(signed_in, **query) == {
        "perod": "unknown-parameter", "unit": "unknown-unit", "period": "unknown-period", "form": "unknown-form",
        "limit": "not-a-limit", "day": "not-a-day", "as_of": "not-an-instant", "id": "uuid-parsing",
        "kind": "repeated-parameter",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_each_says_what_to_write_instead(signed_in: httpx.AsyncClient, language: str) -> None:
    query = {"perod": "1", "unit": "so_y_te", "period": "2026Q3", "kind": "c", "day": "28/11/2026", "form": "B01XA"}
    answer = await signed_in.get(PATH, params=query, headers={"Accept-Language": language})
    said = {fault["pointer"].removeprefix("/query/"): fault["message"] for fault in answer.json()["errors"]}
    assert "unit, period, form, state, limit" in said["perod"] and "“perod”" in said["perod"]
    assert "SO_Y_TE" in said["unit"] and "2026-Q3" in said["period"] and "B01-XA" in said["form"]
    assert "a, b" in said["kind"] and "2026-11-28" in said["day"]
    assert ("Không có" in said["unit"]) is (language == "vi")


async def test_what_is_understood_is_answered(signed_in: httpx.AsyncClient) -> None:
    query: dict[str, Any] = {
        "unit": " SO_Y_TE ", "period": "2026-Q3", "form": "B01-XA", "state": ["x", "y"], "limit": "7",
        "day": "2026-11-28", "as_of": "2026-11-28T10:00:00+07:00",
        "id": "URN:UUID:01A22552-B7EA-7A40-A153-EA15F3348764", "kind": "",
    }  # fmt: skip
    answer = await signed_in.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["unit"], told["state"], told["limit"], told["kind"]) == ("SO_Y_TE", ["x", "y"], 7, None)
    assert told["id"] == "01a22552-b7ea-7a40-a153-ea15f3348764"
    assert datetime.fromisoformat(told["as_of"]).utcoffset() is not None


async def test_an_empty_value_is_none(signed_in: httpx.AsyncClient) -> None:
    query = dict.fromkeys(("unit", "period", "form", "day", "as_of", "id", "kind", "limit"), "")
    assert set((await signed_in.get(PATH, params=query)).json().values()) == {None, 10}


@pytest.mark.parametrize("limit", ["1_0", "+5", " 5", "5.0", "٥", "501", "-1", "9" * 400])
async def test_a_limit_is_plain_digits(signed_in: httpx.AsyncClient, limit: str) -> None:
    assert await faults_of(signed_in, limit=limit) == {"limit": "not-a-limit"}


async def test_a_page_reads_as_a_page(signed_in: httpx.AsyncClient) -> None:
    answer = await signed_in.get("/tasks", params={"perod": "2\u202e6"}, headers={"Accept": "text/html"})
    assert answer.status_code == 422 and answer.headers["content-type"].startswith("text/html")
    assert "Không có tham số “perod” ở đây. Dùng được: bad." in answer.text and "\u202e" not in answer.text


async def test_an_empty_limit_and_cursor_are_none(signed_in: httpx.AsyncClient) -> None:
    for query in ("", "?limit=", "?limit=%20&cursor="):
        assert (await signed_in.get(f"{PATH}/plain{query}")).json() == [10, None]


@pytest.mark.parametrize("session", ["expired", "e30.e30.e30"])
async def test_a_page_for_everybody_is_answered_whatever_the_session(client: httpx.AsyncClient, session: str) -> None:
    """The query is looked at before the route, and must not ask for a person where the route asks for none."""
    headers = {"Accept": "text/html", "Cookie": f"tiendo_token={session}"}
    for path in ("/sign-in?x=1", "/public?x=1", "/sign-in?next=/tasks&next=/"):
        assert (await client.get(path, headers=headers)).status_code == 200, path
    refused = await client.get("/tasks?perod=1", headers=headers)
    assert (refused.status_code, refused.headers["location"]) == (303, "/sign-in?next=%2Ftasks%3Fperod%3D1")


async def test_a_page_may_show_it_in_place(signed_in: httpx.AsyncClient) -> None:
    answer = await signed_in.get("/answers", params=[("zzz", "1"), ("unit", "A"), ("unit", "B")])
    assert answer.json() == ["/query/zzz", "/query/unit"]


async def test_the_language_is_chosen_on_pages_only(signed_in: httpx.AsyncClient) -> None:
    assert (await signed_in.get("/tasks", params={"lang": "en"})).status_code == 303
    assert (await signed_in.get("/tasks", params={"lang": "fr"})).status_code == 422
    assert await faults_of(signed_in, lang="en") == {"lang": "unknown-parameter"}


async def test_many_unknown_parameters_are_not_all_repeated(signed_in: httpx.AsyncClient) -> None:
    assert len(await faults_of(signed_in, **{f"p{number}": "" for number in range(200)})) == 20

"""What was typed before the session ended is kept through the sign-in, and only what may be."""

import re
from html import unescape
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Form
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from shared.access import Person
from shared.auth import require
from shared.settings import ServiceSettings
from shared.web.shell.kept_form import MOST_BYTES, SECRET, KeptForm, Resumed, carried_form, safe_path

from ..conftest import DemoSettings, demo_app

PAGE = {"Accept": "text/html", "Origin": "http://tiendo.test"}
TYPED = {"reason": 'Đã "gõ" <b>\nhai dòng', "cell.1": "1.234,5", "empty": ""}
WHO = {"role": "reporter", "unit": "SO_Y_TE"}


def is_no_secret(name: str) -> bool:
    return not any(word in name.lower() for word in SECRET)


def fields_of(page: httpx.Response) -> dict[str, str]:
    """As a browser reads them: line ends are one, and the first of a text area is no part of it (HTML 13.2.6.4.7)."""
    read = re.sub(r"\r\n?", "\n", page.text)
    found = re.findall(r'<textarea name="([^"]*)" hidden>(.*?)</textarea>', read, re.DOTALL)
    return {unescape(name): unescape(value.removeprefix("\n")) for name, value in found}


@pytest.fixture
def app(settings: DemoSettings) -> FastAPI:
    return demo_app(settings)


@pytest.fixture
def posted(app: FastAPI) -> list[dict[str, str]]:
    """What the route /notes took, once somebody was signed in."""
    taken: list[dict[str, str]] = []

    @app.post("/notes/{number}")
    async def take(
        number: int,
        person: Annotated[Person, Depends(require("reporter"))],
        resumed: Resumed,
        reason: Annotated[str, Form()] = "",
        cell: Annotated[str, Form(alias="cell.1")] = "",
    ) -> dict[str, int] | str:
        if resumed:
            return "as typed"
        taken.append({"reason": reason, "cell.1": cell, "unit": person.unit})
        return {"number": number}

    return taken


@pytest.fixture
def lost(app: FastAPI, posted: list[dict[str, str]]) -> list[str]:
    """Where a form may be sent from the page /notes/7."""

    @app.get("/notes/{number}")
    async def note(number: int) -> None: ...

    @app.post("/notes/{number}/decision")
    async def decide(number: int, person: Annotated[Person, Depends(require())]) -> None: ...

    return ["/notes/7", "/notes/7/decision"]


async def test_a_form_goes_through_the_sign_in(client: httpx.AsyncClient, posted: list[dict[str, str]]) -> None:
    asked = await client.post("/notes/7", data=TYPED, headers=PAGE)
    assert asked.status_code == 401 and asked.headers["www-authenticate"] == "Bearer"
    assert "chưa có gì được gửi" in asked.text and 'action="/sign-in"' in asked.text
    slip = await client.post("/sign-in", data=fields_of(asked) | {"role": "reporter", "unit": ""}, headers=PAGE)
    assert slip.status_code == 422 and fields_of(slip) == fields_of(asked)
    entered = await client.post(
        "/sign-in", data=fields_of(slip) | {"role": "reporter", "unit": "SO_Y_TE"}, headers=PAGE
    )
    assert entered.status_code == 200 and "tiendo_token" in entered.headers["set-cookie"] and posted == []
    assert 'method="post" action="/notes/7"' in entered.text and "Sở Y tế" in entered.text
    assert {name: value.replace("\r\n", "\n") for name, value in fields_of(entered).items()} == TYPED
    assert 'type="hidden" name="kept-resumed"' in entered.text
    resumed = await client.post("/notes/7", data=fields_of(entered) | {"kept-resumed": "1"}, headers=PAGE)
    assert resumed.text == '"as typed"' and posted == []
    await client.post("/notes/7", data=fields_of(entered), headers=PAGE)
    assert posted == [{"reason": TYPED["reason"], "cell.1": "1.234,5", "unit": "SO_Y_TE"}]


async def test_a_session_that_ends_again_carries_the_form_as_typed(
    client: httpx.AsyncClient, posted: list[dict[str, str]]
) -> None:
    asked = await client.post("/notes/7", data=TYPED | {"kept-resumed": "1"}, headers=PAGE)
    assert asked.status_code == 401 and {name.removeprefix("kept.") for name in fields_of(asked)} == {
        "kept-path",
        *TYPED,
    }


async def test_a_form_without_a_local_sign_in_stays_on_the_page(
    client: httpx.AsyncClient, posted: list[dict[str, str]], settings: ServiceSettings, app: FastAPI
) -> None:
    app.state.settings = settings.model_copy(update={"local_issuer_key_file": None})
    asked = await client.post("/notes/7", data=TYPED, headers=PAGE)
    assert asked.status_code == 401 and fields_of(asked) == TYPED
    assert 'method="post" action="/notes/7"' in asked.text and "trong một thẻ khác" in asked.text


@pytest.mark.parametrize(
    "form",
    [
        {"access_token": "x"},
        {"password": "x"},
        {"reason": "x" * MOST_BYTES},
        {str(n): "" for n in range(901)},
    ],
    ids=["token", "password", "long", "many"],
)
async def test_what_is_not_carried_is_said_and_leads_back(
    client: httpx.AsyncClient, lost: list[str], form: dict[str, str]
) -> None:
    for path in lost:
        answer = await client.post(path, data=form, headers=PAGE)
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
        assert "không giữ lại được" in answer.text and "vẫn còn" not in answer.text and not fields_of(answer)
        assert 'name="next" value="/notes/7"' in answer.text
        entered = await client.post("/sign-in", data={"next": "/notes/7", **WHO}, headers=PAGE)
        assert (entered.status_code, entered.headers["location"]) == (303, "/notes/7")
        client.cookies.clear()


async def test_what_is_not_carried_is_said_where_there_is_no_local_sign_in(
    client: httpx.AsyncClient, lost: list[str], settings: ServiceSettings, app: FastAPI
) -> None:
    app.state.settings = settings.model_copy(update={"local_issuer_key_file": None})
    answer = await client.post(lost[1], data={"password": "x"}, headers=PAGE)
    assert answer.status_code == 401 and "không giữ lại được" in answer.text and 'href="/notes/7"' in answer.text


async def test_a_form_with_nothing_in_it_asks_for_sign_in_only(
    client: httpx.AsyncClient, posted: list[dict[str, str]]
) -> None:
    answer = await client.post("/notes/7", data={}, headers=PAGE)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


async def test_a_form_from_elsewhere_is_refused_before(client: httpx.AsyncClient, posted: list[dict[str, str]]) -> None:
    for headers in ({"Origin": "http://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("/notes/7", "/sign-in"):
            answer = await client.post(path, data=TYPED, headers=PAGE | headers)
            assert answer.status_code == 403 and "hai dòng" not in answer.text


async def test_an_api_call_is_answered_as_before(client: httpx.AsyncClient, posted: list[dict[str, str]]) -> None:
    answer = await client.post("/notes/7", data=TYPED, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "path",
    ["", "/", "//evil.test/x", "/\\evil.test", "https://evil.test/", "javascript:alert(1)", "/a\nb",
     "/sign-out", "/sign-in", "/sign-out?x=1", "/sign-in/", "/./sign-out", "/a/../sign-out", "/%2e/sign-in",
     "/sign%2Dout", "/a\\..\\sign-out"],
)  # fmt: skip
def test_a_form_goes_to_a_path_of_this_service_only(path: str) -> None:
    assert carried_form(FormData([("kept-path", path), ("kept.reason", "x")])) is None
    assert safe_path(path) == "/"


@pytest.mark.parametrize("path", ["/notes/7", "/notes/7?lang=en&next=/../x", "/sign-inspection", "/a..b/.c", "/a?b=\\"])
def test_every_other_path_is_kept_with_its_query(path: str) -> None:
    assert safe_path(path) == path
    form = carried_form(FormData([("kept-path", path), ("kept.reason", "x")]))
    assert form is not None and form.path == path


async def test_the_posted_address_keeps_its_query_and_is_sent_once(
    client: httpx.AsyncClient, posted: list[dict[str, str]], settings: ServiceSettings, app: FastAPI
) -> None:
    asked = await client.post("/notes/7?from=a%26b&x", data=TYPED, headers=PAGE)
    entered = await client.post("/sign-in", data=fields_of(asked) | WHO, headers=PAGE)
    form = 'action="/notes/7?from=a%26b&amp;x" class="card stack" data-once>'
    assert form in entered.text
    client.cookies.clear()
    app.state.settings = settings.model_copy(update={"local_issuer_key_file": None})
    assert form in (await client.post("/notes/7?from=a%26b&x", data=TYPED, headers=PAGE)).text


@pytest.mark.parametrize("words", ["\r\nhai", "\n\nba", "\r\n", "một\r\n"])
async def test_a_first_line_break_stays_at_each_hop(
    client: httpx.AsyncClient, posted: list[dict[str, str]], words: str
) -> None:
    answer = await client.post("/notes/7", data={"reason": words}, headers=PAGE)
    for unit in ("", "SO_Y_TE"):
        sent = {name: value.replace("\n", "\r\n") for name, value in fields_of(answer).items()}
        answer = await client.post("/sign-in", data=sent | WHO | {"unit": unit}, headers=PAGE)
    assert fields_of(answer)["reason"] == words.replace("\r\n", "\n")


@given(fields=st.lists(st.tuples(st.text(min_size=1).filter(is_no_secret), st.text()), min_size=1))
def test_what_is_carried_comes_back_as_it_was(fields: list[tuple[str, str]]) -> None:
    form = KeptForm("/notes/7", tuple(fields))
    assert carried_form(FormData([*form.hidden(), ("role", "reporter")])) == form


async def test_the_longest_form_that_is_carried_is_taken_by_the_sign_in(
    client: httpx.AsyncClient, posted: list[dict[str, str]]
) -> None:
    words = "Đã tập huấn\n" * 22_000
    asked = await client.post("/notes/7", data={"reason": words}, headers=PAGE)
    assert asked.status_code == 401
    carried = {name: value.replace("\n", "\r\n") for name, value in fields_of(asked).items()}
    entered = await client.post("/sign-in", data=carried | {"role": "reporter", "unit": "SO_Y_TE"}, headers=PAGE)
    assert entered.status_code == 200 and fields_of(entered)["reason"].replace("\r\n", "\n") == words

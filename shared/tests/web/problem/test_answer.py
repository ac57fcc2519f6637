import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from shared.errors import MOST_FAULTS, invalid
from shared.text import Fault, Text
from shared.web.problem.answer import answer as answer_to

BEARER = {"Authorization": "Bearer "}


def by_pointer(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    return {fault["pointer"]: fault for fault in answer.json()["errors"]}


async def test_every_fault_of_a_body_is_told_at_once_in_vietnamese(client: httpx.AsyncClient, token: str) -> None:
    body = {
        "observations": [
            {"measure": "a", "value": "1,5", "status": "guess"},
            {"value": "3", "surplus/name": 1},
        ],
        "reason": "x",
    }
    answer = await client.post("/api/v1/answers", json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "vi"
    faults = by_pointer(answer)
    assert set(faults) == {
        "/observations/0/value",
        "/observations/0/status",
        "/observations/1/measure",
        "/observations/1/surplus~1name",
        "/reason",
    }
    assert faults["/observations/0/value"]["code"] == "decimal-parsing"
    assert "dấu thập phân" in faults["/observations/0/value"]["message"]
    assert faults["/reason"]["message"] == "Phải có ít nhất 3 ký tự."
    assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
    assert answer.json()["type"] == "tag:tiendo.vn,2026-11-29:problem:invalid"


async def test_of_too_many_faults_the_first_are_told_and_the_rest_counted(
    client: httpx.AsyncClient, token: str
) -> None:
    """Beside every fault of 1,600 cells an answer was eight times as large as what was asked."""
    cells = [{"measure": 1, "value": "x", "status": "guess", "u": 1} for _ in range(1_600)]
    answer = await client.post(
        "/api/v1/answers", json={"observations": cells, "reason": "xyz"}, headers={"Authorization": f"Bearer {token}"}
    )
    told = answer.json()
    assert (answer.status_code, len(told["errors"]), told["more"]) == (422, MOST_FAULTS, 4 * 1_600 - MOST_FAULTS)
    few = await client.post("/api/v1/answers", json={}, headers={"Authorization": f"Bearer {token}"})
    assert "more" not in few.json()


@pytest.mark.parametrize(("language", "words"), [("vi", "và còn 13 lỗi"), ("en", "and 13 more")])
async def test_so_does_a_page(app: FastAPI, language: str, words: str) -> None:
    faults = [Fault("other", "", Text(f"Lỗi số {number}.", f"Fault {number}.")) for number in range(MOST_FAULTS + 13)]
    headers = [(b"accept", b"text/html"), (b"cookie", f"lang={language}".encode())]
    scope = {"type": "http", "method": "GET", "path": "/list", "query_string": b"", "headers": headers, "app": app}
    page = bytes((await answer_to(Request(scope), invalid(faults))).body).decode()
    assert words in page and f" {MOST_FAULTS - 1}." in page and f" {MOST_FAULTS}." not in page


async def test_english_by_header_and_the_cookie_wins(client: httpx.AsyncClient) -> None:
    english = await client.get("/api/v1/things/x", headers={"Accept-Language": "en-GB,en;q=0.9,vi;q=0.5"})
    assert by_pointer(english)["/path/number"]["message"] == "Must be a whole number."
    cookie = await client.get("/api/v1/things/x", headers={"Accept-Language": "en", "Cookie": "lang=vi"})
    assert by_pointer(cookie)["/path/number"]["message"] == "Phải là số nguyên."


async def test_query_faults_have_their_own_place(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/things/2?limit=501")
    assert by_pointer(answer)["/query/limit"]["message"] == "Phải từ 500 trở xuống."


async def test_body_that_is_not_json(client: httpx.AsyncClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = await client.post("/api/v1/answers", content=b'{"a": ', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "json-invalid")
    assert answer.json()["errors"][0]["pointer"] == ""


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not-found"),
        ("GET", "/api/v1/things/1", 404, "not-found"),
        ("DELETE", "/api/v1/things/2", 405, "method-not-allowed"),
        ("GET", "/static/none.css", 404, "not-found"),
    ],
)
async def test_what_the_framework_refuses(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_an_unexpected_error_tells_only_its_trace(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/things/0")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_browser_gets_the_error_as_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/broken", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-trace-id"] in answer.text
    missing = await client.get("/nothing", headers={"Accept": "text/html"})
    assert missing.status_code == 404
    assert "<h1>Không tìm thấy</h1>" in missing.text


@pytest.mark.parametrize(
    ("lang", "title"), [("vi", "Không hiểu “<bdi>20x6</bdi>”"), ("en", "“<bdi>20x6</bdi>” in the address")]
)
async def test_a_page_names_what_was_typed_and_nothing_of_ours(
    client: httpx.AsyncClient, lang: str, title: str
) -> None:
    """The same faults over the API keep their pointers."""
    headers = {"Accept": "text/html", "Cookie": f"lang={lang}"}
    answer = await client.get("/list?month=20x6&limit=many", headers=headers)
    assert answer.status_code == 422
    assert title in answer.text
    assert "many" in answer.text
    assert not re.search(r"/query/|\^20|\[0-9\]|month", answer.text.split("<main")[1].split("</main>")[0])
    assert "/query/month" in by_pointer(await client.get("/list?month=20x6&limit=many"))


@pytest.mark.parametrize("letter", ["\u202e", "\u2066", "\x07"])
async def test_what_a_page_repeats_shows_what_it_hides_and_keeps_its_direction(
    client: httpx.AsyncClient, letter: str
) -> None:
    code, browser = f"(U+{ord(letter):04X})", {"Accept": "text/html"}
    for answer in (
        await client.get("/list", params={"month": letter * 1001}, headers=browser),
        await client.post("/list/1", data={"period": f"<{letter}"}, headers=browser),
        await client.post("/list/1", data={"period": "2026", "note": f"<b>ab{letter}"}, headers=browser),
    ):
        assert answer.status_code == 422 and letter not in answer.text
        assert re.search(rf"“<bdi>[^“”]*{re.escape(code)}</bdi>”", answer.text) and "<b>" not in answer.text


async def test_a_form_that_is_refused_before_its_page_names_what_was_typed(client: httpx.AsyncClient) -> None:
    answer = await client.post("/list/1", data={"period": "Q3", "note": "12345"}, headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert "“<bdi>Q3</bdi>” không đúng dạng" in answer.text
    assert "“<bdi>12345</bdi>”: Không được quá 4 ký tự." in answer.text
    empty = await client.post("/list/1", data={}, headers={"Accept": "text/html"})
    assert "Thiếu một phần của trang vừa gửi" in empty.text

"""A body of another kind or coding than is read here is a 415, and says what is read."""

import gzip

import httpx
import pytest

PLAIN = b'{"observations": []}'


@pytest.mark.parametrize(
    ("headers", "code", "said"),
    [
        ({"Content-Type": "text/plain"}, "unsupported-media-type", "application/json"),
        ({"Content-Type": ""}, "unsupported-media-type", "application/json"),
        ({}, "unsupported-media-type", "application/json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "unsupported-media-type", "application/json"),
        ({"Content-Type": "text/json"}, "unsupported-media-type", "application/json"),
        ({"Content-Type": "application/json; charset=windows-1258"}, "unsupported-charset", "windows-1258"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, "unsupported-coding", "gzip"),
        ({"Content-Type": "application/json", "Content-Encoding": "br, gzip"}, "unsupported-coding", "br, gzip"),
    ],
)
async def test_another_kind_is_a_415(client: httpx.AsyncClient, headers: dict[str, str], code: str, said: str) -> None:
    content = gzip.compress(PLAIN) if "gzip" in headers.get("Content-Encoding", "") else PLAIN
    for language, word in (("vi", "đọc ở đây"), ("en", "read here")):
        sent = {**headers, "Accept-Language": language}
        answer = await client.post("/api/v1/open", content=content, headers=sent)
        (fault,) = answer.json()["errors"]
        assert (answer.status_code, fault["code"]) == (415, code)
        assert said in fault["message"] and (code == "unsupported-media-type" or word in fault["message"])
    # RFC 9110 sections 12.5.1 and 12.5.3: what would have been taken
    expected = ("accept-encoding", "identity") if code == "unsupported-coding" else ("accept", "application/json")
    assert answer.headers[expected[0]] == expected[1]


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", 'application/json; charset="UTF-8"', "application/merge-patch+json"],
)
async def test_json_is_taken_however_it_is_written(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.post("/api/v1/open", content=PLAIN, headers={"Content-Type": content_type})
    assert answer.json() == {"bytes": len(PLAIN)}


@pytest.mark.parametrize("content_type", ["application/a/b+json", "application/", "text/json", "image/x+json"])
async def test_what_is_no_type_of_json_is_refused(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.post("/api/v1/open", content=PLAIN, headers={"Content-Type": content_type})
    assert answer.status_code == 415


async def test_a_request_without_a_body_needs_no_type(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/v1/open")).json() == {"bytes": 0}


async def test_a_page_takes_forms_and_an_upload_a_file(client: httpx.AsyncClient) -> None:
    page = {"Origin": "http://tiendo.test", "Accept": "text/html", "Accept-Language": "en"}
    form = await client.post("/list/7", data={"period": "2026"}, headers=page)
    assert form.status_code == 200
    text = await client.post("/list/7", content=b"x", headers={**page, "Content-Type": "text/plain"})
    assert text.status_code == 415 and "multipart/form-data" in text.text
    assert (await client.post("/api/v1/uploads", files={"file": b"x"})).status_code == 200

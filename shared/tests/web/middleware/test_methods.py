"""HEAD, OPTIONS, 405 and 304."""

from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Header
from starlette.responses import Response

from shared.web.etag import etag, expected_versions

from ..conftest import DemoSettings, demo_app


@pytest.fixture(scope="module")
def app(settings: DemoSettings) -> FastAPI:
    app = demo_app(settings)

    @app.get("/api/v1/tagged")
    async def tagged() -> Response:
        return Response(b"{}", headers={"ETag": etag(5)}, media_type="application/json")

    @app.put("/api/v1/tagged")
    async def change(if_match: Annotated[str, Header()]) -> list[int]:
        return sorted(expected_versions(if_match) or ())

    @app.delete("/api/v1/things/{number}")
    async def drop(number: int) -> None: ...

    return app


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/sign-in", "/public", "/api/v1/things/2", "/static/app.css"])
async def test_head_answers_as_get_does(client: httpx.AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    changing = {"x-trace-id", "date", "content-length"}
    assert {**head.headers, **dict.fromkeys(changing)} == {**got.headers, **dict.fromkeys(changing)}


async def test_head_of_what_is_missing_and_of_what_is_only_posted(client: httpx.AsyncClient) -> None:
    assert (await client.head("/nowhere")).status_code == 404
    head = await client.head("/api/v1/open")
    assert (head.status_code, head.headers["allow"]) == (405, "OPTIONS, POST")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/api/v1/things/7", "DELETE, GET, HEAD, OPTIONS"),
        ("/api/v1/tagged", "GET, HEAD, OPTIONS, PUT"),
        ("/api/v1/open", "OPTIONS, POST"),
        ("/public", "GET, HEAD, OPTIONS"),
        ("/static/app.css", "GET, HEAD, OPTIONS"),
    ],
)
async def test_options_and_405_name_every_method(client: httpx.AsyncClient, path: str, allow: str) -> None:
    asked = await client.request("OPTIONS", path)
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, allow, b"")
    refused = await client.request("PATCH", path)
    assert (refused.status_code, refused.headers["allow"]) == (405, allow)


async def test_what_is_asked_for_another_origin_is_not_granted(client: httpx.AsyncClient) -> None:
    headers = {"Origin": "https://elsewhere.vn", "Access-Control-Request-Method": "GET"}
    for answer in (
        await client.request("OPTIONS", "/api/v1/tagged", headers=headers),
        await client.get("/api/v1/tagged", headers=headers),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert (await client.request("OPTIONS", "/nowhere")).status_code == 404


@pytest.mark.parametrize("known", ['"5"', 'W/"5"', '"4", "5"', "*", '"5-gzip"', 'W/"5-zstd"'])
async def test_what_the_client_has_is_not_sent_again(client: httpx.AsyncClient, known: str) -> None:
    answer = await client.get("/api/v1/tagged", headers={"If-None-Match": known})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"5"')
    assert "content-type" not in answer.headers


@pytest.mark.parametrize("known", ['"4"', "5", '"5', ""])
async def test_what_it_has_not_is_sent(client: httpx.AsyncClient, known: str) -> None:
    answer = await client.get("/api/v1/tagged", headers={"If-None-Match": known})
    assert (answer.status_code, answer.content) == (200, b"{}")


@pytest.mark.parametrize(
    ("if_match", "versions"),
    [('"5-gzip"', [5]), ('"5-zstd", "6"', [5, 6]), ('W/"5-gzip"', []), ('"5-x"', [])],
)
async def test_a_tag_that_a_proxy_has_coded_is_ours(
    client: httpx.AsyncClient, if_match: str, versions: list[int]
) -> None:
    answer = await client.put("/api/v1/tagged", headers={"If-Match": if_match})
    assert answer.json() == versions


async def test_no_redirect_goes_where_the_host_header_says(client: httpx.AsyncClient) -> None:
    for path in ("/public/", "/tasks/", "/api/v1/tagged/"):
        answer = await client.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 404

import httpx
import pytest
from fastapi import FastAPI

from ..conftest import DemoSettings, demo_app


async def sign_in(client: httpx.AsyncClient, unit: str = "SO_Y_TE") -> None:
    form = {"role": "reporter", "unit": unit, "next": "/tasks?bad=0"}
    answer = await client.post("/sign-in", data=form, headers={"Origin": "http://tiendo.test"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?bad=0")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


async def test_a_page_asks_to_sign_in_and_comes_back(client: httpx.AsyncClient) -> None:
    away = await client.get("/tasks?bad=0", headers={"Accept": "text/html"})
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=%2Ftasks%3Fbad%3D0")
    form = await client.get(away.headers["location"])
    assert 'value="/tasks?bad=0"' in form.text
    assert "Sở Y tế" in form.text and "optgroup" in form.text
    await sign_in(client)
    page = await client.get("/tasks", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "<strong>Sở Y tế</strong>" in page.text
    assert "Dữ liệu minh họa" in page.text
    assert "còn 20 ngày (15 ngày làm việc)" in page.text
    assert "12.345,68" in page.text
    assert "<strong>&lt;B01&gt;</strong>" in page.text
    out = await client.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    assert out.status_code == 303
    assert (await client.get("/tasks", headers={"Accept": "text/html"})).status_code == 303


async def test_an_api_call_without_a_token_is_401(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/answers", json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_wrong_choice_keeps_what_was_chosen(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sign-in", data={"role": "king", "unit": "SO_Y_TE"})
    assert answer.status_code == 422
    assert "Chọn một vai trò" in answer.text
    assert 'value="SO_Y_TE" selected' in answer.text
    assert "hreflang" not in answer.text, "a link to the other language would lose what was chosen"
    assert "hreflang" in (await client.get("/sign-in")).text
    token = await client.post("/local/token", json={"role": "king", "unit": "nowhere"})
    assert [fault["pointer"] for fault in token.json()["errors"]] == ["/role", "/unit"]


@pytest.mark.parametrize("next_page", ["//evil.test", "https://evil.test", "/\\evil.test", "evil", "/a\nb", ""])
async def test_sign_in_never_leads_elsewhere(client: httpx.AsyncClient, next_page: str) -> None:
    form = {"role": "leader", "unit": "DAK_NONG", "next": next_page}
    answer = await client.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_language_choice_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/public?a=1&lang=en&b=%2F")
    assert (answer.status_code, answer.headers["location"]) == (303, "/public?a=1&b=%2F")
    page = await client.get("/public")
    assert '<html lang="en">' in page.text
    assert 'href="/public?lang=vi"' in page.text
    assert page.headers["content-language"] == "en"
    odd = await client.get("//evil.test/x?lang=en")
    assert odd.headers.get("location", "/").startswith("/") and not odd.headers["location"].startswith("//")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://tiendo.test:8002"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://tiendo.test"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://tiendo.test"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        (
            {"Authorization": "Bearer x", "Origin": "http://evil.test"},
            403,
        ),  # a proxy may add a token to what a browser sends
        ({"Authorization": "Bearer x"}, 200),
    ],
)
async def test_forged_requests(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    await sign_in(client)
    answer = await client.post("/api/v1/open", json={}, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "forged-request"


@pytest.mark.parametrize("demonstration", [False, True])
async def test_every_page_of_a_demonstration_says_so(settings: DemoSettings, demonstration: bool) -> None:
    app = demo_app(settings.model_copy(update={"demonstration": demonstration}))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test") as client:
        for path in ("/public", "/sign-in", "/nothing", "/broken"):
            answer = await client.get(path, headers={"Accept": "text/html"})
            assert ("Dữ liệu minh họa" in answer.text) is demonstration, path
        refused = await client.post("/sign-in", data={"role": "king"}, headers={"Origin": "http://evil.test"})
        assert refused.status_code == 403
        shown = await client.post("/sign-in", data={"role": "king"}, headers={"Accept": "text/html"})
        assert ("Dữ liệu minh họa" in shown.text) is demonstration


async def test_headers_and_static_files(client: httpx.AsyncClient) -> None:
    page = await client.get("/public")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert 'style="' not in page.text and "onclick" not in page.text
    assert "Accept-Language" in page.headers["vary"]
    address = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    style = await client.get(address)
    assert page.headers["x-content-type-options"] == style.headers["x-content-type-options"] == "nosniff"
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await client.get("/static/app.css")).headers["cache-control"] == "public, no-cache"


async def test_places(client: httpx.AsyncClient) -> None:
    page = await client.get("/public")
    assert 'href="http://127.0.0.1:8002/indicators"' in page.text
    assert 'href="/tasks" aria-current="true"' in page.text
    assert (await client.get("/")).headers["location"] == "/sign-in"
    assert (await client.get("/api/v1/openapi.json")).json()["openapi"].startswith("3.1")


async def test_metrics_name_the_route_not_the_path(client: httpx.AsyncClient) -> None:
    await client.get("/api/v1/things/77")
    text = (await client.get("/metrics")).text
    assert 'tiendo_http_request_seconds_count{method="GET",route="/api/v1/things/{number}",status="200"}' in text
    assert "/things/77" not in text


async def test_a_page_shows_a_trace_of_ours(client: httpx.AsyncClient) -> None:
    theirs = "0af7651916cd43dd8448eb211c80319c"
    answer = await client.get("/public", headers={"traceparent": f"00-{theirs}-b7ad6b7169203331-01"})
    assert (ours := answer.headers["x-trace-id"]) != theirs
    assert f"<code>{ours}</code>" in answer.text and theirs not in answer.text


async def test_the_api_document_tells_of_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    responses = document["paths"]["/api/v1/answers"]["post"]["responses"]
    assert set(responses) == {"201", "4XX", "5XX"}
    assert "application/problem+json" in responses["4XX"]["content"]


async def test_over_https_the_cookie_belongs_to_this_host_alone(app: FastAPI) -> None:
    form = {"role": "reporter", "unit": "SO_Y_TE", "next": "/tasks"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://tiendo.test") as client:
        entered = await client.post("/sign-in", data=form, headers={"Origin": "https://tiendo.test"})
        cookie = entered.headers["set-cookie"]
        assert cookie.startswith("__Host-tiendo_token=") and "Domain" not in cookie
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert (await client.get("/tasks", headers={"Accept": "text/html"})).status_code == 200
        left = await client.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
        assert (
            left.headers["set-cookie"].startswith('__Host-tiendo_token=""') and "Secure" in left.headers["set-cookie"]
        )
        assert (await client.get("/tasks", headers={"Accept": "text/html"})).status_code == 303


async def test_what_depends_on_who_asks_is_kept_nowhere(client: httpx.AsyncClient, token: str) -> None:
    """On a machine that an office shares, Back after signing out showed what the one before had read."""
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/tasks", "/public", "/nothing", "/api/v1/things/3", "/api/v1/things/x", "/sign-in"):
        answer = await client.get(path, headers={**headers, "Accept": "text/html"})
        assert answer.headers["cache-control"] == "no-store", path


async def test_whether_browsers_must_come_by_https_is_said_at_the_edge_alone(settings: DemoSettings) -> None:
    """There an installation can take it back (`HSTS_SECONDS=0`); browsers heed the first of two such headers."""
    given = {"environment": "production", "local_issuer_key_file": None}
    transport = httpx.ASGITransport(demo_app(settings.model_copy(update=given)))
    async with httpx.AsyncClient(transport=transport, base_url="https://tiendo.test") as client:
        for path in ("/public", "/api/v1/nothing", "/static/app.css"):
            assert "strict-transport-security" not in (await client.get(path)).headers, path

"""What a request with a token gets: who is asked for, the words of a refusal, and whether any may be sent at all."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from structlog.testing import capture_logs

from shared.access import ROLES
from shared.auth import COOKIE, SECURE_COOKIE, token_in, token_of

from ..web.conftest import DemoSettings, demo_app, settings_in
from .identity_provider import IdentityProvider
from .signing_key import CLAIMS, SigningKey

ANSWER = {"observations": [{"measure": "m", "value": "1"}], "reason": "because"}
# Of error_description, RFC 6750 section 3: neither quotation mark nor backslash nor anything that is no ASCII.
CHALLENGE = re.compile(
    r'Bearer error="(invalid_token|insufficient_scope)", error_description="[\x20\x21\x23-\x5b\x5d-\x7e]+"'
)


@pytest.fixture
def settings(tmp_path: Path, jwks_url: str) -> DemoSettings:
    given = {"jwks_url": jwks_url, "token_issuer": CLAIMS["iss"], "local_issuer_key_file": None}
    return settings_in(tmp_path).model_copy(update=given)


@pytest.fixture
async def client(settings: DemoSettings) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=demo_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test") as given:
        yield given


async def answer_to(client: httpx.AsyncClient, token: str | None, language: str = "en") -> httpx.Response:
    bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
    return await client.post("/api/v1/answers", json=ANSWER, headers={"Accept-Language": language} | bearer)


async def test_a_token_of_the_provider_is_taken(client: httpx.AsyncClient, key: SigningKey) -> None:
    assert (await answer_to(client, key.token())).status_code == 201


async def test_without_a_token_the_challenge_names_no_error(client: httpx.AsyncClient) -> None:
    answer = await answer_to(client, None)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_bad_token_is_told_in_the_challenge_and_in_words(client: httpx.AsyncClient, key: SigningKey) -> None:
    old = key.token(lifetime=-60)
    answer = await answer_to(client, old)
    assert answer.status_code == 401 and CHALLENGE.fullmatch(answer.headers["www-authenticate"])
    assert (
        answer.headers["www-authenticate"] == 'Bearer error="invalid_token", error_description="The token has expired"'
    )
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "The sign-in is not valid, or is over. Sign in again."
    assert (await answer_to(client, old, "vi")).json()["title"].startswith("Phiên đăng nhập không hợp lệ")


@pytest.mark.parametrize(
    ("claims", "code", "en", "vi"),
    [
        ({"role": "king"}, "no-role", "your account has no role", "tài khoản chưa có vai trò nào"),
        ({"role": ["head", "ops"]}, "several-roles", "several roles", "nhiều vai trò"),
        ({"unit": "SO_KHONG_CO"}, "no-unit", "belongs to no unit", "chưa gắn với đơn vị nào"),
        ({"unit": ["SO_Y_TE", "SO_NOI_VU"]}, "several-units", "several units", "nhiều đơn vị"),
    ],
)
async def test_a_valid_token_without_a_place_here_is_403_with_words_that_help(
    client: httpx.AsyncClient, key: SigningKey, claims: dict[str, Any], code: str, en: str, vi: str
) -> None:
    token = key.token(**claims)
    for language, words in (("en", en), ("vi", vi)):
        answer = await answer_to(client, token, language)
        challenge = CHALLENGE.fullmatch(answer.headers["www-authenticate"])
        assert answer.status_code == 403 and challenge and challenge[1] == "insufficient_scope"
        assert answer.json()["code"] == code and words in answer.json()["title"]
        assert code != "no-role" or ", ".join(ROLES) in answer.json()["title"]


async def test_a_browser_reads_it_on_a_page(client: httpx.AsyncClient, key: SigningKey) -> None:
    client.cookies.set(COOKIE, key.token(role="king"))
    with capture_logs() as logs:
        page = await client.get("/tasks?bad=maybe&x=1", headers={"Accept": "text/html"})
    assert page.status_code == 403 and "tài khoản chưa có vai trò nào" in page.text
    assert "Khi tài khoản đã được sửa, hãy đăng nhập lại" in page.text and "bằng vai trò khác" not in page.text
    assert len([line for line in logs if line["event"] == "bearer.rejected"]) == 1, "asked for thrice, judged once"


async def test_what_was_rejected_is_counted(client: httpx.AsyncClient, key: SigningKey) -> None:
    await answer_to(client, key.token(aud="another"))
    counted = 'tiendo_tokens_rejected_total{reason="audience",service="submissions"}'
    assert counted in (await client.get("/metrics")).text


async def test_readiness_follows_the_keys(
    client: httpx.AsyncClient, provider: IdentityProvider, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ready while there are good keys, degraded while the provider is away, failing without any."""
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert ready.json()["checks"]["keys"]["keys"] == 1 and provider.asked == 1

    monkeypatch.setattr("shared.auth.keys.provider_keys.FRESH_SECONDS", -1)
    monkeypatch.setattr("shared.auth.keys.provider_keys.RETRY_SECONDS", 0)
    await provider.stop()
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    found = ready.json()["checks"]["keys"]
    assert (found["ok"], found["degraded"], found["keys"]) == (True, True, 1) and "ConnectError" in found["error"]
    assert (await answer_to(client, key.token())).status_code == 201

    monkeypatch.setattr("shared.auth.keys.provider_keys.KEPT_SECONDS", -1)
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "failing")
    answer = await answer_to(client, key.token(n=1))
    assert (answer.status_code, answer.json()["code"]) == (503, "sign-in-unavailable")
    assert int(answer.headers["retry-after"]) > 0 and "www-authenticate" not in answer.headers
    assert (await client.get("/healthz")).status_code == 200, "a restart would mend nothing"


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, ""),
        ({"Authorization": "Bearer  a.b.c "}, "a.b.c"),
        ({"Authorization": "bearer a.b.c", "Cookie": f"{COOKIE}=x.y.z"}, "a.b.c"),
        ({"Authorization": "Basic YTpi", "Cookie": f"{COOKIE}=x.y.z"}, "x.y.z"),
        ({"Cookie": f"{COOKIE}=x.y.z"}, "x.y.z"),
    ],
)
def test_the_token_of_a_request_is_what_was_sent(headers: dict[str, str], token: str) -> None:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    assert token_of(Request({"type": "http", "headers": raw})) == token


def test_over_https_only_the_cookie_of_this_host_alone_is_a_token() -> None:
    """Any sibling host of the province, or whoever answers for one by http, could set the plain name for ours."""
    planted = [(b"cookie", f"{COOKIE}=planted".encode())]
    ours = [(b"cookie", f"{COOKIE}=planted; {SECURE_COOKIE}=ours".encode())]
    assert [token_in({"type": "http", "scheme": "https", "headers": sent}) for sent in (planted, ours)] == ["", "ours"]
    assert token_in({"type": "http", "scheme": "http", "headers": ours}) == "planted", "no browser keeps the other name"

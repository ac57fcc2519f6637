"""Pages are Vietnamese unless a person chose otherwise; the API follows Accept-Language."""

import httpx
import pytest

from shared.web.language import preferred

ENGLISH = "en-US,en;q=0.9"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"),
        ("en", "en"),
        ("en-US,vi;q=0.9", "en"),
        ("vi,en", "vi"),
        ("fr", "vi"),
        ("*,en;q=0.5", "vi"),
        ("en;q=x", "vi"),
    ],
)
def test_preferred_language(header: str, language: str) -> None:
    assert preferred(header) == language


@pytest.mark.parametrize(
    ("path", "accept", "cookie", "language"),
    [
        ("/public", "text/html", "", "vi"),
        ("/sign-in", "text/html", "", "vi"),
        ("/nothing", "text/html", "", "vi"),
        ("/broken", "text/html", "", "vi"),
        ("/public", "text/html", "lang=en", "en"),
        ("/nothing", "text/html", "lang=en", "en"),
        ("/public", "text/html", "lang=fr", "vi"),
        ("/nothing", "application/json", "", "en"),
        ("/broken", "*/*", "", "en"),
        ("/api/v1/nothing", "text/html", "", "en"),
        ("/api/v1/things/x", "application/json", "", "en"),
        ("/api/v1/things/x", "application/json", "lang=vi", "vi"),
    ],
)
async def test_who_is_answered_in_which_language(
    quiet_client: httpx.AsyncClient, path: str, accept: str, cookie: str, language: str
) -> None:
    headers = {"Accept": accept, "Accept-Language": ENGLISH, **({"Cookie": cookie} if cookie else {})}
    answer = await quiet_client.get(path, headers=headers)
    assert answer.headers["content-language"] == language

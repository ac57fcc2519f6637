"""Forged requests: a page elsewhere must not be able to act with the cookie of a person who is signed in here.

Browsers tell where a request comes from (Fetch Metadata `Sec-Fetch-Site`, and `Origin` on every POST); scripts cannot
change either. A Bearer token excuses only a request that shows no browser: a proxy may add one to what a browser sends.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.auth import COOKIE, SECURE_COOKIE
from shared.errors import Problem
from shared.web.texts import text

FORGED = "forged-request"
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class ForgeryCheck:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE and forged(Headers(scope=scope)):
            raise forged_request()
        await self.app(scope, receive, send)


def forged(headers: Headers) -> bool:
    """With our cookie the origin must be shown to be ours; without it, it must not be shown to be another's."""
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None:
        return site != "same-origin"
    if origin is not None:
        return urlsplit(origin).netloc != headers.get("host", "")
    if headers.get("authorization", "").lower().startswith("bearer "):
        return False
    return not {COOKIE, SECURE_COOKIE}.isdisjoint(cookie_parser(headers.get("cookie", "")))


def forged_request() -> Problem:
    return Problem(403, FORGED, text("web.refused.forged"))

"""`?lang=en` on a page keeps the choice in the cookie and goes to the same page without it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.language import COOKIE, COOKIE_SECONDS, known, without_choice


class LanguageSwitch:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and b"lang=" in scope["query_string"]:
            request = Request(scope)
            choice = known(request.query_params.get(COOKIE))
            if choice and not scope["path"].startswith("/api/"):
                rest = without_choice(request.url.query)
                # one slash: a path that begins with two would be read as another host
                path = "/" + request.url.path.lstrip("/\\")
                response = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
                secure = scope["scheme"] == "https"
                response.set_cookie(COOKIE, choice, max_age=COOKIE_SECONDS, path="/", samesite="lax", secure=secure)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)

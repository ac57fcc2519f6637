"""What every answer carries, and that an unexpected error tells nothing but its trace id."""

import logging
import ssl
import time

from opentelemetry import trace
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Problem
from shared.metrics import HTTP_SECONDS
from shared.web.middleware.content_policy import content_security_policy
from shared.web.middleware.trace import trace_id
from shared.web.problem.answer import answer
from shared.web.problem.handlers import of_status
from shared.web.texts import text

log = logging.getLogger(__name__)
# No inline script or style: widths of bars are SVG attributes. Referrer "same-origin", since "no-referrer" would
# make browsers send `Origin: null` with our own forms, which the check against forged requests refuses.
DEFAULTS = {
    "Cache-Control": "no-store",  # what is the same for everybody says otherwise itself
    "Vary": "Accept, Accept-Language, Cookie",
    "Content-Security-Policy": content_security_policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
RETRY = {"Retry-After": "1"}
DEFAULT_HEADERS = [(name.lower().encode(), value.encode()) for name, value in DEFAULTS.items()]


class Guard:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(message, trace_id(scope))
            await send(message)

        try:
            await self.app(scope, receive, send_guarded)
        except Exception as error:
            if status:
                raise
            problem = error if isinstance(error, Problem) else _unexpected(error, scope)
            response = await answer(Request(scope, receive), problem)
            await response(scope, receive, send_guarded)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            HTTP_SECONDS.labels(scope["method"], route, str(status)).observe(time.perf_counter() - started)


def _complete(message: Message, trace: str) -> None:
    headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
    present = {name.lower() for name, _ in headers}
    headers += [pair for pair in DEFAULT_HEADERS if pair[0] not in present]
    headers.append((b"x-trace-id", trace.encode()))
    message["headers"] = headers


def _unexpected(error: Exception, scope: Scope) -> Problem:
    if isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", "")).startswith("22"):
        return Problem(400, "unstorable", text("web.refused.unstorable"))
    if is_unavailable(error):
        log.warning("unavailable at %s %s: %r", scope["method"], scope["path"], error)
        return of_status(503, headers=RETRY)
    log.error("unexpected error at %s %s", scope["method"], scope["path"], exc_info=error)
    span = trace.get_current_span()
    span.set_attribute("error.type", type(error).__name__)
    span.set_status(trace.StatusCode.ERROR, type(error).__name__)
    return of_status(500)


def is_unavailable(error: Exception) -> bool:
    """Whether the database is away, not our code wrong: no connection, none free, the server stops or starts, or it
    does not let us in while a password or a certificate is changed.

    SQLSTATE classes: 08 connection, 28 authorization, 53 resources, 57 operator intervention.
    """
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return error.connection_invalidated or state[:2] in ("08", "28", "53", "57")
    return isinstance(error, ConnectionError | TimeoutError | PoolTimeout | ssl.SSLError)

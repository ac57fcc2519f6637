"""What a path answers to: HEAD as GET without a body, OPTIONS with the list, 304 for what the client already has.

RFC 9110 sections 9.3.2 (HEAD), 9.3.7 (OPTIONS), 10.2.1 (Allow), 13.1.2 (If-None-Match). No answer carries a header of
CORS: pages and scripts of other origins read nothing here, and what is asked for in advance is not granted.
"""

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.etag import tags_of
from shared.web.middleware.allowed import allowed_methods, paths_like_ids
from shared.web.problem.handlers import of_status


class Methods:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"] if scope["type"] == "http" else ""
        if method == "OPTIONS" and (allowed := allowed_methods(scope["app"], scope["path"])):
            await Response(None, 204, {"Allow": allowed})(scope, receive, send)
            return
        if method:
            _refuse_as_id(scope["app"], method, scope["path"])
        if method == "HEAD":
            asked = {**scope, "method": "GET"}  # the server itself must go on seeing HEAD
            await self.app(asked, receive, _without_body(send))
            scope["route"] = asked.get("route")
        elif method == "GET" and (known := Headers(scope=scope).get("if-none-match")):
            await self.app(scope, receive, _unless_known(send, known))
        else:
            await self.app(scope, receive, send)


def _refuse_as_id(app: FastAPI, method: str, path: str) -> None:
    """Raises Problem 405, where the framework would ask another route for an id of this name."""
    if path in paths_like_ids(app) and method not in (allowed := allowed_methods(app, path)).split(", "):
        raise of_status(405, headers={"Allow": allowed})


def _without_body(send: Send) -> Send:
    async def head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return head


def _unless_known(send: Send, known: str) -> Send:
    """304 without a body in place of a 200 whose tag the client names."""
    cut = False

    async def conditional(message: Message) -> None:
        nonlocal cut
        if message["type"] == "http.response.start" and message["status"] == 200:
            tag = Headers(raw=list(message["headers"])).get("etag", "")
            if cut := bool(tag) and (known.strip() == "*" or bool(tags_of(tag) & tags_of(known))):
                kept = [
                    pair for pair in message["headers"] if pair[0].lower() not in (b"content-length", b"content-type")
                ]
                message = {**message, "status": 304, "headers": kept}
        elif message["type"] == "http.response.body" and cut:
            message = {**message, "body": b""}
        await send(message)

    return conditional

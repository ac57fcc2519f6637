"""The route of reports: what is as it mostly is gets read by hand.

FastAPI solves for each request which parameter comes from where, for a third of what the whole shell costs. It still
documents the route, and judges whatever is not ordinary, so that every refusal of a request's form is its own.
"""

import re
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from submissions.http.bodies import SubmissionBody
from submissions.http.context import context_of, reporter
from submissions.http.illustrative import HEADER, MAX_LENGTH

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SubmitRoute(APIRoute):
    """Calls the endpoint with what its signature asks for. What comes before every route has nothing to do for it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint, judged = self.endpoint, super().get_route_handler()

        async def handle(request: Request) -> Response:
            obligation_id, illustrative = request.path_params["obligation_id"], request.headers.get(HEADER)
            raw = await ordinary_json(request)
            if raw is None or not ID.fullmatch(obligation_id) or len(illustrative or "") > MAX_LENGTH:
                return await judged(request)
            person = await reporter(request)
            answer: Response = await endpoint(
                await context_of(request),
                person,
                UUID(obligation_id),
                SubmissionBody.model_validate(raw),
                request,
                request.headers.get("If-Match"),
                illustrative,
            )
            return answer

        return handle


async def ordinary_json(request: Request) -> dict[str, Any] | None:
    """The body that is an object; None for any other, or where the client went. Whoever reads it again gets the
    same."""
    try:
        raw = await request.json()
    except (ValueError, ClientDisconnect):
        return None
    return raw if isinstance(raw, dict) else None

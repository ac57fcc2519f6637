"""Everything that a route or the framework raises becomes a Problem."""

from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import MOST_FAULTS, Problem, invalid
from shared.text import Fault, Text
from shared.web.middleware.allowed import allowed_methods
from shared.web.problem.answer import answer, wants_page
from shared.web.problem.refusal import note_refusal
from shared.web.problem.validation import faults, page_faults
from shared.web.texts import text, texts


def install(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> Response:
        note_refusal(request, error, str(getattr(request.scope.get("route"), "path", "")))
        return await answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def on_validation(request: Request, error: RequestValidationError) -> Response:
        told = error.errors()[:MOST_FAULTS]
        found, more = faults(told), len(error.errors()) - len(told)
        if any(fault.code == "json-invalid" for fault in found):
            return await answer(request, Problem(400, "json-invalid", text("web.status.400"), found))
        page = not request.url.path.startswith("/api/")
        if page and found and all(fault.pointer.startswith("/path/") for fault in found):
            return await answer(request, of_status(404))  # a mistyped address
        return await answer(request, invalid(page_faults(told) if wants_page(request) else found, more=more))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        # FastAPI hides what reading the body raised (our size limit) behind a 400 of its own.
        if isinstance(error.__cause__, Problem):
            return await answer(request, error.__cause__)
        headers = error.headers
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:  # the framework names those of one route only
            headers = {"Allow": allowed_methods(request.app, request.url.path)}
        return await answer(request, of_status(error.status_code, str(error.detail), headers))


def of_status(status: int, detail: str = "", headers: object = None) -> Problem:
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "-").replace("'", "")
    told = [Fault(code, "", Text(detail, detail))] if detail and detail != phrase else []
    given = dict(headers) if isinstance(headers, dict) else {}
    key = f"web.status.{status}"
    title = text(key) if key in texts() else Text(phrase, phrase)
    return Problem(status, code, title, told, headers=given)

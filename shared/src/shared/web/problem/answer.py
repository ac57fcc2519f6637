"""A Problem as the asker can read it: a page for a browser, JSON for everything else."""

import json
import logging
from contextlib import suppress
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.auth import person_of
from shared.errors import Problem
from shared.web.language import language_of_api
from shared.web.middleware.csrf import FORGED
from shared.web.middleware.rate_limit import is_free
from shared.web.middleware.trace import trace_id
from shared.web.problem.document import MEDIA_TYPE, document
from shared.web.shell.kept_form import KeptForm, is_resumed, kept_form, safe_path
from shared.web.shell.page import page
from shared.web.shell.sign_in import sign_in_page

FORBIDDEN, TOO_MANY = 403, 429
log = logging.getLogger(__name__)


def wants_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


async def answer(request: Request, problem: Problem) -> Response:
    """Whoever is not signed in and asks for a page goes to the sign-in page, where there is one, and comes back.

    What such a person typed into a form is kept on that page, or on the problem's where there is none (`kept_form`);
    where it cannot be kept, the page says so and leads back to the form. So is a form that came back with a sign-in
    that may not send it.
    """
    if not wants_page(request):
        return _json(request, problem)
    sent = await kept_form(request) if await _loses_a_form(request, problem) else None
    kept, lost = (sent, None) if isinstance(sent, KeptForm) else (None, sent)
    if problem.status == 401 and request.app.state.settings.local_issuer_key_file:
        if sent:
            next_page = lost.page if lost else "/"
            asked = sign_in_page(request, problem.status, kept=kept, lost=lost is not None, next_page=next_page)
            asked.headers.update(problem.headers)
            return asked
        return RedirectResponse(f"/sign-in?next={quote(_here(request), safe='')}", 303)
    try:
        if not is_free(request.url.path) and problem.status != TOO_MANY:  # a token that is not counted is not judged
            with suppress(Problem):  # the header names the person where there is one
                await person_of(request)
        rendered: Response = page(request, "problem.html", problem.status, problem=problem, kept=kept, lost=lost)
    except Exception:
        log.exception("the error page itself failed")
        rendered = HTMLResponse(f"<h1>{problem.status}</h1><p>{trace_id(request.scope)}</p>", problem.status)
    rendered.headers.update(problem.headers)
    return rendered


async def _loses_a_form(request: Request, problem: Problem) -> bool:
    """No sign-in, or another one than before: what was typed is carried on. Never that of a forged request."""
    if problem.status == FORBIDDEN and problem.code != FORGED:
        with suppress(HTTPException, Problem, RuntimeError):  # no form after all
            return await is_resumed(request)
    return problem.status == 401


def _json(request: Request, problem: Problem) -> Response:
    spoken = language_of_api(request)
    content = document(problem, spoken, instance=request.url.path, trace_id=trace_id(request.scope))
    headers = {**problem.headers, "Content-Language": spoken, "Cache-Control": "no-store"}
    body = json.dumps(content, ensure_ascii=False, default=str)
    return Response(body, problem.status, headers, media_type=MEDIA_TYPE)


def _here(request: Request) -> str:
    """Where to come back to: the page, or for a form that was sent the page it stood on is unknown, so home."""
    if request.method != "GET":
        return "/"
    return safe_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""))

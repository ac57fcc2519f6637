"""`/`: the page that somebody's work begins with, on whichever service it was asked for."""

from contextlib import suppress

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

from shared.auth import person_of
from shared.errors import Problem
from shared.web.shell.navigation import START
from shared.web.shell.page import service_url

router = APIRouter(include_in_schema=False)


@router.get("/")
async def start(request: Request) -> RedirectResponse:
    """By role; who is not signed in goes to sign-in where there is one, and comes back here."""
    state = request.app.state
    person = None
    with suppress(Problem):  # an expired token: no one
        person = await person_of(request)
    if person is None:
        signs_in_here = state.settings.local_issuer_key_file is not None
        return RedirectResponse("/sign-in" if signs_in_here else state.place.home, 303)
    service, path = START[person.role]
    return RedirectResponse(service_url(state.settings.service_urls, state.place.service, service, path), 307)

"""A line of the log for each call that somebody known was refused."""

from http import HTTPStatus

from starlette.requests import Request

from shared.access import Person
from shared.errors import Problem
from shared.security_log import security_event


def note_refusal(request: Request, problem: Problem, route: str) -> None:
    """`route`: its template. A token that was not taken has its line already (`bearer.rejected`)."""
    person = getattr(request.state, "bearer", None)
    if problem.status == HTTPStatus.FORBIDDEN and isinstance(person, Person):
        security_event("security.call-refused", person, method=request.method, route=route, code=problem.code)

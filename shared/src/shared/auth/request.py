"""Who asks, of a request: the bearer token (RFC 6750) or the cookie of the sign-in page."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from shared.access import Person, Role
from shared.auth.verifier import TokenVerifier
from shared.errors import Problem, forbidden
from shared.text.texts import text

COOKIE = "tiendo_token"


def token_of(request: Request) -> str:
    """The token of a request as it was sent, "" when there is none. To be passed on to our own services only."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(COOKIE, "")
    return token.strip()


async def person_of(request: Request) -> Person | None:
    """The person of a request, from `Authorization: Bearer` or the sign-in cookie; None when neither is there.

    Raises the `Problem` of a token that is not taken. A request asks this more than once; the token is judged once.
    """
    token = token_of(request)
    if not token:
        return None
    known = getattr(request.state, "person", None)
    if isinstance(known, Person):
        return known
    refused = getattr(request.state, "refused", None)
    if isinstance(refused, Problem):
        raise refused
    verifier: TokenVerifier = request.app.state.verifier
    try:
        person = await verifier.person(token)
    except Problem as problem:
        request.state.refused = problem
        raise
    request.state.person = person
    return person


def require(*roles: Role) -> Callable[[Request], Awaitable[Person]]:
    """A FastAPI dependency: `person: Annotated[Person, Depends(require("coordinator"))]`. No role means any role."""

    async def dependency(request: Request) -> Person:
        person = await person_of(request)
        if person is None:
            raise unauthorized()
        if roles and person.role not in roles:
            raise forbidden(text("problem.other_role"))
        return person

    return dependency


def unauthorized() -> Problem:
    """401 for a request without a token: no `error` in the header then (RFC 6750 section 3.1)."""
    return Problem(401, "unauthorized", text("problem.sign_in"), headers={"WWW-Authenticate": "Bearer"})

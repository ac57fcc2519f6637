"""Who asks, of a request: the bearer token (RFC 6750) or the cookie of the sign-in page."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.types import Scope

from shared.access import Person, Role
from shared.auth.standing import Standing
from shared.auth.verifier import TokenVerifier
from shared.errors import Problem, forbidden
from shared.text.texts import text

COOKIE = "tiendo_token"
SECURE_COOKIE = f"__Host-{COOKIE}"


def cookie_name(scope: Scope) -> str:
    """Over https the one that a browser takes from this host alone: neither a sibling host nor anybody on the way can
    put another in its place. Without https browsers take no such name."""
    return SECURE_COOKIE if scope.get("scheme") == "https" else COOKIE


def token_in(scope: Scope) -> str:
    """The token of a request as it was sent, "" when there is none. To be passed on to our own services only."""
    headers = Headers(scope=scope)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = cookie_parser(headers.get("cookie", "")).get(cookie_name(scope), "")
    return token.strip()


def token_of(request: Request) -> str:
    return token_in(request.scope)


async def person_of(request: Request) -> Person | None:
    """The person of a request, from `Authorization: Bearer` or the sign-in cookie; None when neither is there.

    Raises the `Problem` of a token that is not taken, or of a unit that may not act in the role today. A request asks
    this more than once; it is judged once.
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
    standing: Standing = request.app.state.standing
    try:
        person = await verifier.person(token)
        request.state.bearer = person
        standing.check(person)
    except Problem as problem:
        request.state.refused = problem
        raise
    request.state.person = person
    return person


@dataclass(frozen=True, slots=True)
class Required:
    """What `require` gives. `roles` are read at the start, too: `shared.auth.rights.check`."""

    roles: tuple[Role, ...]

    async def __call__(self, request: Request) -> Person:
        person = await person_of(request)
        if person is None:
            raise unauthorized()
        if self.roles and person.role not in self.roles:
            raise forbidden(text("problem.other_role"))
        return person


def require(*roles: Role) -> Required:
    """A FastAPI dependency: `person: Annotated[Person, Depends(require("coordinator"))]`. No role means any role."""
    return Required(roles)


def unauthorized() -> Problem:
    """401 for a request without a token: no `error` in the header then (RFC 6750 section 3.1)."""
    return Problem(401, "unauthorized", text("problem.sign_in"), headers={"WWW-Authenticate": "Bearer"})

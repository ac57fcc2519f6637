"""Who asks: OAuth 2 bearer tokens (JWT) checked against a JWKS. Locally, a key of this machine issues them."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import jwt
import structlog
from jwt import PyJWK, PyJWKClient, PyJWKSet
from starlette.requests import Request

from shared.access import ROLES, Person, Role
from shared.errors import Problem, forbidden
from shared.settings import ServiceSettings
from shared.text.texts import text

log = structlog.get_logger()
COOKIE = "tiendo_token"
ALGORITHMS = ("ES256", "RS256", "EdDSA")
LEEWAY_SECONDS = 30
LOCAL_TOKEN_SECONDS = 12 * 3600
MAX_TOKEN_CHARACTERS = 8192
MAX_KNOWN_TOKENS = 10_000
KNOWN_SECONDS = 60  # so that a key taken out of the JWKS stops working within a minute


class TokenVerifier:
    """Checks signature, issuer, audience, expiry and role. The keys come from a file or from a URL, cached."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._remote = PyJWKClient(settings.jwks_url, lifespan=KNOWN_SECONDS, timeout=5) if settings.jwks_url else None
        self._local: tuple[float, PyJWKSet] | None = None
        # A signature costs 0.2 ms to check and a client sends the same token with each request.
        self._known: dict[str, tuple[float, Person]] = {}

    async def person(self, token: str) -> Person:
        """The person a token speaks for. Raises a 401 `Problem` without saying more than that it is not valid."""
        expires_at, known = self._known.get(token, (0.0, None))
        if known and time.time() < expires_at:
            return known
        try:
            if len(token) > MAX_TOKEN_CHARACTERS:
                raise jwt.InvalidTokenError("too long")
            key = await self._key(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._settings.token_audience,
                issuer=self._settings.token_issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWKClientConnectionError, OSError) as error:
            log.error("jwks.unreachable", error=repr(error)[:300])
            raise Problem(503, "sign-in-unavailable", text("problem.no_provider")) from error
        except (jwt.PyJWTError, ValueError, KeyError) as error:
            raise unauthorized() from error
        role, unit = claims.get("role"), claims.get("unit")
        if role not in ROLES or not isinstance(unit, str) or not 0 < len(unit) <= 80:
            raise unauthorized()
        person = Person(role, unit, str(claims["sub"])[:200])
        if len(self._known) >= MAX_KNOWN_TOKENS:
            self._known.clear()
        self._known[token] = (min(float(claims["exp"]), time.time() + KNOWN_SECONDS), person)
        return person

    async def _key(self, token: str) -> PyJWK:
        if self._remote:
            return await asyncio.to_thread(self._remote.get_signing_key_from_jwt, token)
        if not self._settings.jwks_file:
            raise jwt.InvalidTokenError("no JWKS_URL and no JWKS_FILE")
        changed = self._settings.jwks_file.stat().st_mtime
        if not self._local or self._local[0] != changed:
            self._local = changed, PyJWKSet.from_dict(json.loads(self._settings.jwks_file.read_bytes()))
        return self._local[1][jwt.get_unverified_header(token).get("kid", "")]


def unauthorized() -> Problem:
    return Problem(401, "unauthorized", text("problem.sign_in"), headers={"WWW-Authenticate": "Bearer"})


async def person_of(request: Request) -> Person | None:
    """The person of a request, from `Authorization: Bearer` or the sign-in cookie; None when neither is there."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    known = getattr(request.state, "person", None)
    if isinstance(known, Person):
        return known
    verifier: TokenVerifier = request.app.state.verifier
    request.state.person = await verifier.person(token.strip())
    person: Person = request.state.person
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


def issue_local_token(settings: ServiceSettings, role: Role, unit: str) -> str:
    """A token signed with this machine's own key. Only where `local_issuer_key_file` is set, never in production."""
    if settings.local_issuer_key_file is None or settings.environment == "production":
        raise RuntimeError("this process issues no tokens")
    now = int(time.time())
    claims = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": f"local:{role}:{unit}",
        "role": role,
        "unit": unit,
        "iat": now,
        "exp": now + LOCAL_TOKEN_SECONDS,
    }
    return jwt.encode(claims, settings.local_issuer_key_file.read_bytes(), algorithm="ES256", headers={"kid": "local"})

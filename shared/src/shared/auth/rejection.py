"""Why a token is not taken: for the log and the metric a code, for whoever sent it an answer (RFC 6750 section 3.1)."""

from contextlib import suppress
from typing import Any, Literal

import jwt
import structlog

from shared.access import ROLES
from shared.errors import Problem
from shared.metrics import TOKENS_REJECTED
from shared.text import Text
from shared.text.texts import text

Unauthenticated = Literal[
    "malformed", "algorithm", "no-kid", "unknown-key", "signature", "expired", "not-yet-valid",
    "issuer", "audience", "missing-claim", "token-type", "party",
]  # fmt: skip
Unassigned = Literal["no-role", "several-roles", "no-unit", "several-units"]
Reason = Unauthenticated | Unassigned

UNVERIFIED = "The token is malformed, or signed with no key of the identity provider"
DESCRIPTIONS: dict[Reason, str] = {
    "malformed": UNVERIFIED,
    "algorithm": "The token is signed with an algorithm that is not taken",
    "no-kid": "The header of the token names no key (kid)",
    "unknown-key": UNVERIFIED,
    "signature": UNVERIFIED,
    "expired": "The token has expired",
    "not-yet-valid": "The token is not valid yet",
    "issuer": "The token is from another issuer",
    "audience": "The token is for another audience",
    "missing-claim": "The token lacks one of exp, iss, aud, sub",
    "token-type": "The token is not an access token",
    "party": "The token was issued to a client that is not let in",
    "no-role": "The token has no role of this system",
    "several-roles": "The token has several roles of this system",
    "no-unit": "The token has no unit of the plan",
    "several-units": "The token has several units of the plan",
}
"""Of the characters that RFC 6750 allows: ASCII without quotation mark and backslash."""

# The first that fits: some are subclasses of others.
KINDS: tuple[tuple[type[Exception], Reason], ...] = (
    (jwt.InvalidSignatureError, "signature"),
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "not-yet-valid"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidAlgorithmError, "algorithm"),
    (jwt.InvalidKeyError, "algorithm"),
    (jwt.MissingRequiredClaimError, "missing-claim"),
)
MOST_SHOWN = 100
MOST_AUDIENCES = 5

log = structlog.get_logger()


class TokenRejected(Exception):
    """A token that is not taken, and why."""

    def __init__(self, reason: Reason, claim: str | None = None) -> None:
        """`claim` is where a role or a unit was looked for."""
        super().__init__(reason)
        self.reason = reason
        self.claim = claim

    def problem(self) -> Problem:
        """401 for a token that is not valid, 403 for a valid one of somebody who has no place here."""
        match self.reason:
            case "no-role" | "several-roles" | "no-unit" | "several-units" as code:
                return Problem(403, code, _words(code), headers=_challenge("insufficient_scope", code))
            case code:
                words = text("problem.invalid_token")
                return Problem(401, "unauthorized", words, headers=_challenge("invalid_token", code))


def reason_of(error: Exception) -> Reason:
    """Of what the checks of PyJWT raise."""
    return next((reason for kind, reason in KINDS if isinstance(error, kind)), "malformed")


def record_rejection(rejected: TokenRejected, token: str, service: str, now: float) -> None:
    """One line and one count. `now` in seconds since 1970. Never the token, its signature or whom it names."""
    TOKENS_REJECTED.labels(service, rejected.reason).inc()
    looked_at = {"claim": rejected.claim} if rejected.claim else {}
    log.warning("bearer.rejected", reason=rejected.reason, **looked_at, **_described(token, now))


def _described(token: str, now: float) -> dict[str, Any]:
    """What an unverified token says of itself, as far as it can be read: whoever sent it chose these words."""
    said: dict[str, Any] = {}
    with suppress(jwt.PyJWTError, ValueError, RecursionError):
        header = jwt.get_unverified_header(token)
        said |= {name: _short(header[name]) for name in ("kid", "alg") if name in header}
        claims = jwt.decode(token, options={"verify_signature": False})
        said |= {key: _short(claims[name]) for name, key in (("iss", "issuer"), ("aud", "audience")) if name in claims}
        for name, key in (("iat", "age_seconds"), ("exp", "expired_seconds")):
            if type(claims.get(name)) is int:
                said[key] = int(now) - claims[name]
    return said


def _short(value: object) -> Any:
    if isinstance(value, list):
        return [_short(each) for each in value[:MOST_AUDIENCES] if isinstance(each, str)]
    return value[:MOST_SHOWN] if isinstance(value, str) else type(value).__name__


def _words(reason: Unassigned) -> Text:
    match reason:
        case "no-role":
            return text("problem.no_role", roles=", ".join(ROLES))
        case "several-roles":
            return text("problem.several_roles")
        case "no-unit":
            return text("problem.no_unit")
        case "several-units":
            return text("problem.several_units")


def _challenge(error: str, reason: Reason) -> dict[str, str]:
    return {"WWW-Authenticate": f'Bearer error="{error}", error_description="{DESCRIPTIONS[reason]}"'}

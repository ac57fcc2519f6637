"""Who asks: OAuth 2 bearer tokens (JWT) checked against a JWKS. Locally, a key of this machine issues them."""

from shared.auth.local_token import LOCAL_TOKEN_SECONDS, issue_local_token
from shared.auth.request import COOKIE, SECURE_COOKIE, cookie_name, person_of, require, token_in, token_of
from shared.auth.standing import Standing, coordinator, unfit
from shared.auth.verifier import TokenVerifier

__all__ = [
    "COOKIE",
    "LOCAL_TOKEN_SECONDS",
    "SECURE_COOKIE",
    "Standing",
    "TokenVerifier",
    "cookie_name",
    "coordinator",
    "issue_local_token",
    "person_of",
    "require",
    "token_in",
    "token_of",
    "unfit",
]

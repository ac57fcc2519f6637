"""Which tokens of a provider are for us: access tokens, given to a client that is let in.

One provider signs many kinds with one key: an ID token tells a client who signed in, a logout token that somebody
left, a refresh token goes back to the provider. Who holds one of these has not been given our data to read (RFC 8725,
3.11 and 3.12; RFC 9068, 2.1 and 4).
"""

from collections.abc import Collection, Mapping
from typing import Any

from shared.auth.rejection import TokenRejected

HEADER_TYPES = ("", "jwt", "at+jwt")
"""`at+jwt` is RFC 9068's; Keycloak and Entra ID still write JWT, some providers nothing."""
CLAIMED_TYPES = ("", "bearer")
"""Keycloak's claim `typ`: Bearer, ID, Refresh, Offline, Logout."""
OF_ID_TOKENS = ("nonce", "at_hash", "c_hash")
"""OpenID Connect Core 2 and 3.3.2.11. Keycloak up to 24 writes `nonce` into its access tokens, too."""
PARTIES = ("azp", "client_id", "appid", "cid")
"""To whom a token was issued: Keycloak and OpenID Connect, RFC 9068, Entra ID's first version, Okta."""


def check_kind(header: Mapping[str, Any], claims: Mapping[str, Any], parties: Collection[str]) -> None:
    """Raises TokenRejected. No `parties`: every client of the provider that gets tokens for our audience is let in."""
    written = _text(header.get("typ")).removeprefix("application/")
    claimed = _text(claims.get("typ"))
    if written not in HEADER_TYPES or claimed not in CLAIMED_TYPES:
        raise TokenRejected("token-type")
    says_so = written == "at+jwt" or claimed == "bearer"
    if not says_so and any(name in claims for name in OF_ID_TOKENS):
        raise TokenRejected("token-type")
    if parties and not any(claims.get(name) in parties for name in PARTIES if isinstance(claims.get(name), str)):
        raise TokenRejected("party")


def _text(given: object) -> str:
    return given.strip().lower() if isinstance(given, str) else "" if given is None else "?"

"""Tokens that this machine signs for itself, where there is no identity provider."""

import time

import jwt

from shared.access import Role
from shared.settings import ServiceSettings

LOCAL_TOKEN_SECONDS = 12 * 3600


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

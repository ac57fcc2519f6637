"""The local token issuer: one EC key, its public half as a JWKS file, and tokens signed with it.

For one machine only: in production tokens come from the province's OpenID Connect provider, and the services refuse
this key there.
"""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tiendo_local.console import LocalFault
from tiendo_local.workspace import write_private

ISSUER = "tiendo-local"
AUDIENCE = "tiendo"
LIFETIME = timedelta(hours=12)
KEY_ID = "local"  # the name under which the services' own sign-in page signs, too


class Issuer:
    """Key and JWKS below `folder`; made at the first use, then kept."""

    def __init__(self, folder: Path) -> None:
        self.key_file = folder / "key.pem"
        self.jwks_file = folder / "jwks.json"
        if not self.key_file.exists():
            fresh = ec.generate_private_key(ec.SECP256R1())
            pem = fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_private(self.key_file, pem.decode())
        key = load_pem_private_key(self.key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise LocalFault(f"{self.key_file} is not a P-256 key. Remove it: a new one is made.")
        self._key = key
        self.jwk = _public_jwk(key)
        text = json.dumps({"keys": [self.jwk]}, indent=1) + "\n"
        if not self.jwks_file.exists() or self.jwks_file.read_text(encoding="utf-8") != text:
            write_private(self.jwks_file, text)

    def token(self, role: str, unit: str, *, subject: str | None = None, now: datetime | None = None) -> str:
        """A signed JWT (ES256) for 12 hours. Raises LocalFault for a role there is not."""
        known = roles()
        if role not in known:
            raise LocalFault(f"There is no role `{role}`. Roles: {', '.join(known)}.")
        issued = now or datetime.now(UTC)
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject or f"local:{role}:{unit}",
            "role": role,
            "unit": unit,
            "iat": int(issued.timestamp()),
            "exp": int((issued + LIFETIME).timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": KEY_ID})


def roles() -> tuple[str, ...]:
    """The roles the services know."""
    from shared.access import Role

    return tuple(get_args(Role))


def _public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """RFC 7517 and RFC 7518, section 6.2.1."""
    numbers = key.public_key().public_numbers()
    members = {"kty": "EC", "crv": "P-256", "x": _encode(numbers.x), "y": _encode(numbers.y)}
    return {**members, "kid": KEY_ID, "use": "sig", "alg": "ES256"}


def _encode(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()

"""Keys of a provider that exists only here, and the tokens that it signs."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

CLAIMS: dict[str, Any] = {"iss": "https://id.example", "aud": "tiendo", "sub": "s-1"}
OURS: dict[str, Any] = {"role": "reporter", "unit": "SO_Y_TE"}
PRIVATE = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@dataclass
class SigningKey:
    kid: str
    algorithm: str = "ES256"
    private: Any = field(init=False)

    def __post_init__(self) -> None:
        self.private = PRIVATE[self.algorithm]()

    def jwk(self, **changed: Any) -> dict[str, Any]:
        """Its public half. A member that is None is left out."""
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        public: Any = json.loads(type(algorithm).to_jwk(self.private.public_key()))
        return _present(public | {"kid": self.kid, "alg": self.algorithm, "use": "sig"} | changed)

    def token(self, header: dict[str, Any] | None = None, lifetime: int = 60, **claims: Any) -> str:
        """Of a reporter, unless told otherwise. A claim or a member of the header that is None is left out."""
        now = int(time.time())
        said = CLAIMS | OURS | {"iat": now, "exp": now + lifetime} | claims
        given = {"kid": self.kid} | (header or {})
        return jwt.encode(_present(said), self.private, algorithm=self.algorithm, headers=_present(given))


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}

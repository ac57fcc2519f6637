"""Which keys are believed: one JSON file, the same for all services and for everybody who checks events.

A JWK set (RFC 7517) of OKP keys (RFC 8037). Beside `kid`, each says whose it is (`source`) and of which times the
events are that it may sign (`nbf`, `exp`, in seconds as RFC 7519 has them).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.messaging.signing.ed25519 import PublicKey

TOLERANCE = timedelta(minutes=5)  # of the clocks of two machines


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """`begins` and `ends` bound the `time` of its events, tolerance included."""

    public: PublicKey
    source: str
    begins: datetime
    ends: datetime

    def covers(self, time: datetime) -> bool:
        return self.begins <= time <= self.ends


TrustedKeys = Mapping[bytes, TrustedKey]
"""By key id."""


class _Jwk(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    source: Annotated[str, Field(pattern=r"^/[a-z-]+$")]
    nbf: Annotated[int, Field(ge=0, le=32503680000)]
    exp: Annotated[int, Field(ge=0, le=32503680000)]


class _JwkSet(BaseModel):
    keys: Annotated[list[_Jwk], Field(min_length=1)]


def read_keys(content: bytes) -> TrustedKeys:
    """Raises ValueError: one key that cannot be read makes the whole file of no use."""
    try:
        found = _JwkSet.model_validate_json(content).keys
    except ValidationError as error:
        faults = [f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
        raise ValueError("; ".join(faults)[:500]) from None
    keys = {}
    for jwk in found:
        public = PublicKey.read(jwk.x)
        if jwk.kid != public.id.hex():
            raise ValueError(f"the key {jwk.kid} is {public.id.hex()}")
        if public.id in keys:
            raise ValueError(f"the key {jwk.kid} stands twice")
        begins, ends = (datetime.fromtimestamp(at, UTC) for at in (jwk.nbf, jwk.exp))
        keys[public.id] = TrustedKey(public, jwk.source, begins - TOLERANCE, ends + TOLERANCE)
    return keys


def jwks_in(content: bytes) -> list[dict[str, str | int]]:
    """The entries of a set as they stand there. Raises ValueError."""
    read_keys(content)
    found: list[dict[str, str | int]] = json.loads(content)["keys"]
    return found


def jwk_of(public: PublicKey, source: str, begins: datetime, ends: datetime) -> dict[str, str | int]:
    """The entry of a key in the set."""
    return {
        **{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "x": public.text, "kid": public.id.hex()},
        **{"source": source, "nbf": int(begins.timestamp()), "exp": int(ends.timestamp())},
    }


def written(jwks: Iterable[Mapping[str, str | int]]) -> str:
    """The file."""
    return json.dumps({"keys": list(jwks)}, indent=1) + "\n"

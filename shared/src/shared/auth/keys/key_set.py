"""The keys that a provider signs tokens with: a JWKS (RFC 7517)."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Self

from jwt import PyJWK

from shared.auth.rejection import TokenRejected

ASYMMETRIC = ("RSA", "EC", "OKP")


class KeySet:
    """Public keys for signatures, by `kid`. Left out: keys for encryption, shared secrets, keys without a name."""

    def __init__(self, keys: Mapping[str, dict[str, Any]]) -> None:
        self._keys = keys

    @classmethod
    def parse(cls, written: bytes) -> Self:
        """Raises ValueError when no usable key is in it: a provider that signs has one."""
        document = json.loads(written)
        given = document.get("keys") if isinstance(document, dict) else None
        keys: dict[str, dict[str, Any]] = {}
        for key in given if isinstance(given, list) else ():
            if isinstance(key, dict) and isinstance(key.get("kid"), str) and _signs(key):
                keys.setdefault(key["kid"], key)
        if not keys:
            raise ValueError("no key for signatures in it")
        return cls(keys)

    @property
    def names(self) -> Collection[str]:
        return self._keys.keys()

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, kid: str) -> bool:
        return kid in self._keys

    def key(self, kid: str, algorithm: str) -> PyJWK:
        """Raises TokenRejected, and PyJWTError for an algorithm that the key is not made for.

        A key that names no algorithm (Entra ID) takes the token's: whoever asks has checked that it is one of ours.
        """
        if kid not in self._keys:
            raise TokenRejected("unknown-key")
        key = self._keys[kid]
        if key.get("alg", algorithm) != algorithm:
            raise TokenRejected("algorithm")
        return PyJWK(key, algorithm)


def _signs(key: Mapping[str, Any]) -> bool:
    return key.get("kty") in ASYMMETRIC and key.get("use", "sig") == "sig"

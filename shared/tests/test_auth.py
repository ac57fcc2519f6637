"""Who a token speaks for: keys that change, keys nobody knows, providers that do not answer."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from shared.auth import TokenVerifier
from shared.errors import Problem

from .messaging.conftest import ProbeSettings

CLAIMS: dict[str, Any] = {"iss": "tiendo-local", "aud": "tiendo", "sub": "s", "role": "reporter", "unit": "SO_Y_TE"}


def key_pair(kid: str) -> tuple[ec.EllipticCurvePrivateKey, dict[str, Any]]:
    private = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(private.public_key()))
    return private, {**public, "kid": kid, "alg": "ES256", "use": "sig"}


def token(private: ec.EllipticCurvePrivateKey, kid: str, **changed: Any) -> str:
    claims = CLAIMS | {"exp": int(time.time()) + 60} | changed
    return jwt.encode(claims, private, algorithm="ES256", headers={"kid": kid})


@pytest.fixture
def verifier(tmp_path: Path) -> Callable[..., TokenVerifier]:
    def make(*keys: dict[str, Any]) -> TokenVerifier:
        file = tmp_path / "jwks.json"
        file.write_text(json.dumps({"keys": list(keys)}))
        return TokenVerifier(ProbeSettings(database_url="postgresql://x/y", environment="test", jwks_file=file))

    return make


async def status(verifier: TokenVerifier, text: str) -> int:
    try:
        await verifier.person(text)
        return 200
    except Problem as problem:
        return problem.status


async def test_what_a_token_must_have(verifier: Callable[..., TokenVerifier]) -> None:
    private, public = key_pair("a")
    known = verifier(public)
    assert await status(known, token(private, "a")) == 200
    for changed in (
        {"exp": int(time.time()) - 3600},
        {"iss": "elsewhere"},
        {"aud": "another"},
        {"role": "king"},
        {"unit": ""},
        {"unit": 7},
    ):
        assert await status(known, token(private, "a", **changed)) == 401
    assert await status(known, token(private, "unknown")) == 401
    assert await status(known, token(key_pair("a")[0], "a")) == 401
    assert await status(known, jwt.encode(CLAIMS | {"exp": time.time() + 60}, "", algorithm="none")) == 401
    assert await status(known, "x" * 10_000) == 401


async def test_a_key_taken_out_stops_working(
    verifier: Callable[..., TokenVerifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.auth.KNOWN_SECONDS", 0)
    old, new = key_pair("old"), key_pair("new")
    known = verifier(old[1])
    assert await status(known, token(old[0], "old")) == 200
    verifier(new[1])
    os.utime(known._settings.jwks_file or "", (1, 1))
    assert await status(known, token(old[0], "old")) == 401
    assert await status(known, token(new[0], "new")) == 200


@pytest.mark.usefixtures("outside")
async def test_a_provider_that_does_not_answer_is_no_sign_out() -> None:
    settings = ProbeSettings(
        database_url="postgresql://x/y",
        environment="test",
        jwks_url="http://127.0.0.1:1/jwks",
    )
    private, _ = key_pair("a")
    assert await status(TokenVerifier(settings), token(private, "a")) == 503

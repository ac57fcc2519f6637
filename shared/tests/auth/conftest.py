"""A provider with one key, a clock that stands, and a service that takes the provider's tokens."""

from collections.abc import AsyncIterator, Callable, Collection
from typing import Any

import httpx
import pytest

from shared.auth import TokenVerifier
from shared.errors import Problem

from ..messaging.conftest import ProbeSettings
from .identity_provider import IdentityProvider
from .signing_key import CLAIMS, SigningKey

UNITS = ("SO_Y_TE", "24615@2025-07-01", "DAK_NONG")
VerifierFactory = Callable[..., TokenVerifier]


class StandingClock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def standing() -> StandingClock:
    return StandingClock()


@pytest.fixture
def key() -> SigningKey:
    return SigningKey("first")


@pytest.fixture
async def provider(outside: None, key: SigningKey) -> AsyncIterator[IdentityProvider]:
    async with IdentityProvider(key) as started:
        yield started


@pytest.fixture
async def jwks_url(provider: IdentityProvider) -> str:
    """As the provider's discovery tells it to whoever sets up a service."""
    async with httpx.AsyncClient() as client:
        return str((await client.get(f"{provider.url}/.well-known/openid-configuration")).json()["jwks_uri"])


@pytest.fixture
def verifier(standing: StandingClock) -> VerifierFactory:
    def make(units: Collection[str] = UNITS, **changed: Any) -> TokenVerifier:
        given = {"token_issuer": CLAIMS["iss"], "token_audience": CLAIMS["aud"]} | changed
        settings = ProbeSettings(database_url="postgresql://x/y", environment="test", **given)
        return TokenVerifier(settings, units, standing)

    return make


async def outcome(verifier: TokenVerifier, token: str) -> int:
    """The status that a request with this token gets, 200 for one that is taken."""
    try:
        await verifier.person(token)
    except Problem as problem:
        return problem.status
    return 200

"""A real identity provider, one for all tests of this folder, and the submissions service that takes its tokens."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.catalogue import Catalogue
from submissions.app import create_app
from submissions.settings import SubmissionsSettings
from tests.identity import keycloak
from tests.identity.keycloak import Keycloak
from tests.identity.node_provider import NodeProvider
from tests.identity.provider import Provider
from tests.identity.serving import Service, SteppedClock, served
from tiendo_local.servers.kafka import java

Serve = Callable[..., AbstractAsyncContextManager[Service]]


def node_provider(folder: Path) -> Provider:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node.js is not installed (Debian: apt-get install nodejs npm)")
    return NodeProvider(folder)


def keycloak_provider(folder: Path) -> Provider:
    if java() is None or not keycloak.is_built():
        pytest.skip("Keycloak is not on this machine: `make keycloak` brings it, with Java 17, Maven and a minute")
    return Keycloak(folder)


@pytest.fixture(scope="session", params=[node_provider, keycloak_provider], ids=["oidc-provider", "keycloak"])
def identity_provider(server_folder: Path, request: pytest.FixtureRequest) -> Iterator[Provider]:
    folder = server_folder / request.param.__name__
    folder.mkdir()
    started = request.param(folder)
    try:
        started.start()
        yield started
    finally:
        started.kill()


@pytest.fixture
def serve(
    identity_provider: Provider, database: Callable[..., str], migrated: Callable[[str], str], catalogue: Catalogue
) -> Serve:
    """`async with serve(token_role_claim="roles") as service`: told of the provider what its discovery says."""

    @asynccontextmanager
    async def start(**changed: Any) -> AsyncIterator[Service]:
        discovered = identity_provider.discovery()
        given = {"jwks_url": discovered["jwks_uri"], "token_issuer": discovered["issuer"]} | changed
        url = database("submissions", template=migrated("submissions"))
        settings = SubmissionsSettings(database_url=url, environment="test", **given)
        clock = SteppedClock()
        async with served(create_app(settings, clock=clock, catalogue=catalogue), clock) as service:
            yield service

    return start

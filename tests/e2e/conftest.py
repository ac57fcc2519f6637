"""The whole system, as `tiendo up` starts it, in a temporary folder; once for all tests of this folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.backends.collector import Collector
from tests.e2e.backends.jaeger import Jaeger, binary_file
from tests.e2e.journey import Urls
from tests.e2e.whole import NOW, Whole


@pytest.fixture(scope="session")
def jaeger(server_folder: Path) -> Iterator[Jaeger | None]:
    """None where it is not built."""
    if not binary_file().exists():
        yield None
        return
    server = Jaeger(server_folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def collector(outside: None, jaeger: Jaeger | None) -> Iterator[Collector]:
    with Collector(forward_to=jaeger.endpoint if jaeger else None) as collector:
        yield collector


@pytest.fixture(scope="session")
def system(server_folder: Path, collector: Collector) -> Iterator[Whole]:
    """Runs until a test ends it: the last ones, in test_up.py."""
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}
    with Whole(server_folder / "system", "--now", NOW, environment={**os.environ, **traced}) as run:
        run.wait_ready()
        yield run


@pytest.fixture(scope="session")
def urls(system: Whole) -> Urls:
    return system.urls
